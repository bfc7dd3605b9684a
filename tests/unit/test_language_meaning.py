"""What follows from what, proved over every record of the form: an implication holds, or the solver finds a record."""

from __future__ import annotations

import pytest

from videolect.language import load_spec
from videolect.language.solver import Solver

SPEC = load_spec()
SOLVER = Solver(SPEC.parsed)
SIZES = ["extreme_wide", "wide", "full", "medium_full", "medium", "medium_close_up", "close_up", "extreme_close_up"]
IDS = set(SPEC.primitives)


def against(one: str, other: str, claim: str) -> object:
    """A record where the first is yes and the second is as claimed; None where there is none."""
    return SOLVER.record([SOLVER.primitive(one, "yes"), SOLVER.primitive(other, claim)])  # type: ignore[arg-type]


FOLLOWS = [
    ("very_stable_camera", "stable_camera"), ("very_shaky_camera", "shaky_camera"),
    ("clear_moving_camera", "moving_camera"), ("static_scene", "mostly_static_scene"), ("time_lapse", "fast_motion"),
    ("dolly_in_zoom_out", "dolly_zoom"), ("dolly_out_zoom_in", "dolly_zoom"),
    *((f"shot_size_always_{size}", f"shot_size_{end}_{size}") for size in SIZES for end in ("starts", "ends")),
    *((id_, "tracking_shot") for id_ in sorted(IDS) if id_.endswith("_tracking") and id_ != "focus_tracking"),
    *((id_, id_[5:]) for id_ in sorted(IDS) if id_.startswith("only_") and id_[5:] in IDS),
]  # fmt: skip

EXCLUDES = [
    ("shaky_camera", "stable_camera"), ("fixed_camera", "moving_camera"), ("dynamic_scene", "static_scene"),
    ("deep_focus", "shallow_focus"), ("shallow_focus", "ultra_shallow_focus"), ("slow_motion", "fast_motion"),
    ("shot_size_starts_wide", "shot_size_starts_full"), ("drone_pov", "objective_pov"),
    ("first_person_pov", "selfie_pov"), ("barrel_distortion", "fisheye_distortion"),
    ("only_pan_left", "tilt_up"), ("only_zoom_in", "pan_left"), ("only_dolly_in", "zoom_out"),
    ("shot_size_wide_to_close", "shot_size_close_to_wide"), ("color_temperature_warm", "color_temperature_cool"),
    ("scenery_shot", "framing_subject"),
]  # fmt: skip


def test_there_is_much_to_prove():
    assert len(FOLLOWS) >= 45
    assert {id_ for pair in [*FOLLOWS, *EXCLUDES] for id_ in pair} <= IDS


@pytest.mark.parametrize(("one", "other"), FOLLOWS)
def test_what_follows(one, other):
    assert against(one, other, "not yes") is None
    assert against(one, other, "yes") is not None, "and the premise can hold"


@pytest.mark.parametrize(("one", "other"), EXCLUDES)
def test_what_excludes_the_other(one, other):
    assert against(one, other, "yes") is None


def test_scenery_has_no_height_against_a_subject():
    heights = [p.id for p in SPEC.primitives.values() if p.group == "height_to_subject" and "_starts_" in p.id]
    assert heights
    assert all(against("scenery_shot", id_, "yes") is None for id_ in heights)


def test_an_arc_leaves_every_single_direction_open():
    for id_ in ("dolly_in", "truck_left", "pan_left", "tilt_up", "zoom_in", "roll_clockwise"):
        assert against("arc_clockwise", id_, "yes") is None
        assert against("arc_clockwise", id_, "no") is None


def test_overlays_are_told_of_transitions_too():
    assert against("shot_transition", "has_overlays", "yes") is not None


def test_the_solver_would_find_a_record_against_what_does_not_follow():
    assert against("stable_camera", "very_stable_camera", "not yes") is not None
    assert against("pan_left", "pan_right", "yes") is not None, "first one way, then the other"
