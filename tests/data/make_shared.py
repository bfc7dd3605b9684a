"""What the pages and the package both work out, as cases: ``shared/*.json``, made by the package's side.

    python tests/data/make_shared.py            write them
    python tests/data/make_shared.py --check    exit 1 where the package says anything else

``tests/unit/test_shared_cases.py`` holds the package to the files, ``ui/src/lib/shared.test.ts`` holds the pages to
them. A change on one side alone makes the other one's test fail.
"""

from __future__ import annotations

import itertools
import json
import random
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import numpy as np

from videolect.errors import BadInput
from videolect.language import Spec, load_spec
from videolect.language.answers import follows, plain, sides_of, tabulate
from videolect.language.rules import COMPARISONS, Ask, Compare, Not, Rule, Several, as_data
from videolect.record.acts.cuts import CutAdded, CutMoved
from videolect.record.critique import Point
from videolect.record.cuts import TransitionKind
from videolect.record.people import Person
from videolect.video.edits import Laid
from videolect.video.shots import Transition
from videolect.video.timeline import Timeline

HERE = Path(__file__).parent
FOLDER = HERE / "shared"

# -- rules in three values, and what follows from movements in order


def rules(draw: random.Random) -> Iterator[Rule]:
    """Every test once, then groups of them."""
    open_ = frozenset({"unknown"})
    leaves: list[Rule] = [
        Ask("moves", "is", (True,)), Ask("pan", "in", ("left", "both"), open_), Ask("pan", "is", ("unknown",), open_),
        Ask("lamps", "has", ("sun",), exact=True), Ask("lamps", "has_any", ("sun", "fire"), exact=True),
        Ask("lamps", "is", ("neon",), exact=True), Ask("lamps", "is", ("fire", "sun"), exact=True),
        Ask("lamps", "empty", (True,), exact=True), Ask("words", "empty", (False,)), Ask("pan", "answered", (True,)),
        Ask("lamps", "answered", (False,)), Ask("steps", "empty", (True,)), Ask("steps", "answered", (True,)),
        *(Compare("size_start", test, "size_end", ("wide", "medium", "close")) for test in COMPARISONS),
    ]  # fmt: skip
    yield from leaves
    words: tuple[Literal["all", "any"], ...] = ("all", "any")
    for number in range(40):
        some = [Not(leaf) if draw.random() < 0.3 else leaf for leaf in draw.sample(leaves, draw.randint(1, 3))]
        group = Several(words[number % 2], tuple(some))
        inner = Several(words[draw.randrange(2)], (group, draw.choice(leaves)))
        yield Not(inner) if number % 3 == 0 else inner if number % 3 == 1 else group


def records(draw: random.Random) -> list[dict[str, Any]]:
    """Answers to the questions of ``spec/mini``. Where steps are told, whether the camera moves is told too."""
    steps = [[], [["pan_left"]], [["pan_left"], ["pan_right"]], [["pan_right"], ["pan_right"]]]
    told: dict[str, list[Any]] = {
        "moves": [None, True, True, False], "pan": [None, "no", "left", "both", "unknown"],
        "steps": [None, *([{"movements": each} for each in row] for row in steps)],
        "size_start": [None, "wide", "medium", "close", "unknown"],
        "size_end": [None, "wide", "medium", "close", "unknown"],
        "lamps": [None, [], ["sun"], ["neon"], ["sun", "fire"], ["fire", "sun", "neon"]],
        "words": [None, "", "It turns."],
    }  # fmt: skip
    made = []
    while len(made) < 60:
        record = {id_: answer for id_, of in told.items() if (answer := draw.choice(of)) is not None}
        if "steps" not in record or "moves" in record:
            made.append(record)
    return made


