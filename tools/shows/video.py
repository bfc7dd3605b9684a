"""Films: exact frames, shots, broken files, copies, the editor of cuts."""

from __future__ import annotations

import json
import re

from tools.show import Answer, Check, Show
from tools.shows.asking import (
    CHROMIUM,
    CLIPS,
    FILM,
    OTHER,
    READERS,
    at_least,
    at_most,
    bench,
    by_tests,
    holds,
    keys,
    ours,
    same,
    told,
)

REAL = ("big_buck_bunny_480p_30s", "nasa_13013", "car-detection", "bottle-detection", "one-by-one-person-detection")
PROBE = """hash frames duration_s width height rotation time_base variable_rate codec pts_table_hash letterbox
 problems"""


def probed(answer: Answer) -> str:
    """As documented."""
    keys(answer.json, PROBE)
    return f"{answer.json['frames']} frames"


CUTS = {
    "big_buck_bunny": {"fade": (0.0, 2.083), "cut": (11.875, 15.750, 23.042)},
    "nasa": {"dissolve": (5.080, 6.000), "cut": (8.080,)},
}
"""Seconds: where a person sees the cuts, and from where to where the gradual one goes (docs/shots.md)."""
A_FRAME_S = 0.045


def split(name: str) -> Check:
    """The transitions that a person sees in this film, and no cut more."""

    def check(answer: Answer) -> str:
        seen = dict(CUTS[name])
        hard = [one["start_s"] for one in answer.json["transitions"] if one["kind"] == "cut"]
        cuts = seen.pop("cut")
        near = len(hard) == len(cuts) and all(abs(a - b) < A_FRAME_S for a, b in zip(hard, cuts, strict=True))
        holds(f"cuts at {cuts} s: {hard}", near)
        ((kind, (start, end)),) = seen.items()
        soft = [(one["start_s"], one["end_s"]) for one in answer.json["transitions"] if one["kind"] != "cut"]
        holds(f"one {kind} from {start} to {end} s: {soft}", len(soft) == 1 and abs(soft[0][0] - start) < A_FRAME_S)
        holds(f"its end at {end} s: {soft}", abs(soft[0][1] - end) < A_FRAME_S)
        holds("a contact sheet", [path for path in answer.folder.glob(f"{name}*.png") if path.stat().st_size])
        return told(f"{name}: cuts {', '.join(f'{at:.3f}' for at in hard)} s", f"{kind} {start} to {end} s")

    return check


def cached(answer: Answer) -> str:
    """The second time the same pictures come from the cache."""
    first = json.loads((answer.folder / "0.out").read_text())
    same("recipe", answer.json["recipe_hash"], first["recipe_hash"])
    one, two = (
        {path.name: path.read_bytes() for path in (answer.folder / name).glob("*.png")} for name in ("one", "two")
    )
    holds("there are pictures", one)
    holds("the same bits", one == two)
    return told(f"{len(one)} pictures, the same bits", holds("a cache", list((answer.folder / "kept").rglob("*"))))


def broken(answer: Answer) -> str:
    """Nobody died of it."""
    failures = [int(n) for n in re.findall(r"(\d+) failures, \d+ deaths", answer.out)]
    deaths = [int(n) for n in re.findall(r"(\d+) deaths of the parent", answer.out)]
    files = sum(int(n.replace(",", "")) for n in re.findall(r"([\d,]+) files, ", answer.out))
    return told(
        at_least("files", files, 300 if answer.quick else 2_000),
        same("failures", sum(failures), 0),
        same("deaths of the parent", sum(deaths), 0),
    )


def recall(answer: Answer) -> str:
    """Ours stand in the first column of figures."""
    rows = re.findall(r"^\| \**recall, ([\w ]+?)\** \| [0-9.-]+ ?\((\d+)/(\d+)\)", answer.out, re.M)
    found = {name: int(right) / int(all_) for name, right, all_ in rows}
    floor = 0 if answer.quick else 0.95  # a few transitions say little
    return told(*(at_least(f"recall, {name}", found[name], floor) for name in ("hard", "gradual") if found))


def copies(answer: Answer) -> str:
    """Copies of every kind are found, but for the three of docs/duplicates.md; no other stretch is taken for one."""
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \| [^|]+ \| [^|]+ \| (\d+) of (\d+) \|", answer.out, re.M)
    lost = [
        kind for kind, found, of in rows if found != of and kind not in ("10 % crop", "20 % crop", "a quarter turn")
    ]
    return told(
        at_least("kinds of copy", len(rows), 4 if answer.quick else 24),
        same("others not found", lost, []),
        same("different stretches taken for one", int(answer.figure(r"(\d+) of them are taken for the same")), 0),
    )


