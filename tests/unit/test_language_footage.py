"""What is seen on a screen can be labelled, what cannot be is refused, and what follows from a record is said."""

from __future__ import annotations

import pytest

from videolect.language import load_spec

SPEC = load_spec()
MOVES = {"steadiness": "smooth", "camera_movement": "major_simple"}
PEOPLE = {"shot_type": "human", "subject_kinds": ["person"]}
SHALLOW = {"camera_focus": "shallow_focus", "focus_plane_end": "unknown", "focus_change_reason": "rack_focus"}
SLANT = {**MOVES, "camera_angle_start": "high_angle", "camera_angle_end": "unknown"}


@pytest.mark.parametrize(
    ("what", "answers"),
    [
        ("a rack between two faces at the far end of a hall", {**SHALLOW, "focus_plane_start": "background"}),
        ("a fast push-in at a moment of shock",
         {**MOVES, "camera_motion_speed": "fast", "camera_forward_backward": "forward",
          "movement_gestures": ["push_in"]}),
        ("a street after sunset, lit by the sky alone",
         {"scene_type": "exterior", "light_sources": ["sunlight"], "sunlight_quality": "soft"}),
        ("a model before a studio backdrop",
         {**PEOPLE, "scene_type": "interior", "light_sources": ["non_visible_light_source"]}),
        ("a dog goes out and comes back",
         {"shot_type": "non_human", "subject_kinds": ["animal"], "subject_position_start": "centre",
          "subject_position_end": "unknown", "leaves_by": ["right"], "enters_by": ["right"]}),
        ("a crowd that is one of two kinds of subject",
         {"shot_type": "complex", "complex_shot_type": "many_subject_no_focus", "subject_kinds": ["person", "vehicle"],
          "subject_count": "crowd", "people_framed": "crowd"}),
        ("a drone looks down, goes forward at one height and so goes up in its own frame",
         {**SLANT, "camera_forward_backward": "forward", "camera_up_down": "no",
          "camera_forward_backward_cam_frame": "forward", "camera_up_down_cam_frame": "up"}),
        ("straight down, it goes forward over the ground and so up in its own frame",
         {**MOVES, "camera_angle_start": "bird_eye_angle", "camera_angle_end": "unknown",
          "camera_forward_backward": "forward", "camera_up_down": "no", "camera_forward_backward_cam_frame": "no",
          "camera_up_down_cam_frame": "up"}),
        ("a crane looks down, rises, and so draws back along its gaze",
         {**SLANT, "camera_forward_backward": "no", "camera_up_down": "up",
          "camera_forward_backward_cam_frame": "backward", "camera_up_down_cam_frame": "up"}),
    ],
)  # fmt: skip
def test_real_footage_can_be_labelled(what, answers):
    assert SPEC.check_answers(answers) == (), what


@pytest.mark.parametrize(
    ("what", "rule", "answers"),
    [
        ("a two-shot of one subject", "Several people are framed",
         {**PEOPLE, "subject_count": "one", "people_framed": "two"}),
        ("level over the ground and back along the gaze", "goes one way only",
         {**SLANT, "camera_forward_backward": "forward", "camera_up_down": "no",
          "camera_forward_backward_cam_frame": "backward"}),
        ("straight up and down in the picture", "goes one way only",
         {**SLANT, "camera_angle_start": "low_angle", "camera_forward_backward": "no", "camera_up_down": "up",
          "camera_up_down_cam_frame": "down"}),
        ("a rack that stays in the foreground", "the foreground stays sharp",
         {**SHALLOW, "focus_plane_start": "foreground"}),
        ("one small part moves, and all is frozen", "In a cinemagraph",
         {"cinemagraph": True, "frame_freezing": True}),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(what, rule, answers):
    assert any(rule in violation.rule for violation in SPEC.check_answers(answers)), what


@pytest.mark.parametrize("steadiness", ["smooth", "unsteady", "very_unsteady"])
@pytest.mark.parametrize("primitive", ["clear_moving_camera", "slow_camera_movement", "fast_camera_movement"])
def test_shake_in_place_is_no_movement_on_purpose(primitive, steadiness):
    answers = {"steadiness": steadiness, "camera_movement": "no"}
    assert SPEC.derive(answers)[primitive] is False


@pytest.mark.parametrize("steadiness", ["smooth", "unsteady", "very_unsteady"])
def test_a_clear_movement_is_no_slight_one_however_it_shakes(steadiness):
    answers = {"steadiness": steadiness, "camera_movement": "major_simple", "camera_pan": "left_to_right"}
    assert SPEC.derive(answers)["minor_camera_movement"] is False


def test_shake_in_place_may_hide_a_slight_movement():
    assert SPEC.derive({"steadiness": "unsteady", "camera_movement": "no"})["minor_camera_movement"] is None


def test_two_subjects_give_no_common_measure_of_height():
    heights = {"subject_height_start": "above_subject", "subject_height_end": "at_subject"}
    one = SPEC.derive({"shot_type": "human", **heights})
    assert one["height_to_subject_from_above_to_at"] is True
    assert one["height_to_subject_changes"] is True
    two = {"shot_type": "change_of_subject", **heights}
    assert {"height_to_subject_from_above_to_at", "height_to_subject_changes"} <= SPEC.does_not_apply(two)


def test_who_goes_out_and_comes_back_round_has_not_crossed():
    round_about = {"shot_type": "non_human", "subject_position_start": "middle_right",
                   "subject_position_end": "unknown", "enters_by": ["left"], "leaves_by": ["right"]}  # fmt: skip
    assert SPEC.check_answers(round_about) == ()
    assert SPEC.derive(round_about)["crosses_left_to_right"] is None
    through = {**round_about, "subject_position_start": "out_of_view", "subject_position_end": "out_of_view"}
    assert SPEC.derive(through)["crosses_left_to_right"] is True