def language() -> dict[str, Any]:
    """A form, records, and under them: the state of each rule, what follows, what is asked, which rules are broken."""
    draw = random.Random(9)
    spec = Spec.load(HERE / "spec" / "mini")
    parsed = spec.parsed
    whole: Any = spec.as_json()
    many = records(draw)
    read = [plain(parsed, record) for record in many]
    table = tabulate(parsed, read)

    def sign(sides: tuple[int, int], row: int) -> str:
        return "y" if sides[0] >> row & 1 else "n" if sides[1] >> row & 1 else "?"

    ours = {rule["rule"] for rule in whole["consistency"]}
    return {
        "form": {"fields": whole["fields"], "consistency": whole["consistency"]},
        "rules": [
            {
                "rule": as_data(rule, {}),
                "states": "".join(sign(sides_of(parsed, rule, table), row) for row in range(len(many))),
            }
            for rule in rules(draw)
        ],
        "records": [
            {
                "answers": record,
                "follows": follows(parsed, kept) if "steps" in spec.normalise(record) else {},
                "asked": [field.id for field in spec.fields if field.id in spec.applicable(record)],
                "broken": [each.rule for each in spec.check_answers(record) if each.rule in ours],
            }
            for record, kept in zip(many, read, strict=True)
        ],
    }


def movements() -> dict[str, Any]:
    """The shipped question for movements in order with those that follow from it, and what follows from some answers.

    Whether it is asked hangs on other answers; here it always is.
    """
    draw = random.Random(4)
    spec = load_spec()
    parsed = spec.parsed
    fields: Any = spec.as_json()["fields"]
    asked = next(field for field in fields if field["kind"] == "segments")
    options = [option["value"] for option in asked["options"]]
    followers = {id_ for option in asked["options"] for id_ in option["sets"]}
    told: list[list[list[str]]] = [[[option]] for option in options]
    told += [[[option] for option in draw.sample(options, draw.randint(2, 4))] for _ in range(30)]
    cases = []
    for rows in told:
        answers = {asked["id"]: [{"movements": row} for row in rows]}
        cases.append({"answers": answers, "follows": follows(parsed, plain(parsed, answers))})
    return {
        "fields": [{**asked, "applies_when": None}, *(field for field in fields if field["id"] in followers)],
        "cases": cases,
    }


# -- where a transition may go

TABLE = "0" * 64
Place = tuple[int, int]


def edit(kind: TransitionKind, place: Place, was: Place | None = None, by: str = "rev") -> CutAdded | CutMoved:
    """Somebody's edit."""
    act: dict[str, Any] = {
        "stream": "cuts/f", "version": 1, "actor": Person(id=by), "at": datetime(2026, 1, 1, tzinfo=UTC),
        "spec_version": "1", "pts_table_hash": TABLE, "transition_kind": kind, "start_frame": place[0],
        "end_frame": place[1],
    }  # fmt: skip
    return CutAdded(**act) if was is None else CutMoved(**act, was_start=was[0], was_end=was[1])


def cuts() -> dict[str, Any]:
    """Transitions, and for each edit of a length the starts at which it is taken and changes something."""
    shown: list[tuple[TransitionKind, Place, str | None]] = [
        ("cut", (20, 20), None), ("dissolve", (40, 50), "lea"), ("gradual", (50, 55), None), ("cut", (70, 70), "lea"),
        ("fade_black", (80, 90), None), ("cut", (93, 93), None), ("cut", (94, 94), "lea"),
    ]  # fmt: skip
    laid = Laid(
        Transition(kind=kind, start_frame=place[0], end_frame=place[1], found_by="blends", score=1.0)
        for kind, place, by in shown
        if by is None
    )
    for kind, place, by in shown:
        if by is not None:
            laid.apply(edit(kind, place, by=by))
    people = {by for _, _, by in shown}
    now = [
        (one.kind, (one.start_frame, one.end_frame), one.found_by if one.found_by in people else None)
        for one in laid.transitions()
    ]

    def taken(kind: TransitionKind, place: Place, was: Place | None) -> bool:
        try:
            return laid.check(edit(kind, place, was))
        except BadInput:
            return False

    cases: list[tuple[TransitionKind, int, Place | None]] = [
        ("cut", 0, None), ("dissolve", 1, None), ("gradual", 7, None),
        *((kind, end - start, (start, end)) for kind, (start, end), _ in now), ("fade_white", 10, (40, 50)),
    ]  # fmt: skip
    return {
        "frames": 120,
        "shown": [{"kind": kind, "start": start, "end": end, "by": by} for kind, (start, end), by in now],
        "edits": [
            {
                "kind": kind, "length": length, "was": was,
                "taken": [start for start in range(1, 110) if taken(kind, (start, start + length), was)],
            }
            for kind, length, was in cases
        ],
    }  # fmt: skip


