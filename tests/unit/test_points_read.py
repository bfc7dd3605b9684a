"""Critiques in free text become points on the words of the draft."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from videolect.points.apply import apply_points
from videolect.points.match import constructive
from videolect.points.reading.critique import points_of
from videolect.record.critique import SENTINEL

DRAFT = "A red car drives left across a bridge. In the middle ground, two men wait. The camera pans left slowly."

MOVED = ("replace", "the middle ground", "the foreground")
FIRST = "A red car drives left across a bridge."
MOVED_IN = ("replace", "In the middle ground", "in the foreground")
READ = [
    ('Change "A red car" to "A blue car."', [("replace", "A red car", "A blue car")]),
    ('"drives left" should be changed to "drives right".', [("replace", "drives left", "drives right")]),
    ('Use "bus" instead of "car".', [("replace", "car", "bus")]),
    ('Please remove the phrase "across a bridge."', [("delete", "across a bridge", "")]),
    ("Please remove the word slowly.", [("delete", "slowly", "")]),
    ("The camera pans right, not left.", [("replace", "left", "right")]),
    ("The men are in the foreground, not the middle ground.", [MOVED]),
    ("The camera does not pan left; instead, it tilts up.", [("replace", "pans left", "tilts up")]),
    ("The car is not red. Instead, it is blue.", [("replace", "red", "blue")]),
    ("Instead of panning left, the camera pans right.", [("replace", "pans left", "pans right")]),
    ("The men described as being in the middle ground are actually in the foreground.", [MOVED_IN]),
    ('The phrase "pans left" is wrong. It should be "pans right".', [("replace", "pans left", "pans right")]),
    ("Change the direction from left to right.", [("replace", "left", "right")]),
    ("There are three men.", [("replace", "two", "three")]),
    ("The bridge is not visible.", [("delete", "a bridge", "")]),
    ('"red" and "slowly" should be removed.', [("delete", "red", ""), ("delete", "slowly", "")]),
    ('The word "slowly" is subjective; it might be better to omit this detail.', [("delete", "slowly", "")]),
    ('Add "in the rain" after "across a bridge".', [("insert", "across a bridge", "in the rain")]),
    ('Please add "Birds fly overhead." at the end of the caption.', [("insert", "", "Birds fly overhead")]),
    ("Please mention that a dog barks.", [("insert", "The camera pans left slowly.", "A dog barks.")]),
    ("The caption omits a dog that runs behind the car.", [("insert", FIRST, "A dog that runs behind the car.")]),
    (
        'Change "A red car drives left across a bridge" to "A blue car drives left across a long bridge".',
        [("replace", "A red", "A blue"), ("replace", "bridge", "long bridge")],
    ),
    ("The caption correctly identifies the car.", []),
    ("The caption contains some errors.", []),
    ("The caption is accurate and well written.", []),
    (SENTINEL, []),
    ("The caption is accurate and requires no edits, so it should remain exactly the same.", []),
    ("", []),
]  # fmt: skip


@pytest.mark.parametrize(("critique", "points"), READ, ids=[words[:40] or "nothing" for words, _ in READ])
def test_a_sentence_is_read(critique: str, points: list[tuple[str, str, str]]) -> None:
    assert [(point.kind, point.words, point.instruction) for point in points_of(critique, DRAFT)] == points


COMPLAINTS = [
    ('The description of the car as "red" is inaccurate.', "red"),
    ("The caption incorrectly states that two men wait.", "two men wait"),
    ("The caption does not mention the camera's height.", "The camera pans left slowly."),
]


@pytest.mark.parametrize(("critique", "words"), COMPLAINTS)
def test_a_complaint_without_a_mend_is_a_remark_that_is_not_constructive(critique: str, words: str) -> None:
    (point,) = points_of(critique, DRAFT)
    assert (point.kind, point.words, point.instruction) == ("remark", words, critique)
    assert not constructive(point)


def test_what_cannot_be_merged_is_a_constructive_remark_on_its_sentence() -> None:
    (point,) = points_of("The men are walking a tiger through the rain.", DRAFT)
    assert (point.kind, point.words) == ("remark", "In the middle ground, two men wait.")
    assert constructive(point)


def test_the_place_is_the_one_beside_the_words_that_are_spoken_of() -> None:
    draft = "A cat sits in the background, and a dog lies in the background."
    (point,) = points_of("The dog is in the foreground, not the background.", draft)
    assert point.start == draft.rindex("the background")


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


@pytest.mark.parametrize("text", ["", "...", "\x00", "\ud800", "\"'“”", "1.\n2.\n", "カメラは左にパンします。"])
def test_texts_without_words_give_no_points_on_words(text: str) -> None:
    assert all(point.start is None for point in points_of("The camera pans right, not left.", text))
    assert all(point.kind == "remark" for point in points_of(text, DRAFT))
