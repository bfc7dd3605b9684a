"""A critique's points: what they may be, that they fit draft and clip, and how they read."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.acts import DRAFT, point
from videolect.errors import BadInput
from videolect.record.critique import POINT_KINDS, Critique, Point

# ---------------------------------------------------------------------------------------------------------- their shape


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"id": ""}, "The point's id '' is not a name"),
        ({"id": "a b"}, "The point's id 'a b' is not a name"),
        ({"kind": "praise"}, "Point p1 is of kind 'praise'"),
        ({"severity": "fatal"}, "Point p1 has severity 'fatal'"),
        ({"start": 3}, "Point p1 has one end of a span"),
        ({"end": 3}, "Point p1 has one end of a span"),
        ({"start": -1, "end": 2}, "Point p1 spans -1 to 2"),
        ({"start": 5, "end": 4}, "Point p1 spans 5 to 4"),
        ({"start_frame": 3}, "Point p1 has one end of a frame range"),
        ({"end_frame": 3}, "Point p1 has one end of a frame range"),
        ({"start_frame": 3, "end_frame": 3}, "Point p1 covers frames 3 to 3"),
        ({"start_frame": -1, "end_frame": 3}, "Point p1 covers frames -1 to 3"),
        ({"start_frame": 4, "end_frame": 3}, "Point p1 covers frames 4 to 3"),
        ({"words": "\x00"}, r"Point p1: the words .*U\+0000"),
        ({"instruction": "\ud800"}, "Point p1: the instruction .*surrogate"),
        ({"instruction": "x" * 5001}, "Point p1: the instruction has 5,001"),
        ({"primitive": " "}, "Point p1: the primitive is empty"),
        ({"topic": ""}, "Point p1: the topic is empty"),
        ({"topic": "x" * 201}, "Point p1: the topic has 201"),
    ],
)
def test_a_point_that_makes_no_sense_is_refused(fields: dict[str, Any], why: str):
    with pytest.raises(BadInput, match=why) as refused:
        Point(**{"id": "p1", "kind": "remark", **fields})
    assert refused.value.mend


@pytest.mark.parametrize("kind", [kind for kind in POINT_KINDS if kind != "remark"])
def test_only_a_remark_may_point_at_no_words(kind: Any):
    with pytest.raises(BadInput, match=rf"Point p1 \({kind}\) names no words"):
        Point(id="p1", kind=kind)
    assert Point(id="p1", kind="remark").sentence == "something is wrong here."


@pytest.mark.parametrize("kind", ["replace", "delete", "reorder"])
def test_what_changes_words_needs_some(kind: Any):
    with pytest.raises(BadInput, match=rf"Point p1 \({kind}\) has an empty span"):
        Point(id="p1", kind=kind, start=3, end=3)


@pytest.mark.parametrize("kind", ["insert", "remark"])
def test_an_insertion_and_a_remark_may_stand_between_two_characters(kind: Any):
    Point(id="p1", kind=kind, start=0, end=0).check_against(DRAFT, 48)
    Point(id="p1", kind=kind, start=len(DRAFT), end=len(DRAFT)).check_against(DRAFT, 48)


# ----------------------------------------------------------------------------------------------- the draft and the clip


def test_a_span_holds_exactly_the_words():
    point("p1", "walks").check_against(DRAFT, 48)
    with pytest.raises(BadInput, match="Point p1 speaks of 'walk', but the draft has 'walks' there"):
        dataclasses.replace(point("p1", "walks"), words="walk").check_against(DRAFT, 48)
    with pytest.raises(BadInput, match=f"Point p1 ends at character {len(DRAFT) + 1}; the draft has {len(DRAFT)}"):
        dataclasses.replace(point("p1"), end=len(DRAFT) + 1).check_against(DRAFT, 48)


def test_a_remark_quotes_only_words_that_are_there():
    """Words without a span are words of the draft that nothing checks: a later reader takes them for a quotation."""
    with pytest.raises(BadInput):
        Point(id="p1", kind="remark", words="never said").check_against(DRAFT, 48)


def test_an_empty_span_quotes_nothing():
    with pytest.raises(BadInput, match="Point p1 speaks of 'man', but the draft has '' there"):
        Point(id="p1", kind="insert", start=2, end=2, words="man").check_against(DRAFT, 48)


def test_frames_lie_in_the_clip():
    dataclasses.replace(point(), start_frame=0, end_frame=48).check_against(DRAFT, 48)
    with pytest.raises(BadInput, match="Point p1 ends at frame 49; the clip has 48"):
        dataclasses.replace(point(), start_frame=0, end_frame=49).check_against(DRAFT, 48)


def test_offsets_are_code_points():
    text = "🎥 pans 👩‍🎬 left"
    assert text.index("left") == 11
    Point(id="p1", kind="replace", start=11, end=15, words="left").check_against(text, 1)
    in_utf16 = len(text[:11].encode("utf-16-le")) // 2
    with pytest.raises(BadInput, match="Select the words again"):
        Point(id="p1", kind="replace", start=in_utf16, end=in_utf16 + 4, words="left").check_against(text, 1)


@settings(deadline=None, max_examples=60)
@given(text=st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), min_size=1), data=st.data())
def test_any_slice_of_any_text_can_be_pointed_at(text: str, data: st.DataObject):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    Point(id="p1", kind="delete", start=start, end=end, words=text[start:end]).check_against(text, 1)


def test_a_critique_checks_every_point():
    good, bad = point("p1"), dataclasses.replace(point("p2"), words="dog")
    with pytest.raises(BadInput, match="Point p2"):
        Critique(points=(good, bad)).check_against(DRAFT, 48)


# ------------------------------------------------------------------------------------------------------------ sentences


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, 'Replace "man" with "woman".'),
        ({"instruction": ""}, '"man" is wrong.'),
        ({"instruction": "  "}, '"man" is wrong.'),
        ({"kind": "insert", "instruction": "in red"}, 'Add "in red" after "man".'),
        ({"kind": "insert", "instruction": ""}, 'Something is missing after "man".'),
        ({"kind": "insert", "words": "", "end": 2, "instruction": "in red"}, 'Add "in red" to the caption.'),
        ({"kind": "insert", "words": "", "end": 2, "instruction": ""}, "Something is missing from the caption."),
        ({"kind": "delete", "instruction": ""}, 'Delete "man".'),
        ({"kind": "delete", "instruction": "nobody is there."}, 'Delete "man": nobody is there.'),
        ({"kind": "reorder", "instruction": "to the end"}, 'Move "man" to the end.'),
        ({"kind": "reorder", "instruction": ""}, '"man" stands in the wrong place.'),
        ({"kind": "remark", "instruction": "look again"}, 'On "man": look again.'),
        ({"kind": "remark", "instruction": ""}, 'On "man": something is wrong here.'),
        ({"start_frame": 3, "end_frame": 4}, 'Replace "man" with "woman" (frame 3).'),
        ({"start_frame": 3, "end_frame": 13}, 'Replace "man" with "woman" (frames 3-12).'),
        ({"kind": "remark", "instruction": "why?"}, 'On "man": why?'),
    ],
)
def test_a_point_reads_as_one_sentence(fields: dict[str, Any], sentence: str):
    assert dataclasses.replace(point(), **fields).sentence == sentence


# ------------------------------------------------------------------------------------------------------------ critiques


@pytest.mark.parametrize("raw", ["", "  \n"])
def test_an_empty_critique_is_refused(raw: str):
    with pytest.raises(BadInput, match=r"The critique is empty\. Write what is wrong, or add a point"):
        Critique(raw=raw)


def test_two_points_have_two_ids():
    with pytest.raises(BadInput, match="Two points have the id 'p2'"):
        Critique(points=(point("p1"), point("p2"), point("p2", "bridge")))


def test_a_critique_has_at_most_200_points():
    assert Critique(points=tuple(point(f"p{place}") for place in range(200)))
    with pytest.raises(BadInput, match="The critique has 201 points; at most 200 are kept"):
        Critique(points=tuple(point(f"p{place}") for place in range(201)))


@pytest.mark.parametrize("fields", [{"raw": "\x00"}, {"raw": "x" * 20_001}, {"language": ""}, {"language": "x" * 36}])
def test_a_critique_s_texts_are_checked(fields: dict[str, str]):
    with pytest.raises(BadInput, match="The critique"):
        Critique(**{"raw": "No.", **fields})


def test_the_final_words_are_the_expert_s_own_and_then_the_points():
    said = Critique(raw=" Not a man. \n", points=(point("p1"), point("p2", "bridge", kind="delete", instruction="")))
    assert said.words == 'Not a man. Replace "man" with "woman". Delete "bridge".'
    assert Critique(points=(point(),)).words == 'Replace "man" with "woman".'
    assert said.raw == " Not a man. \n", "raw is kept as written for ever"
