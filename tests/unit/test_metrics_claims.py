"""Claims counted against states: every column, the rates, and which primitives are opposites."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from videolect.errors import BadInput
from videolect.language import claims_of, load_spec
from videolect.metrics.claims import COLUMNS, FIGURES, column, f1, judge, precision, recall
from videolect.metrics.intervals import bootstrap
from videolect.metrics.opposites import opposites_of


@dataclass(frozen=True)
class Says:
    primitive: str
    state: str = "asserted"


def no(primitive: str) -> Says:
    return Says(primitive, "denied")


def counted(claims: list[Says], states: dict[str, bool], sayable: set[str] | None = None) -> dict[str, int]:
    """The columns of one caption that are not 0."""
    sums = judge([claims], [states], sayable if sayable is not None else set(states)).stats()[0]
    return {name: int(count) for name, count in zip(COLUMNS, sums, strict=True) if count}


def test_no_captions_have_no_counts():
    cells = judge([], [], {"pan_left"})
    assert cells.stats().shape == cells.stats({"pan_left"}).shape == (0, len(COLUMNS))


@pytest.mark.parametrize(
    ("claims", "states", "columns"),
    [
        ([Says("pan_left")], {"pan_left": True}, {"right": 1, "sayable": 1, "found": 1}),
        ([Says("pan_left")], {"pan_left": False}, {"hallucinated": 1}),
        ([Says("pan_left")], {}, {"open": 1}),
        ([no("pan_left")], {"pan_left": False}, {"denied_right": 1}),
        ([no("pan_left")], {"pan_left": True}, {"denied_wrong": 1, "sayable": 1}),
        ([no("pan_left")], {}, {"denied_open": 1}),
        ([], {"pan_left": True, "zoom_in": False}, {"sayable": 1, "omitted": 1}),
        ([Says("pan_left"), Says("pan_left")], {"pan_left": False}, {"hallucinated": 1}),
        ([], {}, {}),
    ],
)
def test_what_is_said_meets_what_is_true(claims, states, columns):
    assert counted(claims, states) == columns


def test_what_a_caption_is_not_asked_to_say_is_no_omission():
    assert counted([], {"pan_left": True, "rain": True}, {"pan_left"}) == {"sayable": 1, "omitted": 1}
    assert counted([Says("rain")], {"rain": True}, {"pan_left"}) == {"right": 1}


@pytest.mark.parametrize(
    ("said", "true", "kind"),
    [
        ("pan_left", "pan_right", "mirrored"),
        ("zoom_out", "zoom_in", "mirrored"),
        ("roll_clockwise", "roll_counter_clockwise", "mirrored"),
        ("dolly_in_zoom_out", "dolly_out_zoom_in", "mirrored"),
        ("crosses_left_to_right", "crosses_right_to_left", "mirrored"),
        ("push_in", "pull_out", "mirrored"),
        ("shot_size_starts_wide", "shot_size_ends_wide", "swapped_ends"),
        ("angle_from_high_to_low", "angle_from_low_to_high", "swapped_order"),
        ("focus_from_foreground_to_middle_ground", "focus_from_middle_ground_to_foreground", "swapped_order"),
        ("above_water_to_underwater", "underwater_to_above_water", "swapped_order"),
    ],
)
def test_the_opposite_said_instead_is_told_apart(said: str, true: str, kind: str):
    states = {said: False, true: True}
    assert counted([Says(said)], states) == {"hallucinated": 1, "sayable": 1, "omitted": 1, kind: 1}
    both = counted([Says(said), Says(true)], states)
    assert kind not in both, "both were said: one too many, but not one for the other"
    assert kind not in counted([Says(said)], {said: False, true: False})
    assert kind not in counted([Says(said)], {true: True}), "undetermined is not false"


def test_opposites_of_the_specification_go_both_ways_and_are_of_one_kind():
    names = load_spec().primitives
    found = opposites_of(names)
    for pairs in (found.mirror, found.end, found.order):
        assert len(pairs) >= 20
        assert all(pairs[other] == name and other in names for name, other in pairs.items())
    assert not found.mirror.keys() & found.end.keys()
    assert not found.mirror.keys() & found.order.keys()
    directions = {name for name in names if {"left", "right"} & set(name.split("_"))}
    assert directions <= found.mirror.keys() | {"starts_at_left"}


def test_rates():
    said = [[Says("a"), Says("b"), no("c")], [Says("a"), no("d")], []]
    states = [{"a": True, "b": False, "c": False, "d": True}, {"a": True, "d": True}, {"a": True}]
    sums = judge(said, states, {"a", "d"}).stats().sum(axis=0)
    rates = {name: float(figure(sums)) for name, figure in FIGURES.items()}
    assert rates == pytest.approx(
        {
            "precision": 2 / 3,
            "recall": 2 / 5,
            "f1": 0.5,
            "hallucination_rate": 1 / 3,
            "omission_rate": 2 / 5,
            "denied_accuracy": 1 / 2,
            "mirror_rate": 0,
        }
    )


def test_rates_of_nothing_are_not_defined():
    sums = judge([[]], [{}], set()).stats()
    assert all(np.isnan(figure(sums)).all() for figure in FIGURES.values())
    wrong = judge([[Says("a")]], [{"a": False, "b": True}], {"b"}).stats()
    assert (precision(wrong)[0], recall(wrong)[0], f1(wrong)[0]) == (0, 0, 0)
    silent = judge([[]], [{"a": True}], {"a"}).stats()
    assert np.isnan(precision(silent)[0])
    assert (recall(silent)[0], f1(silent)[0]) == (0, 0)


def test_slices_by_primitive():
    said = [[Says("a"), Says("b")], [Says("a")], [no("b")]]
    states = [{"a": True, "b": False}, {"a": False}, {"b": False}]
    counts = judge(said, states, {"a"})
    slices = {name: counts.stats(only={name}).sum(axis=0) for name in "ab"}
    assert {name: (column(sums, "right"), column(sums, "hallucinated")) for name, sums in slices.items()} == {
        "a": (1, 1),
        "b": (0, 1),
    }
    np.testing.assert_array_equal(counts.stats(), counts.stats(only={"a"}) + counts.stats(only={"b"}))
    assert counts.stats(only=set()).shape == (3, len(COLUMNS))
    found = bootstrap(counts.stats(), ["x", "y", "y"], precision)
    assert found.value == pytest.approx(1 / 3)


def test_captions_as_the_language_reads_them():
    captions = ["The camera pans left without zooming in.", "The camera tilts up."]
    states = [{"pan_left": False, "pan_right": True, "zoom_in": False}, {"tilt_up": True}]
    spec = load_spec()
    opposites = opposites_of(spec.primitives)
    counts = judge([claims_of(caption) for caption in captions], states, {"pan_right", "tilt_up"}, opposites)
    sums = counts.stats().sum(axis=0)
    told = {name: int(column(sums, name)) for name in ("right", "hallucinated", "denied_right", "mirrored", "omitted")}
    assert told == {"right": 1, "hallucinated": 1, "denied_right": 1, "mirrored": 1, "omitted": 1}


def test_what_is_refused_says_why():
    with pytest.raises(BadInput, match="claims of 1 captions stand against the states of 0 clips"):
        judge([[]], [], set())
    with pytest.raises(BadInput, match="state 'perhaps'"):
        judge([[Says("a", "perhaps")]], [{}], set())
