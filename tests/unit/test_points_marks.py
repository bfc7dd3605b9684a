"""A hundred marked critiques: the marks fit their texts, and the points that are read agree with them well enough.

The bounds lie below what docs/points.md reports, so that a change that reads worse is seen.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from benchmarks import critique_points as bench

from videolect.metrics.text import word_edits
from videolect.points.apply import apply_points
from videolect.points.reading.critique import points_of


@pytest.fixture(scope="module")
def marked(reference_data: Path) -> list[bench.Row]:
    return bench.marked(reference_data)


def test_there_are_forty_and_sixty_of_them_and_no_text() -> None:
    rows = json.loads(bench.MARKS.read_text(encoding="utf-8"))
    parts = [row["part"] for row in rows]
    assert (parts.count("dev"), parts.count("held")) == (40, 60)
    assert sum(row["variant"] == "human" for row in rows) == 60
    assert not {key for row in rows for mark in row["marks"] for key in mark} - {
        "kind", "start", "end", "said", "constructive",
    }  # fmt: skip


def test_they_are_those_that_the_rule_chooses(reference_data: Path) -> None:
    rows = json.loads(bench.MARKS.read_text(encoding="utf-8"))
    assert {(row["video_id"], row["aspect"], row["variant"]) for row in rows} == bench.chosen(reference_data)


def test_every_mark_lies_in_its_texts(marked: list[bench.Row]) -> None:
    for row in marked:
        for point, mark in zip(row["true"], row["marks"], strict=True):
            point.check_against(row["text"], frames=1)
            assert bool(point.instruction) == ("said" in mark)


@pytest.mark.parametrize(("part", "least"), [("dev", 0.75), ("held", 0.55)])
def test_points_agree_with_the_marks(marked: list[bench.Row], part: str, least: float) -> None:
    sums = bench.agreement([row for row in marked if row["part"] == part]).sum(axis=0)
    assert bench.FIGURES["f1"](sums) >= least
    assert bench.FIGURES["constructive agrees"](sums) >= 0.85


def test_carried_out_they_bring_drafts_nearer_much_oftener_than_away(reference_data: Path) -> None:
    rows = [row for row in bench.triples(reference_data) if bench.half_of(row["source_key"]) == 1][:300]
    drafts, finals = [row["pre_caption"] for row in rows], [row["final_caption"] for row in rows]
    points = [points_of(row["critique_final"], row["pre_caption"]) for row in rows]
    revised = [apply_points(draft, found)[0] for draft, found in zip(drafts, points, strict=True)]
    before, after = word_edits(drafts, finals), word_edits(revised, finals)
    nearer, farther = np.count_nonzero(after < before), np.count_nonzero(after > before)
    assert nearer >= 1.7 * farther
