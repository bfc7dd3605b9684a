"""The stated matcher of points, and when a point is constructive."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from videolect.points.match import constructive, match_points
from videolect.points.reading.critique import points_of
from videolect.record.critique import Point, PointKind

DRAFT = "A red car drives left across a wooden bridge. Two men wait in the middle ground."


def point(kind: PointKind, words: str = "", instruction: str = "") -> Point:
    if not words:
        return Point(id="p", kind=kind, instruction=instruction)
    start = DRAFT.index(words)
    return Point(id="p", kind=kind, start=start, end=start + len(words), words=words, instruction=instruction)


SAME = [
    (point("replace", "red", "blue"), point("replace", "A red car", "A blue car")),
    (point("replace", "wooden bridge", "bridge"), point("delete", "wooden")),
    (point("replace", "the middle ground", "the foreground"), point("replace", "middle ground", "foreground")),
    (point("insert", "bridge", "with a railing"), point("insert", "Two men wait", "The bridge has a railing")),
    (point("remark", "red", "The colour is wrong."), point("replace", "red", "blue")),
    (point("remark", "", "It lacks a railing"), point("insert", "bridge", "with a railing")),
]
OTHER = [
    (point("replace", "left", "right"), point("replace", "left", "up")),
    (point("replace", "red", "blue"), point("replace", "A red car", "A green car")),
    (point("replace", "red", "blue"), point("delete", "red")),
    (point("replace", "middle ground", "left background"), point("replace", "middle ground", "right background")),
]
APART = [
    (point("delete", "red"), point("delete", "wooden")),
    (point("insert", "bridge", "with a railing"), point("insert", "bridge", "over a river")),
    (point("replace", "red", "blue"), point("insert", "car", "blue lights")),
]


@pytest.mark.parametrize(("one", "two"), SAME)
def test_the_same(one: Point, two: Point) -> None:
    for found, true in ((one, two), (two, one)):
        assert len(match_points([found], [true], DRAFT).pairs) == 1


@pytest.mark.parametrize(("one", "two"), OTHER)
def test_the_same_place_with_another_mend(one: Point, two: Point) -> None:
    for found, true in ((one, two), (two, one)):
        matching = match_points([found], [true], DRAFT)
        assert not matching.pairs
        assert len(matching.other_mend) == 1


@pytest.mark.parametrize(("one", "two"), APART)
def test_nothing_in_common(one: Point, two: Point) -> None:
    matching = match_points([one], [two], DRAFT)
    assert not matching.pairs
    assert not matching.other_mend


def test_each_point_has_one_partner_and_the_best() -> None:
    found = [point("replace", "A red car drives left", "A blue car drives right"), point("replace", "red", "blue")]
    true = [point("replace", "red", "blue")]
    assert [(pair.found, pair.true) for pair in match_points(found, true, DRAFT).pairs] == [(1, 0)]


CONSTRUCTIVE = [
    (point("replace", "red", "blue"), True),
    (point("replace", "red"), False),
    (point("insert", "bridge", "with a railing"), True),
    (point("insert", "bridge", " ... "), False),
    (point("delete", "red"), True),
    (point("reorder", "Two men wait", "to the start"), True),
    (point("reorder", "Two men wait"), False),
    (point("remark", "red", "The colour is wrong."), False),
    (point("remark", "", "It should be blue."), True),
    (point("remark", "", "The bridge is of stone rather than wood"), True),
    (point("remark"), False),
]


@pytest.mark.parametrize(("one", "right"), CONSTRUCTIVE)
def test_constructive(one: Point, right: bool) -> None:
    assert constructive(one) is right


TEXTS = st.text(alphabet="abc left right blue red.", max_size=20)


@given(st.lists(TEXTS, max_size=5), st.lists(TEXTS, max_size=5))
def test_pairs_are_one_to_one(ours: list[str], theirs: list[str]) -> None:
    found, true = ([point("replace", "red", words) for words in texts] for texts in (ours, theirs))
    matching = match_points(found, true, DRAFT)
    both = matching.pairs + matching.other_mend
    assert len({pair.found for pair in both}) == len({pair.true for pair in both}) == len(both)
    assert len(both) <= min(len(found), len(true))


def test_a_list_matches_itself() -> None:
    points = [one for one, _ in SAME] + [one for _, one in OTHER]
    points = [one for one in points if one.kind != "remark"]
    assert len(match_points(points, points, DRAFT).pairs) == len(points)


def test_to_call_any_word_wrong_finds_nothing_that_stands_beside_it() -> None:
    draft = "A red car drives left past two trees."
    true = points_of('Replace "red" with "blue".', draft)
    for words in ('"left" is wrong.', 'The word "drives" is wrong.', 'The word "car" is not right.'):
        assert not match_points(points_of(words, draft), true, draft).pairs, words
    assert len(match_points(points_of('"red" is wrong.', draft), true, draft).pairs) == 1
