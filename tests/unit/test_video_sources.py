"""Lists and manifests: what each line says, and that a bad line costs nobody but itself."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from videolect.errors import BadInput
from videolect.record.clip import Stretch
from videolect.video.sources import Part, Refused, Source, Sources
from videolect.video.timeline import Timeline

FILM = Timeline(time_base=Fraction(1, 24), pts=np.arange(48), end_pts=48)
"""Two seconds at 24 frames a second."""
LATE = Timeline(time_base=Fraction(1, 1000), pts=1400 + 40 * np.arange(25), end_pts=2400)
"""One second at 25 frames a second, from 1.4 s on."""


def csv_of(folder: Path, *lines: str, name: str = "films.csv") -> Path:
    path = folder / name
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def found(*manifests: Path) -> list[Source | Refused]:
    return list(Sources(manifests=manifests))


def test_a_manifest_says_a_clip_a_line(tmp_path: Path):
    manifest = csv_of(
        tmp_path,
        "path,clip,source_id,start_s,end_s,title",
        "a.mp4,one,film-1,0.5,2,The first",
        '"b, c.mp4",,,,,',
        "/else/where.mp4,,,,1.5,",
    )
    first, second, third = found(manifest)
    assert first == Source(
        path=tmp_path / "a.mp4", line=f"{manifest}:2", clip="one", source_id="film-1",
        part=Part(unit="s", start=Fraction(1, 2), end=Fraction(2)), extra={"title": "The first"},
    )  # fmt: skip
    assert second == Source(path=tmp_path / "b, c.mp4", line=f"{manifest}:3", extra={"title": ""})
    assert isinstance(third, Source)
    assert (third.path, third.part) == (Path("/else/where.mp4"), Part(unit="s", end=Fraction(3, 2)))


def test_json_lines_say_the_same(tmp_path: Path):
    path = tmp_path / "films.jsonl"
    rows = [
        {"path": "a.mp4", "start_frame": 3, "end_frame": 9, "fps": 24},
        {"path": "b.mp4", "start_s": 0.1, "clip": None},
    ]
    path.write_text("\n".join(map(json.dumps, rows)) + "\n\n")
    sources = Sources(manifests=[path])
    first, second = sources
    assert first == Source(
        path=tmp_path / "a.mp4", line=f"{path}:1", part=Part(unit="frame", start=Fraction(3), end=Fraction(9)),
        extra={"fps": 24},
    )  # fmt: skip
    assert second == Source(path=tmp_path / "b.mp4", line=f"{path}:2", part=Part(unit="s", start=Fraction(1, 10)))
    assert list(sources.unknown) == ["fps"]
    assert len(list(sources)) == 2, "it can be gone through again"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (",x,,,,,", "names no path"),
        ("a.mp4,not a name!,,,,,", "'not a name!' is not a name"),
        ("a.mp4,,,-1,,,", "start_s is '-1'"),
        ("a.mp4,,,1e999999999,,,", "start_s is '1e999999999'"),
        ("a.mp4,,,nan,,,", "start_s is 'nan'"),
        ("a.mp4,,,5,4,,", "5 to 4 s is empty"),
        ("a.mp4,,,,,7,7", "Frames 7 to 7 is empty"),
        ("a.mp4,,,,,1.5,7", "no whole frames"),
        ("a.mp4,,,1,,2,", "gives start_s and start_frame"),
        ("a.mp4,,", "3 values for 7 columns"),
        ('"a.mp4,,,,,,', "is no CSV"),
        ("a\0.mp4,,,,,,", "no text in UTF-8"),
    ],
)
def test_a_bad_line_is_refused_by_its_number_and_the_others_go_on(tmp_path: Path, line: str, why: str):
    columns = "path,clip,source_id,start_s,end_s,start_frame,end_frame"
    manifest = csv_of(tmp_path, columns, "before.mp4,,,,,,", line, "after.mp4,,,,,,")
    before, bad, after = found(manifest)
    assert isinstance(bad, Refused)
    assert why in bad.why
    assert bad.path == Path(f"{manifest}:3")
    assert bad.mend
    assert [each.path.name for each in (before, after)] == ["before.mp4", "after.mp4"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "is no JSON"), ("[" * 100_000, "is no JSON"), ("3", "no JSON object"), ('{"path": 3}', "names no path"),
        ('{"path": "a", "start_s": true}', "start_s is 'True'"), ('{"path": "a", "start_s": NaN}', "start_s is 'nan'"),
        ('{"path": "a", "start_s": [1]}', "start_s is"), ('{"path": "a", "clip": {}}', "is not a name"),
    ],
)  # fmt: skip
def test_a_bad_line_of_json_too(tmp_path: Path, line: str, why: str):
    path = csv_of(tmp_path, line, '{"path": "after.mp4"}', name="films.jsonl")
    bad, after = found(path)
    assert isinstance(bad, Refused)
    assert why in bad.why
    assert bad.path == Path(f"{path}:1")
    assert isinstance(after, Source)


def test_half_a_character_in_a_path_costs_its_line(tmp_path: Path):
    manifest = tmp_path / "m.jsonl"
    manifest.write_text('{"path": "a.mp4"}\n{"path": "\\ud800.mp4"}\n{"path": "b.mp4"}\n')
    assert [isinstance(each, Refused) for each in found(manifest)] == [False, True, False]
    bad = found(manifest)[1]
    assert (bad.path, bad.line) == (Path(f"{manifest}:2"), f"{manifest}:2")


def test_a_clips_name_stands_once(tmp_path: Path):
    one = csv_of(tmp_path, "path,clip", "a.mp4,x", "b.mp4,x", "c.mp4,y")
    other = csv_of(tmp_path, "path,clip", "d.mp4,y", name="more.csv")
    again = [each for each in found(one, other) if isinstance(each, Refused)]
    assert [each.path for each in again] == [Path(f"{one}:3"), Path(f"{other}:2")]
    assert f"{one}:2" in again[0].why


@pytest.mark.parametrize(("header", "why"), [("film,clip", "film, clip"), ("path,path", "path, path"), ("", "none")])
def test_a_header_without_paths_is_no_manifest(tmp_path: Path, header: str, why: str):
    with pytest.raises(BadInput, match=f"line 1: The columns are {why}"):
        found(csv_of(tmp_path, header, "a.mp4"))


def test_what_is_no_manifest_is_told(tmp_path: Path):
    with pytest.raises(BadInput, match="is no manifest"):
        found(csv_of(tmp_path, "path", name="films.txt"))
    with pytest.raises(BadInput, match="cannot be opened"):
        found(tmp_path / "nowhere.csv")


def test_a_list_has_a_path_a_line(tmp_path: Path):
    (tmp_path / "rushes").mkdir()
    (tmp_path / "rushes" / "in.mp4").touch()
    (tmp_path / "lists").mkdir()
    path = tmp_path / "lists" / "films.txt"
    path.write_bytes(b"\xef\xbb\xbf# a comment\n\na b.mp4\r\n../rushes\n/x/odd\xff.mp4\nnul\0.mp4\nlast.mov")
    sources = list(Sources([tmp_path / "named.dat"], lists=[path]))
    assert [each.path for each in sources if isinstance(each, Source)] == [
        tmp_path / "named.dat", tmp_path / "lists" / "a b.mp4", tmp_path / "lists" / "../rushes/in.mp4",
        Path("/x/odd\udcff.mp4"), tmp_path / "lists" / "last.mov",
    ]  # fmt: skip
    (bad,) = (each for each in sources if isinstance(each, Refused))
    assert bad.path == Path(f"{path}:6")


@pytest.mark.parametrize(
    ("timeline", "part", "span"),
    [
        (FILM, Part(unit="frame"), Stretch(0, 48, 0, 48)),
        (FILM, Part(unit="frame", start=Fraction(12), end=Fraction(24)), Stretch(12, 24, 12, 24)),
        (FILM, Part(unit="s", end=Fraction(1)), Stretch(0, 24, 0, 24)),
        (FILM, Part(unit="s", start=Fraction(1)), Stretch(24, 48, 24, 48)),
        # 47/24 s is 1.95833...: written with three decimals it is a little early or, rounded up, a little late.
        (FILM, Part(unit="s", start=Fraction("1.958")), Stretch(47, 48, 47, 48)),
        (FILM, Part(unit="s", start=Fraction("0.042")), Stretch(1, 48, 1, 48)),
        (FILM, Part(unit="s", start=Fraction("1.97"), end=None), None),
        (FILM, Part(unit="s", end=Fraction("2.04")), Stretch(0, 48, 0, 48)),
        (FILM, Part(unit="s", end=Fraction("2.05")), None),
        (FILM, Part(unit="frame", end=Fraction(49)), None),
        (FILM, Part(unit="frame", start=Fraction(48)), None),
        (FILM, Part(unit="s", start=Fraction("0.5"), end=Fraction("0.51")), Stretch(12, 13, 12, 13)),
        (FILM, Part(unit="s", start=Fraction("0.51"), end=Fraction("0.52")), None),
        (LATE, Part(unit="s", end=Fraction(1)), None),
        (LATE, Part(unit="s", end=Fraction("1.6")), Stretch(0, 5, 1400, 1600)),
    ],
)
def test_a_part_of_a_film(timeline: Timeline, part: Part, span: Stretch | None):
    if span is None:
        with pytest.raises(BadInput, match="no part of it"):
            part.within(timeline)
    else:
        assert part.within(timeline) == span


def test_parts_that_follow_one_another_share_no_frame_and_miss_none():
    for timeline in (FILM, LATE):
        start = int(timeline.pts[0]) * timeline.time_base
        for tenths in range(1, 10):
            moment = start + Fraction(tenths, 10)
            one = Part(unit="s", end=moment).within(timeline)
            other = Part(unit="s", start=moment).within(timeline)
            assert one.end_frame == other.start_frame
            assert (one.start_frame, other.end_frame) == (0, timeline.frame_count)
