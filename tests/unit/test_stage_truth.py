"""The truth of staged clips: numbers to answers, wishes that come true, and what stays open."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from videolect.errors import BadInput
from videolect.language import load_spec
from videolect.stage.camera.moves import Move, Movement, Setup, Shake, track_of
from videolect.stage.camera.track import gaze_at
from videolect.stage.clips import clip_of
from videolect.stage.format import Format
from videolect.stage.plan.repertoire import GROUPS, NOT_STAGED, Repertoire
from videolect.stage.plan.takes import Take, take_of
from videolect.stage.plan.wishes import Where
from videolect.stage.truth import truth_of
from videolect.stage.truth.camera import camera_answers
from videolect.stage.truth.measure import Measured, legs_of
from videolect.stage.truth.numbers import Band, Scale
from videolect.stage.truth_file import facts_of, truth_json
from videolect.stage.words import Telling
from videolect.stage.world.places import place
from videolect.stage.world.scene import Scene

SPEC = load_spec()
SMALL = Format(size=(96, 54))


def answers(
    *moves: Movement, shake: float = 0.0, focal: float = 0.8, name: str = "square", **setup: Any
) -> dict[str, Any]:
    """What the record says of a camera in an empty place over 3 s."""
    scene = Scene(place=place(name, 2), actors=(), frames=48)
    begins = Setup(**{"place": (0.0, 0.0, 1.7), "focal": focal, **setup})
    trembles = Shake(radians=shake, seed=1) if shake else None
    track = track_of(begins, moves, scene, 16, shake=trembles)
    return dict(camera_answers(Measured(scene, track, SMALL), None))


def test_between_no_and_yes_nothing_is_said():
    band = Band(1.0, 2.0)
    assert [band.of(value) for value in (0, 1, 1.5, 2, 9, float("nan"))] == [False, False, None, True, True, None]
    scale = Scale((("low", 0, 1), ("high", 3, 9)))
    assert [scale.of(value) for value in (0.5, 2, 3, 10)] == ["low", None, "high", None]
    assert scale.all_of([0.2, 0.9]) == "low"
    assert scale.all_of([0.2, 4]) is None


@pytest.mark.parametrize(("axis", "amount", "field", "says"), [
    ("pan", 0.5, "camera_pan", "left_to_right"), ("pan", -0.5, "camera_pan", "right_to_left"),
    ("tilt", 0.4, "camera_tilt", "up"), ("tilt", -0.4, "camera_tilt", "down"),
    ("roll", 0.5, "camera_roll", "clockwise"), ("roll", -0.5, "camera_roll", "counter_clockwise"),
    ("zoom", 1.0, "camera_zoom", "in"), ("zoom", -0.8, "camera_zoom", "out"),
    ("dolly", 3.0, "camera_forward_backward", "forward"), ("dolly", -3.0, "camera_forward_backward", "backward"),
    ("truck", 2.0, "camera_left_right", "left_to_right"), ("truck", -2.0, "camera_left_right", "right_to_left"),
    ("pedestal", 1.5, "camera_up_down", "up"), ("pedestal", -1.3, "camera_up_down", "down"),
])  # fmt: skip
def test_each_axis_is_told_with_its_sign_and_no_other(axis: str, amount: float, field: str, says: str):
    told = answers(Move(axis=axis, amount=amount))  # type: ignore[arg-type]
    assert (told["camera_movement"], told[field]) == ("major_simple", says)
    axes = ("pan", "tilt", "roll", "zoom", "forward_backward", "left_right", "up_down", "arc", "crane")
    others = {name: told.get(name) for name in (f"camera_{axis}" for axis in axes) if name != field}
    assert set(others.values()) <= {"no"}, others
    assert told["camera_segments"] == ()


def test_one_after_another_and_at_the_same_time():
    told = answers(Move(axis="pan", amount=0.4, end=0.45), Move(axis="tilt", amount=0.3, start=0.55))
    assert [segment.movements for segment in told["camera_segments"]] == [("pan_right",), ("tilt_up",)]
    first, second = told["camera_segments"]
    assert first.end_frame <= second.start_frame
    together = answers(Move(axis="pan", amount=0.4), Move(axis="zoom", amount=0.8))
    assert together["camera_segments"] == ()
    assert (together["camera_pan"], together["camera_zoom"]) == ("left_to_right", "in")
    back = answers(Move(axis="pan", amount=0.4, end=0.45), Move(axis="pan", amount=-0.4, start=0.55))
    assert back["camera_pan"] == "both"


def test_shake_is_no_movement_and_has_its_degrees():
    assert answers()["steadiness"] == "static"
    for radians, says in ((0.0018, "smooth"), (0.009, "unsteady"), (0.033, "very_unsteady")):
        told = answers(shake=radians)
        assert told.get("camera_movement") == "no", says
        assert told["steadiness"] == says
    moving = answers(Move(axis="pan", amount=0.5), shake=0.009)
    assert (moving["steadiness"], moving["camera_pan"]) == ("unsteady", "left_to_right")


@pytest.mark.parametrize(("way", "legs"), [
    ([0, 1, 2, 3, 4], [4]), ([0, 2, 4, 2, 0], [4, -4]), ([0, 0.2, 0, 0.2, 0], []), ([0, 2, 1.8, 4, 3.9, 6], [6]),
    ([0, -1, -3, -2.9, 1], [-3, 4]), ([5, 5, 5], []), ([0, 4, 0, 4, 0], [4, -4, 4, -4]), ([0, 0.4, -3], [-3.4]),
])  # fmt: skip
def test_ways_there_and_back_are_parted_and_tremor_is_none(way: list[float], legs: list[float]):
    assert [by for _, _, by in legs_of(np.array(way, float), 0.5)] == pytest.approx(legs, abs=0.45)


def test_a_slight_movement_is_minor_and_less_is_open():
    assert answers(Move(axis="pan", amount=0.026 / 0.8))["camera_movement"] == "minor"
    assert "camera_movement" not in answers(Move(axis="pan", amount=0.014 / 0.8))
    assert answers(Move(axis="pan", amount=0.004))["camera_movement"] == "no"


def test_in_the_margin_of_one_axis_the_others_are_still_told():
    told = answers(Move(axis="pan", amount=0.5), Move(axis="tilt", amount=0.03))
    assert told["camera_pan"] == "left_to_right"
    assert "camera_tilt" not in told


def test_the_pace_is_told_in_metres_degrees_and_doublings():
    for amount, says in ((0.25, "slow"), (1.1, "regular"), (2.9, "fast")):
        assert answers(Move(axis="pan", amount=amount, ease=0.05))["camera_motion_speed"] == says
    assert answers(Move(axis="dolly", amount=4.0, ease=0.05))["camera_motion_speed"] == "regular"


WISHES = (
    "pan_left", "tilt_up", "roll_clockwise", "zoom_in", "dolly_out", "truck_right", "pedestal_down", "arc_clockwise",
    "crane_up", "dolly_zoom", "whip_pan_left", "only_zoom_out", "side_tracking_shot", "lead_tracking_shot",
    "pan_tracking_shot", "tracked_subject_larger", "fixed_camera", "shaky_camera", "complex_camera_movement",
    "arc_tracking_shot",
)  # fmt: skip


def first_hit(name: str, tries: int = 16) -> tuple[Take, dict[str, bool | None]]:
    for wish in (one.answers for one in SPEC.primitives[name].examples if one.expected == "yes"):
        for seed in range(tries):
            try:
                take = take_of(wish, seed, SMALL, Where())
            except BadInput:
                continue
            truth = truth_of(SPEC, Measured(take.scene, take.track, take.format), take.effects)
            assert not list(SPEC.check_answers(truth.record)), "no record contradicts itself"
            if truth.states[name]:
                return take, dict(truth.states)
    pytest.fail(f"{name} did not come true")


KNOWN = Repertoire(SPEC)
FRAMING = (
    "shot_size_starts_close_up", "shot_size_starts_wide", "shot_size_wide_to_close", "angle_starts_low",
    "angle_always_bird_eye", "height_above_ground_starts_aerial_level", "height_to_subject_always_above",
    "dutch_angle", "shallow_focus", "ultra_shallow_focus", "rack_focus", "pull_focus", "focus_tracking",
    "fisheye_distortion", "barrel_distortion", "long_lens_look", "slow_motion", "time_reversed", "frame_freezing",
    "has_overlays", "scenery_shot", "non_human_shot", "drone_pov", "subject_revealing",
    "subject_switching", "shot_size_always_extreme_wide", "shot_size_always_extreme_close_up", "focus_goes_out",
    "focus_comes_in", "focus_shifts_by_movement", "height_to_subject_always_below",
    "height_to_subject_from_above_to_below",
)  # fmt: skip


@pytest.mark.parametrize("name", [name for name in (*WISHES, *FRAMING) if name in KNOWN.names])
def test_wishes_come_true(name: str):
    take, _ = first_hit(name)
    assert take.scene.frames == take.track.frames


def test_the_wishes_are_known_to_the_specification():
    assert not [name for name in (*WISHES, *FRAMING) if name not in SPEC.primitives]


def test_the_repertoire_is_of_camera_and_setup_and_says_why_not():
    all_of = {name for name, primitive in SPEC.primitives.items() if primitive.group in GROUPS}
    assert set(KNOWN.names) | set(NOT_STAGED) == all_of
    assert not set(KNOWN.names) & set(NOT_STAGED)
    assert len(KNOWN.names) / len(all_of) > 0.8
    for name, others in KNOWN.look_alikes.items():
        for other, wish in others[:1]:
            assert SPEC.derive(wish)[other] is True
            assert SPEC.derive(wish)[name] is not True


def test_a_bent_way_is_no_tremor():
    """A sine of 20 degrees in 4 s and a wandering camera are as smooth as they were made."""
    scene = Scene(place=place("square", 2), actors=(), frames=64)
    t = np.linspace(0, 2 * np.pi, 64)
    still = track_of(Setup(place=(0.0, 0.0, 1.7), focal=0.8), (), scene, 16)
    swings = replace(still, yaw=0.35 * np.sin(t))
    told = camera_answers(Measured(scene, swings, SMALL), None)
    assert told.get("steadiness") in ("very_smooth", None)
    said = []
    for seed in range(12):
        try:
            take = take_of({"camera_movement": "major_complex", "steadiness": "very_smooth"}, seed, SMALL, Where())
        except BadInput:
            continue
        said.append(camera_answers(Measured(take.scene, take.track, take.format), None).get("steadiness"))
    assert sum(word in ("unsteady", "very_unsteady") for word in said) <= 1, said


def test_there_and_back_is_not_always():
    scene = Scene(place=place("square", 2), actors=(), frames=48)
    moves = (Move(axis="tilt", amount=0.6, end=0.45), Move(axis="tilt", amount=-0.6, start=0.55))
    track = track_of(Setup(place=(0.0, 0.0, 1.7)), moves, scene, 16)
    truth = truth_of(SPEC, Measured(scene, track, SMALL))
    assert truth.states["angle_always_level"] is not True
    assert truth.record["camera_tilt"] == "both"


def test_a_straight_way_is_no_arc():
    scene = Scene(place=place("square", 2), actors=(), frames=48)
    straight = track_of(Setup(place=(-2.2, 0.0, 1.7)), (Move(axis="truck", amount=4.4),), scene, 16)
    yaw, _ = gaze_at(straight.place, np.tile([0.0, 6.0, 1.7], (48, 1)))
    told = camera_answers(Measured(scene, replace(straight, yaw=yaw), SMALL), None)
    assert told.get("camera_arc") in ("no", None)


def test_truth_turns_with_the_clip():
    """The mirrored camera and the film run backwards: left and right, in and out change places."""
    take, _ = first_hit("pan_left")
    back = take.track.at(np.arange(take.track.frames)[::-1])
    empty = Scene(place=take.scene.place, actors=(), frames=take.scene.frames)
    turned = truth_of(SPEC, Measured(empty, back, take.format))
    assert turned.states["pan_right"]
    assert not turned.states["pan_left"]


@pytest.mark.parametrize("wish", [
    {"shot_type": "complex", "subject_count": "few"}, {"subject_count": "two"}, {"subject_pose_start": "sitting"},
])  # fmt: skip
def test_words_believe_what_the_truth_says_and_no_more(wish: dict[str, Any]):
    for seed in range(3):
        try:
            clip = clip_of(wish, seed, SMALL)
        except BadInput:
            continue
        truth = clip.truth(SPEC)
        assert Telling(SPEC, facts_of(clip, truth)).states == truth.states


def test_with_a_transition_only_the_whole_clip_is_told():
    clip = next(clip for clip in map(_cut, range(20)) if clip is not None)
    truth = clip.truth(SPEC)
    assert truth.record["shot_transition"] is True
    assert truth.states["shot_transition"] is True
    assert "camera_movement" not in truth.record
    told = truth_json(SPEC, clip, truth, None)
    assert len(told["frames"]) == sum(take.track.frames for take in clip.takes)
    assert len(list(clip.pictures())) == clip.frames


def _cut(seed: int) -> Any:
    try:
        return clip_of(
            {"shot_transition": True, "transition_kinds": ("dissolve",)}, seed, Format(size=(64, 36), frames=32)
        )
    except BadInput:
        return None


def test_a_frozen_picture_stays_to_the_grain():
    take, states = first_hit("frame_freezing")
    assert states["frame_freezing"]
    clip = clip_of(dict(SPEC.primitives["frame_freezing"].examples[0].answers), take.seed, SMALL)
    pictures = list(clip.pictures())
    assert (pictures[-1] == pictures[-2]).all()
    assert not (pictures[0] == pictures[-1]).all()


@pytest.mark.parametrize(("options", "says"), [
    ({"size": (31, 20)}, "31x20"), ({"size": (65, 36)}, "65x36"), ({"frames": 0}, "0 frames"),
    ({"frames": 16_000_000}, "frames"), ({"fps": 0}, "at 0 a second"),
])  # fmt: skip
def test_impossible_formats_are_refused(options: dict[str, Any], says: str):
    with pytest.raises(BadInput, match=says):
        Format(**options)


def test_the_page_has_the_numbers():
    tool = Path(__file__).parents[2] / "tools" / "stage_table.py"
    done = subprocess.run([sys.executable, tool, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