# -- frames and the player's clock


def timelines() -> list[dict[str, Any]]:
    """Tables of timestamps, where to seek for each frame, and which frame is on screen when."""
    steady = np.arange(48) * 1001
    uneven = np.cumsum([500, 40, 40, 20, 60, 41, 42, 41])
    made = [
        Timeline(time_base=Fraction(1, 24000), pts=steady, end_pts=48 * 1001),
        Timeline(time_base=Fraction(1, 90000), pts=steady * 3 + 7, end_pts=48 * 3003 + 7),
        Timeline(
            time_base=Fraction(1, 1000),
            pts=uneven,
            end_pts=int(uneven[-1]) + 33,
            detours=((3, 581_000),),
            unreachable=(5,),
        ),
        Timeline(time_base=Fraction(1, 25), pts=np.array([0]), end_pts=1),
    ]
    told = []
    for one in made:
        starts = [float(one.pts_of(frame) * one.time_base) for frame in range(one.frame_count)]
        near = [start + by for start in starts for by in (-3e-6, -1e-6, 0.0, 1e-4)]
        told.append(
            {
                "table": one.as_json(),
                "seek": [one.seek_time(frame) for frame in range(one.frame_count)],
                "shown": [[second, one.frame_at(second)] for second in (-1.0, *near, 99.0)],
            }
        )
    return told


# -- points on words and frames


def points() -> dict[str, Any]:
    """Spans of texts in code points: whether the words stand there; and ranges of frames as people read them."""
    texts = ["It pans left.", "A 🎬 turns; 🎥🎥 again", "cafe\u0301 au lait", "镜头向左摇", ""]
    spans = []
    for text in texts:
        for start, end in itertools.combinations_with_replacement(range(0, len(text) + 1, 2), 2):
            spans.append({"text": text, "start": start, "end": end, "words": text[start:end]})
        spans += [
            {"text": text, "start": 1, "end": 3, "words": text[0:2]},
            {"text": text, "start": len(text), "end": len(text) + 2, "words": text[-2:]},
        ]
    for span in spans:
        span["fits"] = _fits(
            Point(id="p1", kind="remark" if span["start"] == span["end"] else "replace", **_placed(span)), span
        )
    frames = []
    for start, end in [(0, 1), (0, 24), (7, 9)]:
        point = Point(id="p1", kind="remark", start_frame=start, end_frame=end, instruction="Look")
        said = [int(each) for each in re.findall(r"\d+", point.sentence)]
        frames.append({"start_frame": start, "end_frame": end, "in": said[0], "out": said[-1]})
    return {"spans": spans, "frames": frames}


def _placed(span: dict[str, Any]) -> dict[str, Any]:
    return {name: span[name] for name in ("start", "end", "words")}


def _fits(point: Point, span: dict[str, Any]) -> bool:
    try:
        point.check_against(span["text"], 1)
    except BadInput:
        return False
    return True


def cases() -> dict[str, Any]:
    """All of them, by the name of their file."""
    return {
        "language": language(),
        "movements": movements(),
        "cuts": cuts(),
        "timelines": timelines(),
        "points": points(),
    }


def written(case: Any) -> str:
    """A file's text: one line to each member of a list, so that a difference can be read."""
    if isinstance(case, list):
        return "[\n" + ",\n".join(json.dumps(each, ensure_ascii=False) for each in case) + "\n]"
    if isinstance(case, dict):
        return "{\n" + ",\n".join(f'"{name}": {written(part)}' for name, part in case.items()) + "\n}"
    return json.dumps(case)


def main() -> int:
    """Write or check."""
    stale = []
    for name, case in cases().items():
        file = FOLDER / f"{name}.json"
        if "--check" not in sys.argv[1:]:
            file.write_text(written(case) + "\n")
        elif not file.is_file() or file.read_text() != written(case) + "\n":
            stale.append(file.name)
    if stale:
        print(f"{', '.join(stale)}: the package says something else. Run {Path(__file__).name}, then the pages' tests.")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