def drawn(answer: Answer) -> str:
    """Sheet and times."""
    times = (answer.folder / "sheet/sprite.vtt").read_text()
    holds("a sheet", (answer.folder / "sheet/sprite.jpg").stat().st_size)
    holds("WebVTT", times.startswith("WEBVTT"))
    return at_least("pictures", len(answer.json["frames"]), 20)


def flat(answer: Answer) -> str:
    """The parent's memory from the first mark to the last: docs/video.md has 134 to 148 MiB."""
    marks = [int(n) for n in re.findall(r"(\d+) MiB after", answer.out)]
    at_least("marks", len(marks), 6)
    return told(
        at_most("most MiB of the parent", max(marks), 250), at_most("least to most", max(marks) - min(marks), 60)
    )


VIDEO = (
    Show(
        name="video.exact",
        says="the frame that is named is the frame that Chromium shows: 100 of 100, stepping and seeking",
        steps=(by_tests("tests/web/test_exact_frames.py", least=5),),
        needs=(CHROMIUM,),
        pages=("docs/video.md",),
        whole=True,
    ),
    Show(
        name="video.probe",
        says="what every real clip says of itself, in the documented keys",
        steps=tuple(ours(f"video probe {{clips}}/{name}.mp4", probed) for name in REAL),
        needs=(CLIPS,),
        pages=("docs/video.md",),
    ),
    Show(
        name="video.split",
        says="the cuts of two real films are where a person sees them, on a contact sheet too",
        steps=(
            ours(f"video split {FILM} --sheet big_buck_bunny.png", split("big_buck_bunny")),
            ours(f"video split {OTHER} --sheet nasa.png", split("nasa")),
        ),
        needs=(CLIPS,),
        pages=("docs/shots.md",),
    ),
    Show(
        name="video.detector",
        says="cuts and dissolves of films put together are found, beside PySceneDetect",
        steps=(bench("shots", recall),),
        needs=(CLIPS,),
        pages=("docs/shots.md",),
        whole=True,
    ),
    Show(
        name="video.broken",
        says="thousands of broken files: each ends with an answer or a refusal, and nobody dies",
        steps=(bench("odd", broken),),
        pages=("docs/video.md",),
        whole=True,
    ),
    Show(
        name="video.frames",
        says="frames by a recipe come with the same bits from the cache",
        steps=(
            ours(f"video frames {FILM} --count 8 --size 448x252 --out one --cache kept"),
            ours(f"video frames {FILM} --count 8 --size 448x252 --out two --cache kept", cached),
        ),
        needs=(CLIPS,),
        pages=("docs/frames.md",),
    ),
    Show(
        name="video.readers",
        says="processor seconds and memory of our reader beside four others: printed, not judged",
        steps=(bench("readers", lambda a: holds("a row for ours", re.search(r"^ours, area", a.out, re.M))),),
        needs=(CLIPS, READERS),
        pages=("docs/frames.md",),
        whole=True,
    ),
    Show(
        name="video.sprite",
        says="a sheet of small pictures with its WebVTT",
        steps=(ours(f"video sprite {FILM} --out sheet", drawn),),
        needs=(CLIPS,),
        pages=("docs/frames.md",),
    ),
    Show(
        name="video.different",
        says="no two of the real clips are taken for the same film",
        steps=(
            ours(
                "video duplicates {clips}",
                lambda a: told(same("files", a.json["files"], 5), same("pairs", a.json["pairs"], [])),
            ),
        ),
        needs=(CLIPS,),
        pages=("docs/duplicates.md",),
    ),
    Show(
        name="video.copies",
        says="copies of every kind beside their films, and no different film taken for one",
        steps=(bench("duplicates", copies),),
        needs=(CLIPS,),
        pages=("docs/duplicates.md",),
        whole=True,
    ),
    Show(
        name="video.proxies",
        says="stand-ins for films that browsers do not play show frame for frame the same",
        steps=(by_tests("tests/unit/test_video_proxy.py", "tests/unit/test_video_in_chromium.py", least=10),),
        needs=(CHROMIUM,),
        pages=("docs/video.md",),
        whole=True,
    ),
    Show(
        name="video.cuts",
        says="the cut editor in Chromium: move, add, remove, two people, a server that is away",
        steps=(by_tests("tests/web/test_cuts_in_browser.py", least=10),),
        needs=(CHROMIUM,),
        pages=("docs/shots.md",),
        whole=True,
    ),
    Show(
        name="video.imports",
        says="a thousand short clips come in, and the parent's memory stays flat",
        steps=(bench("imports", flat),),
        pages=("docs/video.md",),
        whole=True,
    ),
    Show(
        name="video.step",
        says="one frame step in the browser: printed, not judged",
        steps=(bench("frames", lambda a: told(*re.findall(r"median +[0-9.]+ ms", a.out))),),
        needs=(CHROMIUM, CLIPS),
        pages=("docs/video.md",),
        whole=True,
    ),
)
