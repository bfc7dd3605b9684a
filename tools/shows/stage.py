"""Rendered clips: the same truth twice, truth by two ways, true words, and what cannot be staged."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tools.show import ROOT, Answer, Show
from tools.shows.asking import CHROMIUM, at_least, at_most, bench, by_tests, holds, keys, ours, same, told

TRUTH = "seed scene fps frames subjects events edits records states captions drafts"


def same_truth(one: Path, other: Path) -> str:
    """What two runs of one seed tell."""
    texts = [{path.name: path.read_bytes() for path in sorted(folder.glob("*.truth.json"))} for folder in (one, other)]
    holds("there is truth", texts[0])
    return holds(f"truth of {len(texts[0])} clips byte-equal", texts[0] == texts[1])


def rendered(answer: Answer) -> str:
    """The second of two processes."""
    keys(json.loads(next((answer.folder / "one").glob("*.truth.json")).read_text()), TRUTH)
    return told(same("failed", answer.json["failed"], 0), same_truth(answer.folder / "one", answer.folder / "two"))


def second_way(answer: Answer) -> str:
    """By poses and by pixels: the page has 3 others beside 1,558 the same."""
    rows = re.findall(r"^\| [^|]+ \| (\d+) \| (\d+) \| (\d+) \|$", answer.out, re.M)
    agree, other = (sum(int(row[at]) for row in rows) for at in (0, 1))
    return told(
        at_least("answers the same", agree, 30 if answer.quick else 1_300),
        at_most("others, per cent", 100 * other / max(1, agree + other), 0.5),
    )


COUNTED = r"\*\*500 clips\*\* .*?([\d,]+) captions .*?([\d,]+)\s+drafts with ([\d,]+) points"
"""Where docs/stage-words.md counts what the benchmark makes; the only page that does."""


def true_words(answer: Answer) -> str:
    """Columns: aspect, clips, texts, untrue, not all told, lint, mean words, different texts, drafts, points."""
    rows = re.findall(r"^\| \w+" + r" \| (\d+)" * 9 + r" \|$", answer.out, re.M)
    texts, untrue, short, findings, drafts, points = (sum(int(row[at]) for row in rows) for at in (1, 2, 3, 4, 7, 8))
    shown = [
        at_least("captions", texts, 200 if answer.quick else 6_000),
        same("untrue", untrue, 0),
        same("not all told", short, 0),
        same("lint findings", findings, 0),
    ]
    if not answer.quick:  # words that the lexicon learns move them a little
        page = re.findall(COUNTED, (ROOT / "docs" / "stage-words.md").read_text(encoding="utf-8"), re.S)[0]
        for found, said in zip((texts, drafts, points), page, strict=True):
            shown.append(at_most(f"{found:,}, and {said} on the page: per cent apart", _apart(found, said), 1))
    return told(*shown)


def _apart(found: int, said: str) -> float:
    written = int(said.replace(",", ""))
    return 100 * abs(found - written) / written


def no_leak(answer: Answer) -> str:
    """A single frame beside the motion between two."""
    ways = [float(n) for n in re.findall(r"which way: ([0-9.]+)%", answer.out)]
    margin = float(re.findall(r"chance 50 % \+- ([0-9.]+)", answer.out)[0])
    return told(
        at_most("which way by one frame, per cent", ways[0], 50 + 1.5 * margin),
        at_least("by motion", ways[1], 75),
    )


def stageable(answer: Answer) -> str:
    """Of the groups of camera and set-up."""
    staged, of = len(answer.json["staged"]), answer.json["of"]
    holds("a reason for each other", all(answer.json["not_staged"].values()))
    return told(at_least("per cent staged", 100 * staged / of, 60), f"{staged} of {of}")


STAGE = (
    Show(
        name="stage.render",
        says="two bench clips; two processes with other hash seeds and jobs tell the same truth, byte for byte",
        steps=(
            ours("stage render --set bench --n 2 --seed 3 --out one", more={"PYTHONHASHSEED": "1"}),
            ours("stage render --set bench --n 2 --seed 3 --out two --jobs 1", rendered, more={"PYTHONHASHSEED": "2"}),
        ),
        pages=("docs/stage.md",),
    ),
    Show(
        name="stage.list",
        says="the share of camera and set-up primitives that can be staged, and why the others cannot",
        steps=(ours("stage list", stageable),),
        pages=("docs/stage.md",),
    ),
    Show(
        name="stage.second-way",
        says="truth by poses agrees with truth by pixels",
        steps=(bench("stage", second_way),),
        pages=("docs/stage.md",),
        whole=True,
    ),
    Show(
        name="stage.words",
        says="captions of staged clips claim exactly what is true and all they should",
        steps=(bench("stage-words", true_words),),
        pages=("docs/stage.md", "docs/stage-words.md"),
    ),
    Show(
        name="stage.leak",
        says="a single frame does not tell which way the camera moves",
        steps=(bench("stage-leak", no_leak),),
        pages=("docs/stage.md",),
        whole=True,
    ),
    Show(
        name="stage.pictures",
        says="guide and desk show the loops and stills of what was rendered, in Chromium",
        steps=(by_tests("tests/web/test_pictures_in_browser.py", least=4),),
        needs=(CHROMIUM,),
        pages=("docs/stage.md",),
        whole=True,
    ),
    Show(
        name="stage.glossary",
        says="loops for 60 of 100 primitives of camera and set-up or more, each beside a look-alike, in the guide",
        steps=(
            ours("stage render --set glossary --out glossary", lambda a: at_least("clips", a.json["clips"], 400)),
            ours(
                "spec guide --out guide --pictures glossary",
                lambda a: at_least("primitives with pictures", a.json["pictures"], 170),  # 60 % of 284
            ),
        ),
        pages=("docs/stage.md",),
        whole=True,
    ),
    Show(
        name="stage.renderers",
        says="our renderer beside OpenGL in software: printed, not judged",
        steps=(
            bench(
                "renderers", lambda a: at_least("scenes", len(re.findall(r"^\| [\w ,]+ \| [\d,]+ \|", a.out, re.M)), 3)
            ),
        ),
        pages=("docs/stage.md",),
    ),
)
