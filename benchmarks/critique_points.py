"""How well critiques in free text are read as points: beside marks made by reading, and by what they do to the draft.

    python -m benchmarks.critique_points [--data DIR] [--show dev]

Three figures. Agreement: the points of 100 critiques beside ``tests/data/critique_marks.json`` (40 on which the rules
were written, 60 that were marked before the rules were run on them). The closed loop: drafts that come nearer to the
final caption when the points of the human critique are carried out. Edits: the points beside what was changed between
draft and final caption. docs/points.md has the last run, and how the marks were chosen and made.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from benchmarks.data import ended, reference
from videolect.metrics.edits import stretches
from videolect.metrics.intervals import bootstrap, divided
from videolect.metrics.text import word_edits
from videolect.points.apply import apply_points
from videolect.points.match import constructive, match_points
from videolect.points.reading.critique import points_of
from videolect.points.words import tokens
from videolect.record.critique import Point, is_sentinel

ROOT = Path(__file__).parents[1]
MARKS = ROOT / "tests" / "data" / "critique_marks.json"
HALVES = {"written on": 0, "reported": 1}
LOOP = 1500
COLUMNS = ["video_id", "source_key", "aspect", "review_status", "pre_caption", "critique_final", "final_caption"]
Row = dict[str, Any]


def half_of(source_key: str) -> int:
    """0 for the sources on which the rules were written, 1 for those on which figures are reported."""
    return hashlib.blake2b(source_key.encode()).digest()[0] % 2


def triples(data: Path) -> list[Row]:
    """Reviewed triples with a critique that asks for something."""
    rows = pq.read_table(data / "triples.parquet", columns=COLUMNS).to_pylist()
    return [
        row for row in rows
        if row["review_status"] in ("approved", "rejected") and row["pre_caption"] and row["final_caption"]
        and row["critique_final"] and not is_sentinel(row["critique_final"])
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------------------------- marks

ASPECTS = ("camera", "motion", "scene", "spatial", "subject")
MACHINE = ("video_model", "blind_model", "nonconstructive", "replacement_error", "insertion_error")
ABOUT_THE_FINAL = MACHINE[:2]
"""They speak of the final caption. Before this day some spoke of the draft, and nothing says which."""
FROM_DAY = "2025-09-30"
SENTINELS = ("the caption is accurate and requires no edits", "no edits")


def chosen(data: Path) -> set[tuple[str, str, str]]:
    """(video, aspect, variant) of the critiques that are marked, in the order of a hash of these three.

    Of the sources on which the rules were written 5 human ones of each aspect and 3 of each machine variant, of the
    other sources 7 and 5. Only of drafts that needed edits.
    """
    known = {(row["video_id"], row["aspect"]): row for row in triples(data)}
    pool = [(*key, "human", row["source_key"]) for key, row in known.items()]
    names = ["video_id", "aspect", "variant", "critique", "generated_at", "source_matches_triple"]
    for row in pq.read_table(data / "critiques.parquet", columns=names).to_pylist():
        key, variant = (row["video_id"], row["aspect"]), row["variant"].removesuffix("_critique")
        if key not in known or variant not in MACHINE or not row["critique"] or not row["source_matches_triple"]:
            continue
        if variant in ABOUT_THE_FINAL and row["generated_at"] < FROM_DAY:
            continue
        if not row["critique"].lower().startswith(SENTINELS):
            pool.append((*key, variant, known[key]["source_key"]))
    pool.sort(key=_order)
    found: set[tuple[str, str, str]] = set()
    for half, people, machines in ((0, 5, 3), (1, 7, 5)):
        some = [one for one in pool if half_of(one[3]) == half]
        for aspect in ASPECTS:
            found |= {one[:3] for one in [one for one in some if one[1:3] == (aspect, "human")][:people]}
        for variant in MACHINE:
            found |= {one[:3] for one in [one for one in some if one[2] == variant][:machines]}
    return found


def _order(one: tuple[str, str, str, str]) -> str:
    video, aspect, variant, _ = one
    name = variant if variant == "human" else f"{variant}_critique"
    return hashlib.sha256(f"critique-marks-1/{video}/{aspect}/{name}".encode()).hexdigest()


def marked(data: Path) -> list[Row]:
    """The marked critiques with their texts: ``critique``, ``text`` (what it speaks of) and ``true`` (points)."""
    known = {(row["video_id"], row["aspect"]): row for row in triples(data)}
    wanted = json.loads(MARKS.read_text(encoding="utf-8"))
    machine = {
        (row["video_id"], row["aspect"], row["variant"].removesuffix("_critique")): row["critique"]
        for row in pq.read_table(data / "critiques.parquet", columns=["video_id", "aspect", "variant", "critique"])
        .to_pylist()
    }  # fmt: skip
    for row in wanted:
        triple = known[row["video_id"], row["aspect"]]
        own = row["variant"] == "human"
        row["critique"] = triple["critique_final"] if own else machine[row["video_id"], row["aspect"], row["variant"]]
        row["text"] = triple["pre_caption" if row["of"] == "draft" else "final_caption"]
        for name, text in (("critique_sha256", row["critique"]), ("text_sha256", row["text"])):
            if hashlib.sha256(text.encode()).hexdigest()[:16] != row[name]:
                raise SystemExit(f"The text of {row['video_id']} {row['aspect']} is not the one that was marked.")
        row["true"] = [_point(mark, number, row) for number, mark in enumerate(row["marks"])]
    return list(wanted)


def _point(mark: Mapping[str, Any], number: int, row: Row) -> Point:
    start, end = mark.get("start"), mark.get("end")
    words = "" if start is None else row["text"][start:end]
    said = "" if "said" not in mark else row["critique"][slice(*mark["said"])]
    return Point(id=f"m{number}", kind=mark["kind"], start=start, end=end, words=words, instruction=said)


def agreement(rows: Sequence[Row]) -> np.ndarray[Any, Any]:
    """[rows, 5]: pairs, found, true, pairs with equal constructiveness, same place but another mend."""
    counts = []
    for row in rows:
        found = points_of(row["critique"], row["text"])
        matching = match_points(found, row["true"], row["text"])
        equal = sum(
            constructive(found[pair.found]) == row["marks"][pair.true]["constructive"] for pair in matching.pairs
        )
        counts.append([len(matching.pairs), len(found), len(row["true"]), equal, len(matching.other_mend)])
    return np.array(counts, float)


def _kinds(rows: Iterable[Row]) -> Counter[tuple[str, str]]:
    seen: Counter[tuple[str, str]] = Counter()
    for row in rows:
        found = points_of(row["critique"], row["text"])
        for pair in match_points(found, row["true"], row["text"]).pairs:
            seen[row["true"][pair.true].kind, found[pair.found].kind] += 1
    return seen


FIGURES: Mapping[str, Callable[[Any], Any]] = {
    "precision": lambda sums: divided(sums[..., 0], sums[..., 1]),
    "recall": lambda sums: divided(sums[..., 0], sums[..., 2]),
    "f1": lambda sums: divided(2 * sums[..., 0], sums[..., 1] + sums[..., 2]),
    "constructive agrees": lambda sums: divided(sums[..., 3], sums[..., 0]),
    "other mend": lambda sums: divided(sums[..., 4], sums[..., 2]),
}


def _print_agreement(rows: Sequence[Row]) -> None:
    print("part  who      critiques points marks  " + "  ".join(f"{name:>19}" for name in FIGURES))
    for part in ("dev", "held"):
        some = [row for row in rows if row["part"] == part]
        human = [row for row in some if row["variant"] == "human"]
        machine = [row for row in some if row["variant"] != "human"]
        for who, chosen in (("human", human), ("machine", machine), ("all", some)):
            _line(f"{part:5} {who:8}", chosen)
    for variant in sorted({row["variant"] for row in rows} - {"human"}):
        _line(f"held  {variant[:14]:14}", [r for r in rows if r["variant"] == variant and r["part"] == "held"])
    kinds = sorted(_kinds(row for row in rows if row["part"] == "held").items())
    print("kinds, marked -> read, held: " + ", ".join(f"{true} -> {found} {n}" for (true, found), n in kinds))


def _line(name: str, rows: Sequence[Row]) -> None:
    counts = agreement(rows)
    groups = [row["video_id"] for row in rows]
    told = []
    for figure in FIGURES.values():
        one = bootstrap(counts, groups, figure)
        told.append(f"{one.value:6.2f} [{one.low:.2f}, {one.high:.2f}]")
    print(f"{name} {len(rows):9} {counts[:, 1].sum():6.0f} {counts[:, 2].sum():5.0f}  " + "  ".join(told))


# --------------------------------------------------------------------------------------------------------- closed loop


def loop(rows: Sequence[Row]) -> None:
    """Nearer, farther, unchanged, by aspect; and word edits saved."""
    points = [points_of(row["critique_final"], row["pre_caption"]) for row in rows]
    drafts, finals = [row["pre_caption"] for row in rows], [row["final_caption"] for row in rows]
    revised = [apply_points(draft, found)[0] for draft, found in zip(drafts, points, strict=True)]
    before, after = word_edits(drafts, finals), word_edits(revised, finals)
    for aspect in ("all", *sorted({row["aspect"] for row in rows})):
        used = np.array([aspect in ("all", row["aspect"]) for row in rows])
        nearer, farther = (after < before)[used].mean(), (after > before)[used].mean()
        saved = (before - after)[used].sum() / before[used].sum()
        print(
            f"  {aspect:8} n {used.sum():5}  nearer {nearer:.1%}  farther {farther:.1%}  "
            f"unchanged {1 - nearer - farther:.1%}  word edits saved {saved:.1%}"
        )


def edits(rows: Sequence[Row]) -> None:
    """Points beside what was changed: of each, the share that touches one of the other."""
    hits = np.zeros(4)
    for row in rows:
        draft = tokens(row["pre_caption"])
        changed = [
            stretch.before
            for stretch in stretches([t.stem for t in draft], [t.stem for t in tokens(row["final_caption"])], 2)
            if stretch.changed
        ]
        places = []
        for point in points_of(row["critique_final"], row["pre_caption"]):
            if point.start is not None and point.end is not None and point.kind != "remark":
                inside = [at for at, t in enumerate(draft) if t.start < point.end and point.start < t.end]
                if inside:
                    places.append((inside[0] if point.kind != "insert" else inside[-1], inside[-1] + 1))
        touch = [[a <= d and c <= b for c, d in changed] for a, b in places]
        hits += [sum(map(any, touch)), len(places), sum(map(any, zip(*touch, strict=True))), len(changed)]
    print(f"  points that touch an edit {hits[0] / hits[1]:.1%} of {hits[1]:.0f}; ", end="")
    print(f"edits that a point touches {hits[2] / hits[3]:.1%} of {hits[3]:.0f}")


WORSENED = ("human", "deletion_error", "insertion_error", "replacement_error", "nonconstructive")


def worsened(rows: Sequence[Row], data: Path) -> None:
    """Critiques that were made worse on purpose beside the human ones that they were made from.

    A measure that is worth something shows what was done to each: points that lack, points too many, another mend, no
    mend. "another film" is the human critique of another draft of the aspect: what matches by chance.
    """
    known = {(row["video_id"], row["aspect"]): row for row in rows}
    some = pq.read_table(data / "critiques.parquet", columns=["video_id", "aspect", "variant", "critique"]).to_pylist()
    texts = {name: {} for name in WORSENED}  # type: dict[str, dict[tuple[str, str], str]]
    for row in some:
        variant, key = row["variant"].removesuffix("_critique"), (row["video_id"], row["aspect"])
        if variant in texts and key in known and row["critique"]:
            texts[variant][key] = row["critique"]
    keys = sorted(set.intersection(*(set(texts[name]) for name in WORSENED[1:])))
    texts["human"] = {key: known[key]["critique_final"] for key in keys}
    others = {aspect: [key for key in keys if key[1] == aspect] for aspect in ASPECTS}
    texts["another film"] = {
        key: known[other]["critique_final"]
        for same in others.values()
        for key, other in zip(same, [*same[len(same) // 2 :], *same[: len(same) // 2]], strict=True)
    }
    print(f"worsened critiques beside the human ones, {len(keys)} drafts:")
    for name in (*WORSENED, "another film"):
        sums = np.zeros(5)
        for key in keys:
            draft = known[key]["pre_caption"]
            found = () if is_sentinel(texts[name][key]) else points_of(texts[name][key], draft)
            true = points_of(known[key]["critique_final"], draft)
            matching = match_points(found, true, draft)
            sums += [
                len(matching.pairs),
                len(found),
                len(true),
                sum(map(constructive, found)),
                len(matching.other_mend),
            ]
        print(
            f"  {name:17} points {sums[1]:5.0f}  precision {sums[0] / sums[1]:.2f}  recall {sums[0] / sums[2]:.2f}  "
            f"constructive {sums[3] / sums[1]:.2f}  same place, other mend {sums[4] / sums[2]:.2f}"
        )


def _speed(rows: Sequence[Row]) -> None:
    began = time.process_time()
    for row in rows:
        points_of(row["critique_final"], row["pre_caption"])
    taken = 1000 * (time.process_time() - began) / len(rows)
    long = " ".join(row["critique_final"] for row in rows)
    critique, draft = " ".join(long.split()[:200]), " ".join(" ".join(r["pre_caption"] for r in rows).split()[:120])
    began = time.process_time()
    for _ in range(20):
        points_of(critique, draft)
    print(f"speed: {taken:.2f} ms a critique; 200 words on 120: {50 * (time.process_time() - began):.1f} ms")


def run(quick: bool = False, named: Path | None = None) -> None:
    """Print all figures."""
    data = reference(named=named)
    rows = triples(data)
    random.Random(1).shuffle(rows)
    _print_agreement(marked(data))
    for name, half in HALVES.items():
        some = [row for row in rows if half_of(row["source_key"]) == half][: LOOP // 10 if quick else LOOP]
        print(f"human critiques carried out, {name} half:")
        loop(some)
        edits(some)
    worsened([row for row in rows if half_of(row["source_key"]) == 1], data)
    _speed(rows[:300])


def _show(part: str, data: Path) -> None:
    """Where points and marks differ. For working on the rules: only of the part on which they are written."""
    for row in marked(data):
        if row["part"] == part:
            found = points_of(row["critique"], row["text"])
            pairs = match_points(found, row["true"], row["text"]).pairs
            ours, theirs = {pair.found for pair in pairs}, {pair.true for pair in pairs}
            if len(ours) < len(found) or len(theirs) < len(row["true"]):
                print(f"\n## {row['variant']} {row['aspect']}\nT: {row['text']}\nC: {row['critique']}")
                for at, point in enumerate(found):
                    print(f"  {'=' if at in ours else '+'} {point.kind} {point.words!r} -> {point.instruction!r}")
                for at, point in enumerate(row["true"]):
                    if at not in theirs:
                        print(f"  - {point.kind} {point.words!r} -> {point.instruction!r}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="benchmarks.critique_points")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--show", choices=["dev"])
    asked = parser.parse_args()
    if asked.show:
        sys.exit(ended(lambda: _show(asked.show, reference(named=asked.data))))
    sys.exit(ended(lambda: run(named=asked.data)))
