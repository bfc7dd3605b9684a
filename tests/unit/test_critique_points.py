"""Critiques in free text become points on the words of the draft."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from videolect.dataset.critique_points import points_of
from videolect.record.critique import SENTINEL
from videolect.vlm.points import apply_points

DRAFT = "A red car drives left across a bridge. In the middle ground, two men wait. The camera pans left slowly."

MOVED = ("replace", "the middle ground", "the foreground")
READ = [
    ('Change "A red car" to "A blue car."', [("replace", "A red car", "A blue car")]),
    ('"drives left" should be changed to "drives right".', [("replace", "drives left", "drives right")]),
    ('Use "bus" instead of "car".', [("replace", "car", "bus")]),
    ('Please remove the phrase "across a bridge."', [("delete", "across a bridge", "")]),
    ("Please remove the word slowly.", [("delete", "slowly", "")]),
    ("The camera pans right, not left.", [("replace", "left", "right")]),
    ("The men are in the foreground, not the middle ground.", [MOVED]),
    ("The caption is accurate and well written.", []),
    (SENTINEL, []),
    ("The caption is accurate and requires no edits, so it should remain exactly the same.", []),
    ("", []),
]  # fmt: skip


@pytest.mark.parametrize(("critique", "points"), READ, ids=[words[:40] or "nothing" for words, _ in READ])
def test_a_sentence_is_read(critique: str, points: list[tuple[str, str, str]]) -> None:
    assert [(point.kind, point.words, point.instruction) for point in points_of(critique, DRAFT)] == points


def test_points_can_be_carried_out() -> None:
    critique = (
        '1. Change "red" to "blue".\n'
        '2. Please remove "slowly".\n'
        "3. The men are in the foreground, not the middle ground."
    )
    text, applied, left = apply_points(DRAFT, points_of(critique, DRAFT))
    assert text == "A blue car drives left across a bridge. In the foreground, two men wait. The camera pans left."
    assert len(applied) == 3
    assert not left


PIECES = """the camera pans left right not rather than instead of "red car" "blue" is should be changed to remove add
add: 1. - car , . ; : ! ... “middle ground” foreground no there is ' … change with"""
WORDS = st.sampled_from(PIECES.split())
TEXTS = st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=40).map(" ".join))


@settings(deadline=None, max_examples=300)
@given(TEXTS, TEXTS)
def test_no_text_raises_and_every_place_is_in_the_draft(critique: str, draft: str) -> None:
    points = points_of(critique, draft)
    assert points == points_of(critique, draft)
    for point in points:
        point.check_against(draft, frames=1)
        assert point.start is not None or point.kind == "remark"
    apply_points(draft, points)
