"""People's edits of cuts laid over what a detector found: by place, one by one, and taken back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from tests.support.acts import START, person
from tests.unit.test_video_shots import cut, dissolve, timeline
from videolect.errors import BadInput
from videolect.record.acts.cuts import CutAdded, CutEdit, CutMoved, CutRemoved, cuts_stream
from videolect.record.cuts import NEAR_FRAMES
from videolect.video.edits import Laid
from videolect.video.shots import Transition, shots_of


def act(sort: Any, by: str, **said: Any) -> Any:
    if "kind" in said:
        said["transition_kind"] = said.pop("kind")
    return sort(
        stream=cuts_stream("ab" * 32), version=1, actor=person(by).actor, at=START, spec_version="1.0.0",
        pts_table_hash="cd" * 32, **said,
    )  # fmt: skip


def added(by: str, **said: Any) -> CutAdded:
    return act(CutAdded, by, **said)


def moved(by: str, **said: Any) -> CutMoved:
    return act(CutMoved, by, **said)


def removed(by: str, **said: Any) -> CutRemoved:
    return act(CutRemoved, by, **said)


def edited(found: Iterable[Transition], edits: Sequence[CutEdit]) -> list[Transition]:
    laid = Laid(found)
    for edit in edits:
        laid.apply(edit)
    return laid.transitions()


def places(transitions: list[Transition]) -> list[tuple[str, int, int, str]]:
    return [(one.kind, one.start_frame, one.end_frame, one.found_by) for one in transitions]


def test_people_add_move_and_remove():
    found = [cut(20), cut(40), dissolve(60, 70)]
    edits = [
        added("ann", kind="cut", start_frame=30, end_frame=30),
        removed("ann", start_frame=40, end_frame=40),
        moved("rev", was_start=60, was_end=70, kind="fade_white", start_frame=58, end_frame=72),
    ]
    assert places(edited(found, edits)) == [
        ("cut", 20, 20, "detector 1"), ("cut", 30, 30, "ann"), ("fade_white", 58, 72, "rev"),
    ]  # fmt: skip


def test_no_edits_change_nothing():
    assert edited([cut(40), cut(20)], []) == [cut(20), cut(40)]


def test_a_later_detector_does_not_overrule_a_person():
    edits = [
        added("ann", kind="cut", start_frame=30, end_frame=30),
        removed("ann", start_frame=40, end_frame=40),
        moved("ann", was_start=50, was_end=50, kind="cut", start_frame=55, end_frame=55),
    ]
    # The new run is a frame off, has found nothing at 50, and says a dissolve where ann saw a cut.
    new = [dissolve(26, 34, by="detector 2"), cut(41, by="detector 2"), cut(80, by="detector 2")]
    assert places(edited(new, edits)) == [
        ("cut", 30, 30, "ann"), ("cut", 55, 55, "ann"), ("cut", 80, 80, "detector 2"),
    ]  # fmt: skip


def test_the_nearest_of_two_is_meant():
    assert [one.start_frame for one in edited([cut(20), cut(22)], [removed("ann", start_frame=22, end_frame=22)])] == [
        20
    ]


def test_a_person_may_take_back_what_a_person_did():
    edits = [
        added("ann", kind="cut", start_frame=30, end_frame=30),
        moved("rev", was_start=30, was_end=30, kind="cut", start_frame=31, end_frame=31),
        removed("rev", start_frame=31, end_frame=31),
    ]
    assert edited([], edits[:2])[0].found_by == "rev"
    assert edited([], edits) == []


def test_two_people_do_not_put_one_over_the_other():
    first = added("ann", kind="dissolve", start_frame=30, end_frame=40)
    with pytest.raises(BadInput, match="rev puts a cut at frame 35"):
        edited([], [first, added("rev", kind="cut", start_frame=35, end_frame=35)])
    # Two cuts that are close are two cuts when people say so.
    close = [added("ann", kind="cut", start_frame=at, end_frame=at) for at in (50, 52)]
    assert [one.start_frame for one in edited([], close)] == [50, 52]


def test_the_edited_transitions_make_shots():
    edits = [added("ann", kind="cut", start_frame=30, end_frame=30)]
    shots = shots_of(edited([cut(60)], edits), timeline())
    assert [shot.found_by for shot in shots] == ["ann", "ann", "detector 1"]


def oracle(transitions: Iterable[Transition], edits: Iterable[CutEdit]) -> list[Transition]:
    """The rule as it was at first: over all transitions for each edit."""

    def place(one: Transition) -> tuple[int, int]:
        return one.start_frame, one.end_frame

    def distance(one: Transition, start: int, end: int) -> int:
        return max(start - one.end_frame, one.start_frame - end)

    found = sorted(transitions, key=place)
    by_people: list[Transition] = []
    for edit in edits:
        if isinstance(edit, CutRemoved | CutMoved):
            old = (edit.start_frame, edit.end_frame) if isinstance(edit, CutRemoved) else (edit.was_start, edit.was_end)
            near = [one for one in [*found, *by_people] if distance(one, *old) <= NEAR_FRAMES]
            target = min(
                near, key=lambda one: abs(one.start_frame - old[0]) + abs(one.end_frame - old[1]), default=None
            )
            found = [one for one in found if one is not target]
            by_people = [one for one in by_people if one is not target]
        if isinstance(edit, CutAdded | CutMoved):
            new = Transition(
                kind=edit.transition_kind,
                start_frame=edit.start_frame,
                end_frame=edit.end_frame,
                found_by=edit.worker,
                score=1.0,
            )
            for other in by_people:
                if distance(other, *place(new)) < 0 or place(other) == place(new):
                    raise BadInput(
                        f"{edit.worker} puts a {new.kind} at frame {new.start_frame}, over the {other.kind} of "
                        f"{other.found_by} at {other.start_frame}.",
                        mend="Remove or move that one first.",
                    )
            found = [one for one in found if distance(one, *place(new)) > NEAR_FRAMES]
            by_people.append(new)
    return sorted([*found, *by_people], key=place)


def checked(now: list[Transition], edits: Sequence[CutEdit], new: CutEdit) -> bool | None:
    """``Laid.check`` as it was at first: over all transitions, and by who found them; None where it refuses."""

    def gap(one: Transition) -> int:
        assert new.now is not None
        return max(one.start_frame - new.now[1], new.now[0] - one.end_frame)

    if new.was is not None:
        target = next((one for one in now if (one.start_frame, one.end_frame) == new.was), None)
        if target is None:
            return None
        now = [one for one in now if one is not target]
        if isinstance(new, CutRemoved):
            return True
        if target.kind == new.transition_kind and new.was == new.now:
            return False
    beside = -1 if new.was == new.now else 0
    people = {(edit.worker, edit.start_frame, edit.end_frame) for edit in edits}
    for one in now:
        by_person = (one.found_by, one.start_frame, one.end_frame) in people
        if gap(one) <= (beside if by_person else NEAR_FRAMES):
            return None
    return True


def drawn_stretch(draw: Random, most: int) -> dict[str, int]:
    start = draw.randrange(most)
    return {"start_frame": start, "end_frame": start + draw.choice([0, 0, 0, 1, 3, 12])}


def drawn_transition(draw: Random, most: int) -> Transition:
    place = drawn_stretch(draw, most)
    kind = "cut" if place["start_frame"] == place["end_frame"] else draw.choice(["dissolve", "gradual"])
    return Transition(kind=kind, **place, found_by="detector 1", score=draw.random())


def drawn_kind_and_place(draw: Random, most: int) -> dict[str, Any]:
    place = drawn_stretch(draw, most)
    return {**place, "transition_kind": "cut" if place["start_frame"] == place["end_frame"] else "dissolve"}


def drawn_edit(draw: Random, most: int) -> CutEdit:
    place, by = drawn_stretch(draw, most), draw.choice(["ann", "rev"])
    kind = "cut" if place["start_frame"] == place["end_frame"] else draw.choice(["dissolve", "fade_black"])
    was = drawn_stretch(draw, most)
    match draw.randrange(4):
        case 0:
            return removed(by, **place)
        case 1:
            return added(by, kind=kind, **place)
    return moved(by, kind=kind, **place, was_start=was["start_frame"], was_end=was["end_frame"])


@pytest.mark.parametrize("seed", range(15))
def test_edits_one_by_one_give_what_all_at_once_gave(seed: int):
    draw = Random(seed)
    most = draw.choice([20, 60, 300])
    found = [drawn_transition(draw, most) for _ in range(draw.randrange(60))]
    laid, kept = Laid(found), list[CutEdit]()
    refused = 0
    for _ in range(60):
        if kept and draw.random() < 0.25:
            laid.take_back()
            kept.pop()
        edit = drawn_edit(draw, most)
        try:
            expected = oracle(found, [*kept, edit])
        except BadInput as why:
            refused += 1
            with pytest.raises(BadInput, match=re.escape(str(why))):
                laid.apply(edit)
        else:
            laid.apply(edit)
            kept.append(edit)
            assert edited(found, kept) == expected
        assert laid.transitions() == oracle(found, kept)
    assert refused or most == 300


@pytest.mark.parametrize("seed", range(10))
def test_what_an_editor_may_do_is_what_a_look_at_all_transitions_allows(seed: int):
    draw, answers = Random(seed), set[bool | None]()
    laid, kept = Laid(drawn_transition(draw, 60) for _ in range(8)), list[CutEdit]()
    for _ in range(150):
        edit, before = drawn_edit(draw, 60), laid.transitions()
        if draw.random() < 0.5 and before:  # as often as not at a place where something is
            one = draw.choice(before)
            edit = moved("ann", kind=one.kind, start_frame=one.start_frame, end_frame=one.end_frame,
                         was_start=one.start_frame, was_end=one.end_frame)  # fmt: skip
            if draw.random() < 0.7:
                edit = replace(edit, **drawn_kind_and_place(draw, 60))
        try:
            answer: bool | None = laid.check(edit)
        except BadInput:
            answer = None
        assert answer == checked(before, kept, edit)
        assert laid.transitions() == before
        answers.add(answer)
        if answer:
            laid.apply(edit)
            kept.append(edit)
    assert answers == {True, False, None}
