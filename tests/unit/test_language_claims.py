"""What captions assert and deny. All sentences are made up here. Long as the list of ways to say such things is."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from videolect.cli.main import build_parser
from videolect.language import load_spec
from videolect.language.claims import Claim, claims_of
from videolect.language.lexicon import lexicon_from, read_lexicon, shipped_lexicon
from videolect.language.phrases import BadPhrase, Finder, Phrase, inflections, read_phrase
from videolect.language.reading import agents, denied, read_text
from videolect.language.source import SPECS, read, read_texts


def asserted(text: str) -> set[str]:
    return {claim.primitive for claim in claims_of(text) if claim.state == "asserted"}


def refused(text: str) -> set[str]:
    return {claim.primitive for claim in claims_of(text) if claim.state == "denied"}


def camera_only(text: str) -> set[str]:
    """What is said of the camera's movement, without the general "it moves"."""
    moves = (
        "pan_",
        "tilt_",
        "zoom_",
        "truck_",
        "dolly_",
        "pedestal_",
        "roll_",
        "arc_",
        "crane_",
        "fixed_",
        "tracking_",
    )
    return {primitive for primitive in asserted(text) if primitive.startswith(moves)}


# ----------------------------------------------------------------------------------------------- terms of the trade


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The camera pans left across the square.", {"pan_left"}),
        ("The camera pans slowly from right to left.", {"pan_left"}),
        ("A smooth leftward pan takes in the harbour.", {"pan_left"}),
        ("The shot tilts up and then pans to the right.", {"tilt_up", "pan_right"}),
        ("The camera moves forward, down, and left towards the boat.", {"dolly_in", "pedestal_down", "truck_left"}),
        ("It zooms in on the clock.", {"zoom_in"}),
        ("The camera trucks right while tilting downward.", {"truck_right", "tilt_down"}),
        ("The camera rolls counter-clockwise.", {"roll_counter_clockwise"}),
        ("The camera arcs clockwise around the statue.", {"arc_clockwise"}),
        ("The camera circles the statue counterclockwise.", {"arc_counter_clockwise"}),
        ("The camera cranes up over the wall.", {"crane_up"}),
        ("The camera remains completely static.", {"fixed_camera"}),
        ("The camera does not move.", {"fixed_camera"}),
        ("The camera tracks the cyclist.", {"tracking_shot"}),
    ],
)
def test_movement_is_claimed_from_its_words(text: str, expected: set[str]):
    assert camera_only(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Filmed at eye level and at a high angle.", {"height_above_ground_always_eye_level", "angle_always_high"}),
        (
            "A bird's-eye view from an aerial level.",
            {"angle_always_bird_eye", "height_above_ground_always_aerial_level"},
        ),
        ("The focus is shallow and set on the vase in the foreground.", {"shallow_focus", "focus_always_foreground"}),
        ("Deep focus keeps the hall sharp.", {"deep_focus"}),
        ("The time-lapse shows mild barrel distortion.", {"time_lapse", "barrel_distortion", "lens_distortion"}),
        ("A first-person perspective.", {"first_person_pov"}),
        ("The camera is at the girl's level.", {"height_to_subject_always_at"}),
        ("A varying Dutch angle.", {"dutch_angle", "dutch_angle_varying"}),
        ("It is snowing at night in the forest.", {"snowfall", "night_time", "forest_place"}),
        ("The dog runs away from the camera.", {"runs", "moves_away_from_camera"}),
        ("He is lit from behind, in silhouette.", {"back_light", "silhouette"}),
        ("She holds a cup and speaks with him.", {"holds_thing", "speaks"}),
    ],
)
def test_other_facts_are_claimed_from_their_words(text: str, expected: set[str]):
    assert expected <= asserted(text)


# ------------------------------------------------------------------------------------------------------------- denial


@pytest.mark.parametrize(
    ("text", "no", "yes"),
    [
        ("The camera pans left without zooming in.", {"zoom_in"}, {"pan_left"}),
        ("There is no pan or tilt.", {"pan_left", "pan_right", "tilt_up", "tilt_down"}, set()),
        ("No pan, tilt, or zoom is used.", {"pan_left", "tilt_up", "zoom_in", "zoom_out"}, set()),
        ("The camera never zooms out, but it pans right.", {"zoom_out"}, {"pan_right"}),
        ("The camera dollies in rather than zooming in.", {"zoom_in"}, {"dolly_in"}),
        ("Instead of panning left, the camera trucks right.", {"pan_left"}, {"truck_right"}),
        ("The camera isn't shaky; it tilts up.", {"shaky_camera"}, {"tilt_up"}),
        ("The camera doesn't move.", {"moving_camera"}, {"fixed_camera"}),
        ("Without any shaking, the camera moves forward.", {"shaky_camera"}, {"dolly_in"}),
        ("This is not a close-up.", {"shot_size_starts_close_up", "shot_size_ends_close_up"}, set()),
        ("The view is free of lens distortion.", {"lens_distortion"}, {"no_lens_distortion"}),
    ],
)
def test_a_denial_covers_its_clause_and_no_more(text: str, no: set[str], yes: set[str]):
    assert no <= refused(text)
    assert yes <= asserted(text)
    assert not asserted(text) & no


def test_not_only_is_no_denial_of_what_follows_the_comma():
    assert "zoom_in" in asserted("With no tilt at all, the camera zooms in.")


@pytest.mark.parametrize(
    ("text", "no", "yes"),
    [
        ("The camera never stops panning left.", set(), {"pan_left", "moving_camera"}),
        ("The camera does not cease to zoom in.", set(), {"zoom_in"}),
        ("Without ceasing to pan left, the camera tilts up.", set(), {"pan_left", "tilt_up"}),
        ("The camera doesn't pan left and doesn't stop zooming in.", {"pan_left"}, {"zoom_in"}),
        ("The camera never fails to follow her.", set(), {"tracking_shot"}),
        ("The camera fails to follow the car.", {"tracking_shot"}, set()),
        ("The shot does not end with a zoom in.", {"zoom_in"}, set()),
        ("The camera is far from steady.", {"stable_camera"}, set()),
        ("The camera is anything but steady.", {"stable_camera"}, set()),
        ("The camera stands far from the house, panning left.", set(), {"pan_left"}),
        ("The camera hardly moves.", {"clear_moving_camera"}, {"minor_camera_movement"}),
        ("There is barely any camera movement.", {"clear_moving_camera"}, {"minor_camera_movement"}),
        ("It's hardly shaky.", {"shaky_camera"}, set()),
        ("There is no shake.", {"shaky_camera"}, set()),
        ("The camera does not shake at all.", {"shaky_camera"}, set()),
        ("The camera does not pan left but right.", {"pan_left"}, {"pan_right"}),
        ("The camera pans neither left nor right.", {"pan_left", "pan_right"}, set()),
        ("The camera pans left without tilting up or down.", {"tilt_up", "tilt_down"}, {"pan_left"}),
        ("It isn't a zoom but a dolly in.", {"zoom_in", "zoom_out"}, {"dolly_in", "push_in"}),
        ("There's no dolly in, only a zoom in.", {"dolly_in", "push_in"}, {"zoom_in"}),
        ("The camera zooms in rather than dollying.", {"dolly_in"}, {"zoom_in", "moving_camera"}),
        ("There is no camera movement except for a slight tilt up.", set(), {"tilt_up", "moving_camera"}),
    ],
)
def test_a_no_may_be_undone_or_hidden_in_other_words(text: str, no: set[str], yes: set[str]):
    assert no <= refused(text)
    assert yes <= asserted(text)
    assert not asserted(text) & refused(text)


def test_hardly_moving_is_not_called_moving_and_almost_static_not_static():
    assert asserted("The camera hardly moves.") == asserted("The camera barely moves.") == {"minor_camera_movement"}
    assert "fixed_camera" not in asserted("The camera is almost static.")


# ------------------------------------------------------------------------------------------------------ who is meant


@pytest.mark.parametrize(
    "text",
    [
        "She pans for gold in the stream.",
        "A woman in a focus group tilts her head.",
        "The water level in the tank rises and the frames of his glasses shine.",
        "Two frying pans hang above the stove, left of the red truck.",
        "The camera operator's truck is parked.",
        "He moves forward and then to the left.",
        "The balloon rises slowly while the crowd moves back.",
        "The runners on the track follow the leader.",
        "A static sculpture and a steady rain of sparks.",
    ],
)
def test_words_of_others_are_not_the_camera(text: str):
    assert camera_only(text) == set()
    assert "moving_camera" not in asserted(text)


def test_the_participle_belongs_to_the_sentence_and_the_noun_before_it_to_itself():
    assert camera_only("The camera follows the man, moving forward.") >= {"dolly_in"}
    assert "dolly_in" not in asserted("The camera pans left past a man moving forward.")
    assert "pedestal_up" not in asserted("As the camera tilts up, a balloon gently rises.")


@pytest.mark.parametrize(
    ("text", "there", "not_there"),
    [
        ("The camera trucks left to right.", {"truck_right"}, {"vehicle_as_subject", "truck_left"}),
        ("A truck moves left to right.", {"vehicle_as_subject", "moves_left_to_right"}, {"truck_right"}),
        ("The car, not the camera, moves left.", {"moves_right_to_left"}, {"truck_left", "moving_camera"}),
        ("He looks down at his phone.", set(), {"angle_always_high", "angle_starts_high"}),
        ("The camera looks down at the man.", {"angle_always_high"}, set()),
        ("The lighting is low-key and comes from the right.", {"right_side_light"}, {"enters_view"}),
        ("The pan goes from left to right.", {"pan_right"}, {"moves_left_to_right"}),
        ("A pan left of the stove.", set(), {"pan_left"}),
        ("We see her looking up at the sky.", set(), {"angle_always_low"}),
        ("The camera pulls focus.", {"pull_focus"}, {"moving_camera"}),
        ("He runs towards the left side of the frame.", {"moves_right_to_left"}, {"starts_at_left"}),
        ("He pulls back the curtain.", set(), {"dolly_out", "pull_out"}),
        ("A sofa with a pull-out bed.", set(), {"dolly_out", "pull_out"}),
        ("They push in through the door.", set(), {"dolly_in", "push_in"}),
        ("A tripod stands beside the photographer.", set(), {"tripod_look"}),
        (
            "The camera rises while a man drops to the ground.",
            {"pedestal_up"},
            {"height_above_ground_ends_ground_level"},
        ),
    ],
)
def test_who_acts_decides_what_a_word_means(text: str, there: set[str], not_there: set[str]):
    assert there <= asserted(text)
    assert not asserted(text) & not_there


@pytest.mark.parametrize(
    "text",
    [
        "The train moves left to right.",
        "The bus drives left to right.",
        "She runs from left to right.",
        "He goes left to right across the frame.",
        "A dog walks past the fence from the left to the right.",
    ],
)
def test_left_to_right_is_left_to_right_and_the_other_way_round(text: str):
    assert "moves_left_to_right" in asserted(text)
    assert "moves_right_to_left" not in asserted(text)
    mirrored = text.replace("left", "*").replace("right", "left").replace("*", "right")
    assert "moves_right_to_left" in asserted(mirrored)
    assert "moves_left_to_right" not in asserted(mirrored)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The camera moves up and down.", ["pedestal_up", "pedestal_down"]),
        ("The camera pedestals up and then down.", ["pedestal_up", "pedestal_down"]),
        ("The camera pans left and right.", ["pan_left", "pan_right"]),
        ("The camera pans left, then right.", ["pan_left", "pan_right"]),
        ("The camera pans left/right.", ["pan_left", "pan_right"]),
        ("The camera pans left and then back to the right.", ["pan_left", "pan_right"]),
        ("The camera tilts down, then up.", ["tilt_down", "tilt_up"]),
        ("The camera zooms in and out.", ["zoom_in", "zoom_out"]),
        ("The camera trucks right and left.", ["truck_right", "truck_left"]),
        ("The camera dollies out, then in.", ["dolly_out", "dolly_in"]),
        ("The camera rolls clockwise and then counterclockwise.", ["roll_clockwise", "roll_counter_clockwise"]),
        ("The camera circles clockwise, then counterclockwise.", ["arc_clockwise", "arc_counter_clockwise"]),
        ("The camera moves forward, then left, and finally up.", ["dolly_in", "truck_left", "pedestal_up"]),
    ],
)
def test_every_direction_of_a_list_is_claimed_in_its_order(text: str, expected: list[str]):
    found = [claim for claim in claims_of(text) if claim.primitive in camera_only(text)]
    assert [claim.primitive for claim in found if claim.primitive in expected] == expected
    assert camera_only(text) == set(expected)
    if "then" in text:
        order = {claim.primitive: claim.order for claim in found}
        assert [order[primitive] for primitive in expected] == list(range(len(expected)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A dolly in on the hero.", {"dolly_in", "push_in", "moving_camera"}),
        ("We dolly in.", {"dolly_in", "moving_camera"}),
        ("There is a push-in.", {"dolly_in", "push_in"}),
        ("A slow push-in on a face.", {"dolly_in", "push_in", "slow_camera_movement"}),
        ("A slow pull-back reveals the stage.", {"dolly_out", "pull_out", "reveal_by_camera"}),
        ("The camera booms down.", {"pedestal_down", "down_to_ground"}),
        ("The camera is on a tripod.", {"tripod_look"}),
        ("The camera rests on a tripod.", {"tripod_look"}),
        ("The camera is mounted on a tripod.", {"tripod_look"}),
        ("Filmed from a tripod.", {"tripod_look"}),
        ("The camera swish-pans to the door.", {"whip_pan", "moving_camera"}),
        ("The camera circles around the couple.", {"moving_camera"}),
        ("The camera shakes violently.", {"very_shaky_camera", "shaky_camera"}),
        ("A wide-angle lens exaggerates the perspective.", {"wide_angle_look", "stretched_depth"}),
        ("A long lens, compressing the background.", {"long_lens_look", "compressed_depth"}),
        ("Hard side light from the left.", {"hard_light", "side_light", "left_side_light"}),
        ("A dog runs in from the right.", {"enters_over_right_edge", "runs"}),
        ("The camera sits on the ground.", {"height_above_ground_always_ground_level"}),
        ("Nothing moves except the clouds.", {"mostly_static_scene"}),
        ("The camera is canted.", {"dutch_angle"}),
        ("A pan left and a tilt up.", {"pan_left", "tilt_up"}),
        ("A quick pan left, then right.", {"pan_left", "pan_right"}),
        ("A tilt down and then up.", {"tilt_down", "tilt_up"}),
        ("The camera is set about waist-high.", {"height_above_ground_always_hip_level"}),
    ],
)
def test_what_a_cinematographer_writes_is_read(text: str, expected: set[str]):
    assert expected <= asserted(text)


@pytest.mark.parametrize(
    ("text", "there", "not_there"),
    [
        ("The camera dollies in.", {"dolly_in", "forward_over_ground"}, {"push_in"}),
        ("The camera dollies out, then stops.", {"dolly_out"}, {"pull_out"}),
        ("The camera dollies in on her face.", {"dolly_in", "push_in"}, set()),
        ("From a bird's-eye angle, the camera dollies in.", {"dolly_in"}, {"forward_over_ground"}),
        ("The dog is in the foreground, in the lower right of the frame.", {"starts_lower_right"}, {"truck_right"}),
        ("The camera lowers.", {"pedestal_down"}, set()),
        ("The woman travels towards the camera.", {"moves_towards_camera"}, set()),
        ("The ball rolls away from the camera.", {"moves_away_from_camera"}, set()),
        ("It is a plain studio.", {"stage_place"}, set()),
        ("A title that reads HARBOUR is laid over it.", set(), {"waterside_place"}),
        ("It is a harbour.", {"waterside_place"}, set()),
        ("The man picks up a crate.", {"holds_thing"}, set()),
        ("The man hands the ball to the boy.", {"holds_thing"}, set()),
        ("It is a third-person top-down game.", set(), {"angle_starts_bird_eye"}),
        ("It is an overhead POV.", {"overhead_pov"}, {"height_above_ground_starts_overhead_level"}),
        ("The shadow of a man falls on the wall.", {"subject_shadow", "shadow_pattern"}, set()),
        ("There is deep shadow on one side.", {"subject_contrast_high"}, set()),
        ("A shallow stream keeps the eye busy.", set(), {"shallow_focus"}),
    ],
)
def test_words_that_the_stage_writes_are_read(text: str, there: set[str], not_there: set[str]):
    found = asserted(text)
    assert there <= found
    assert not not_there & found


# --------------------------------------------------------------------------------------------------- start, end, time


@pytest.mark.parametrize(
    "text",
    [
        "The focus shifts from the background to the foreground.",
        "The focus racks from the man in the background to the woman in the foreground.",
        "Rack focus from the background to the foreground.",
        "Focus pulls from background to foreground.",
    ],
)
def test_a_focus_that_goes_from_one_plane_to_another(text: str):
    said = asserted(text)
    whole = {"focus_starts_background", "focus_ends_foreground", "focus_from_background_to_foreground"}
    assert {*whole, "focus_far_to_near"} <= said
    assert not said & {"comes_forward", "goes_back", "focus_starts_foreground", "focus_ends_background"}
    mirrored = text.replace("background", "*").replace("foreground", "background").replace("*", "foreground")
    said = asserted(mirrored)
    whole = {"focus_starts_foreground", "focus_ends_background", "focus_from_foreground_to_background"}
    assert {*whole, "focus_near_to_far"} <= said
    assert not said & {"comes_forward", "goes_back", "focus_starts_background", "focus_ends_foreground"}


@pytest.mark.parametrize(
    "text",
    [
        "The camera tilts down from the sky to her shoes.",
        "The camera tilts down from the ceiling to the floor.",
        "The camera tilts up from her shoes to her face.",
    ],
)
def test_a_tilt_from_one_thing_to_another_is_no_angle(text: str):
    assert camera_only(text) in ({"tilt_up"}, {"tilt_down"})
    assert not {primitive for primitive in asserted(text) if primitive.startswith("angle_")}


@pytest.mark.parametrize("where", ["slightly below", "just above", "well below", "above"])
def test_near_eye_level_is_not_eye_level(where: str):
    assert not {name for name in asserted(f"The camera is {where} eye level.") if name.startswith("height_")}


def test_a_height_that_is_left_is_only_the_start():
    said = asserted("The camera descends from eye level to the ground.")
    assert {"height_above_ground_starts_eye_level", "height_above_ground_ends_ground_level"} <= said
    assert "height_above_ground_always_eye_level" not in said


def test_golden_hour_is_a_low_sun_and_no_twilight():
    said = asserted("The field lies in golden hour light.")
    assert "sunlight_low" in said
    assert not {"twilight", "blue_hour"} & said


def test_one_movement_with_two_names_for_its_way_has_one_order():
    assert {claim.order for claim in claims_of("The camera moves right to left.")} == {0}


def test_a_size_throughout_is_start_end_and_always():
    assert {"shot_size_starts_medium", "shot_size_ends_medium", "shot_size_always_medium"} <= asserted("A medium shot.")


@pytest.mark.parametrize(
    "text",
    [
        "The clip starts as a medium shot and ends as a close-up.",
        "This medium shot of a baker tightens into a close-up.",
        "The framing goes from a medium shot to a close-up.",
        "Initially a medium shot, the view finally becomes a close-up of her hands.",
    ],
)
def test_a_size_at_the_start_and_another_at_the_end(text: str):
    said = asserted(text)
    assert {"shot_size_starts_medium", "shot_size_ends_close_up", "shot_size_wide_to_close"} <= said
    assert not {name for name in said if name.startswith("shot_size_always")}
    assert "shot_size_ends_medium" not in said


def test_only_the_start_is_claimed_where_only_it_is_told():
    said = asserted("The video begins with a wide shot of a field.")
    assert "shot_size_starts_wide" in said
    assert not {"shot_size_ends_wide", "shot_size_always_wide"} & said


def test_angle_and_focus_change_as_told():
    said = asserted("The shot begins at a high angle and transitions to a level angle.")
    assert {"angle_starts_high", "angle_ends_level", "angle_from_high_to_level", "angle_becomes_lower"} <= said
    said = asserted(
        "Initially focusing on the cup in the foreground, the shot racks focus to the door in the background."
    )
    assert {"focus_starts_foreground", "focus_ends_background", "focus_near_to_far", "rack_focus"} <= said


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("The camera pans left, then tilts up.", "pan_left", "tilt_up"),
        ("The camera pans left before tilting up.", "pan_left", "tilt_up"),
        ("After panning left, the camera tilts up.", "pan_left", "tilt_up"),
        ("Before tilting up, the camera pans left.", "pan_left", "tilt_up"),
        ("The camera pans left. It then tilts up.", "pan_left", "tilt_up"),
        ("The camera tilts up after panning left.", "pan_left", "tilt_up"),
        ("After panning left, the camera tilts up, then zooms in.", "tilt_up", "zoom_in"),
        ("After panning left and then tilting up, the camera zooms in.", "tilt_up", "zoom_in"),
        ("Before tilting up, the camera pans left, then zooms in.", "pan_left", "zoom_in"),
        ("Before tilting up, the camera pans left. Finally it zooms in.", "tilt_up", "zoom_in"),
        ("The camera tilts up after panning left. Then it zooms in.", "tilt_up", "zoom_in"),
    ],
)
def test_order_is_as_told(text: str, first: str, second: str):
    order = {claim.primitive: claim.order for claim in claims_of(text)}
    assert order[first] < order[second]


@pytest.mark.parametrize(
    "text",
    [
        "The camera pans left while tilting up.",
        "The camera, calmly, pans left, along the wall, and tilts up.",
        "Before zooming in, the camera pans left, along the wall, and tilts up.",
    ],
)
def test_what_happens_at_once_has_one_order(text: str):
    order = {claim.primitive: claim.order for claim in claims_of(text)}
    assert order["pan_left"] == order["tilt_up"] == 0


def size(state: str, words: str, order: int, *names: str) -> set[tuple[str, str, str, int]]:
    """Claims of sizes, all from the same words."""
    return {(f"shot_size_{name}", state, words, order) for name in names}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A medium shot.", size("asserted", "medium shot", 0, "starts_medium", "ends_medium", "always_medium")),
        ("There is no close-up.", size("denied", "close-up", 0, "starts_close_up", "ends_close_up", "always_close_up")),
        (
            "This is not a close-up. It is a medium shot.",
            size("denied", "close-up", 0, "starts_close_up", "ends_close_up", "always_close_up")
            | size("asserted", "medium shot", 0, "starts_medium", "ends_medium", "always_medium"),
        ),
        ("At the end, a close-up.", size("asserted", "close-up", 0, "ends_close_up")),
        ("At the beginning, a close-up.", size("asserted", "close-up", 0, "starts_close_up")),
        (
            "A close-up that opens to a wide shot at the end.",
            size("asserted", "close-up", 0, "starts_close_up")
            | size("asserted", "to a wide shot", 0, "ends_wide", "changes", "close_to_wide"),
        ),
        (
            "Starting with a wide shot, the framing ends as a close-up.",
            size("asserted", "a wide shot", 0, "starts_wide")
            | size("asserted", "close-up", 1, "ends_close_up", "changes", "wide_to_close"),
        ),
        (
            "It starts as a wide shot and then becomes a medium shot before ending in a close-up.",
            size("asserted", "a wide shot", 0, "starts_wide")
            | size("asserted", "close-up", 1, "ends_close_up", "changes", "wide_to_close"),
        ),
        (
            "It starts as a medium shot and ends as a medium shot.",
            size("asserted", "medium shot", 0, "starts_medium") | size("asserted", "medium shot", 1, "ends_medium"),
        ),
        *(
            (f"A close-up {when}.", size("asserted", "close-up", 0, "starts_close_up"))
            for when in ("at the start", "initially", "of a wall at the beginning")
        ),
        *(
            (f"A close-up {when}.", size("asserted", "close-up", 0, "ends_close_up"))
            for when in ("at the end", "by the end", "towards the end", "toward the end")
        ),
        *(
            (f"The move brings the wall into {how}.", size("asserted", "medium shot", 0, "ends_medium"))
            for how in ("a medium shot", "the medium shot", "a slightly closer medium shot", "more of a medium shot")
        ),
        (
            "A medium shot at the start, a close-up at the end.",
            size("asserted", "medium shot", 0, "starts_medium")
            | size("asserted", "close-up", 0, "ends_close_up", "changes", "wide_to_close"),
        ),
        (
            "A wide shot at the start and a medium shot by the end.",
            size("asserted", "A wide shot", 0, "starts_wide")
            | size("asserted", "medium shot", 0, "ends_medium", "changes", "wide_to_close"),
        ),
        (
            "It ends with a close-up. It starts with a medium shot.",
            size("asserted", "medium shot", 0, "starts_medium")
            | size("asserted", "close-up", 0, "ends_close_up", "changes", "wide_to_close"),
        ),
        ("A medium shot of a wall. A close-up of a wall.", set()),
        ("A medium shot, a wide shot, and a close-up.", set()),
        (
            "A medium shot, a close-up at the end.",
            size("asserted", "medium shot", 0, "starts_medium")
            | size("asserted", "close-up", 0, "ends_close_up", "changes", "wide_to_close"),
        ),
        (
            "The shot begins as a medium shot, then a close-up.",
            size("asserted", "medium shot", 0, "starts_medium") | size("asserted", "close-up", 1, "ends_close_up"),
        ),
        (
            "A medium shot of the old man at the start, then a close-up.",
            size("asserted", "medium shot", 0, "starts_medium") | size("asserted", "close-up", 1, "ends_close_up"),
        ),
        (
            "A wide shot of the old man at the start, then a close-up.",
            size("asserted", "A wide shot", 0, "starts_wide") | size("asserted", "close-up", 1, "ends_close_up"),
        ),
        (
            "Initially medium shot, finally a close-up.",
            size("asserted", "medium shot", 0, "starts_medium")
            | size("asserted", "close-up", 1, "ends_close_up", "changes", "wide_to_close"),
        ),
    ],
)
def test_all_that_is_said_of_a_size_is_read_and_nothing_else(text: str, expected: set[tuple[str, str, str, int]]):
    found = {(claim.primitive, claim.state, claim.words, claim.order) for claim in claims_of(text)}
    assert {claim for claim in found if claim[0].startswith("shot_size")} == expected


def test_static_with_a_slight_shake_is_neither_fixed_nor_shaky():
    said = asserted("A fixed but slightly unsteady shot.")
    assert "fixed_camera_with_shake" in said
    assert not {"fixed_camera", "shaky_camera"} & said
    assert "shaky_camera" in asserted("The slightly unsteady camera pans left.")
    assert "fixed_camera" not in asserted("The camera is static at first and then pans left.")


# --------------------------------------------------------------------------------------------------------- any text


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        ".",
        "…",
        "\x00",
        "İ camera pans left ẞ",
        "“The camera pans left”—then",
        "镜头向左移动。",
        "a" * 5000,
        "’s n't 'x",
    ],
)
def test_any_text_is_read_and_spans_are_its_words(text: str):
    found = claims_of(text)
    assert found == claims_of(text)
    assert all(text[claim.start : claim.end] == claim.words and claim.words for claim in found)


def test_a_claim_is_told_with_all_that_it_is():
    told = {"primitive": "zoom_in", "state": "denied", "start": 17, "end": 24, "words": "zoom in", "order": 0}
    assert told in [claim.as_json() for claim in claims_of("The view doesn't zoom in.")]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("A dog runs. He is at the left of the frame.", {"starts_at_left"}),
        ("A dog runs. It sits. He is at the left of the frame.", set()),
        ("A man is on the left. A woman is on the right.", {"starts_at_left"}),
        ("The man is on the left of the frame", {"starts_at_left"}),
    ],
)
def test_the_main_subject_stands_where_the_first_two_sentences_say(text: str, where: set[str]):
    assert {one for one in asserted(text) if one.startswith("starts_at_")} == where


def test_spans_stand_for_the_words_and_claims_stand_in_their_order():
    text = "From a high angle, the camera — at eye level — pans left, doesn't zoom in, and the man's dog runs."
    found = claims_of(text)
    assert len(found) > 4
    assert all(text[claim.start : claim.end] == claim.words for claim in found)
    assert [claim.start for claim in found] == sorted(claim.start for claim in found)
    assert Claim("pan_left", "asserted", 47, 56, "pans left", 0) in found
    assert Claim("zoom_in", "denied", 66, 73, "zoom in", 0) in found


@pytest.mark.parametrize("piece", ["the camera pans left and ", "no ", "the ", "x", ", ", "(", "focus the in "])
def test_a_long_text_takes_time_in_proportion(piece: str):
    short, long = piece * (20_000 // len(piece)), piece * (200_000 // len(piece))
    claims_of(short)
    began = time.process_time()
    claims_of(short)
    first = time.process_time() - began
    began = time.process_time()
    claims_of(long)
    assert time.process_time() - began < 40 * first + 1.0


# ---------------------------------------------------------------------------------------------------- the reading


def test_a_text_is_cut_into_words_that_know_their_places():
    text = "It doesn't pan; we can't, won't see the man’s (red) hat: look!\n\nÉtude 3.5 — done?"
    read_ = read_text(text)
    assert read_.line == (
        "it does not pan ; we can not , will not see the man 's , red , hat ; look . . étude 3 5 , done . "
    )
    assert [*read_.words, ""] == read_.line.split(" ")
    assert [text[start:end] for start, end in read_.spans] == [
        "It", "doesn't", "doesn't", "pan", ";", "we", "can't", "can't", ",", "won't", "won't", "see", "the", "man",
        "’s", "(", "red", ")", "hat", ":", "look", "!", "\n\n", "Étude", "3", "5", "—", "done", "?",
    ]  # fmt: skip
    assert all(read_.line.startswith(f"{w} ", at) for w, at in zip(read_.words, read_.offsets, strict=True))
    assert read_.sentences == [0] * 22 + [22] + [23] * 6
    assert (read_text("").line, read_text("").words) == ("", [])


@pytest.mark.parametrize(
    ("text", "camera", "other"),
    [
        ("The camera pans.", {"pans"}, set()),
        ("He turns and walks.", set(), {"turns", "walks"}),
        ("The camera rises as the man walks, then pans.", {"rises", "pans"}, {"walks"}),
        ("From a low angle, the camera pans.", {"pans"}, set()),
        ("This is a static shot that tilts.", {"tilts"}, set()),
        ("The camera, which pans, tilts.", {"pans", "tilts"}, set()),
        ("The man that runs waves.", set(), {"runs", "waves"}),
        ("The car, not the camera, moves.", set(), {"moves"}),
        ("The camera follows the dog as it runs.", {"follows"}, {"runs"}),
        ("The camera rises. It pans.", {"rises", "pans"}, set()),
        ("The man sits. It pans.", set(), {"sits", "pans"}),
        ("As the camera rises, a glass falls.", {"rises"}, {"falls"}),
        ("As the camera rises, it pans.", {"rises", "pans"}, set()),
        ("The camera follows the man walking.", {"follows"}, {"walking"}),
        ("The camera sees her dancing.", {"sees"}, {"dancing"}),
        ("In a park, a man walks while the camera tilts.", {"tilts"}, {"walks"}),
        ("The camera smoothly and slowly begins to pan.", {"pan"}, set()),
        ("A man walks; the camera pans and he waves.", {"pans"}, {"walks", "waves"}),
        ("The camera shows a cat, a dog, and a horse that jumps.", {"shows"}, {"jumps"}),
        ("Shot from above, the street rises.", set(), {"rises"}),
        ("The camera passes the house, rises, and stops.", {"passes", "rises", "stops"}, set()),
        ("The camera pans over the house, the garden, and tilts.", {"pans", "tilts"}, set()),
        ("The camera pans and the dog is seen rising.", {"pans"}, {"seen", "rising"}),
        ("The camera pans and the dog runs, rising.", {"pans", "rising"}, {"runs"}),
        ("The camera pans and the glass, rising.", {"pans", "rising"}, set()),
        *(
            (f"The camera pans and the dogs {word} seen rising.", {"pans"}, {"seen", "rising"})
            for word in ("are", "was", "were", "has", "have")
        ),
        ("Slowly panning.", set(), set()),
        ("The camera rises. Slowly. It pans.", {"rises", "pans"}, set()),
        ("The camera rises while the man walks; pans left.", {"rises", "pans"}, {"walks"}),
        ("The camera that pans tilts.", {"pans", "tilts"}, set()),
        ("The camera that pans left rises.", {"pans", "rises"}, set()),
        ("The camera rises. As a man walks, it pans.", {"rises", "pans"}, {"walks"}),
        ("As a man turns and walks, the camera pans.", {"pans"}, {"turns", "walks"}),
        ("The camera follows it and pans.", {"follows", "pans"}, set()),
        ("Cars rise and turn.", set(), {"rise", "turn"}),
        ("The camera passes the tree tilted.", {"passes", "tilted"}, set()),
        ("The camera watches a dog runs past.", {"watches"}, {"runs"}),
    ],
)
def test_a_verb_is_that_of_whoever_acts(text: str, camera: set[str], other: set[str]):
    read_ = read_text(text)
    who = dict(zip(read_.words, agents(read_, shipped_lexicon().grammar), strict=True))
    verbs = {word for word in who if word in {*camera, *other, "panning"}}
    assert {word for word in verbs if who[word] == "camera"} == camera
    assert {word for word in verbs if who[word] == "other"} == other


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("No pan.", "pan"),
        ("No pan; tilt or zoom.", "pan"),
        ("No pan, tilt, or zoom is used.", "pan , tilt , or zoom is used"),
        ("No pan, tilt, nor zoom.", "pan , tilt , nor zoom"),
        ("No pan, tilt, roll, crane, dolly, or zoom.", "pan , tilt , roll , crane , dolly , or zoom"),
        ("No pan, very long slow tilt or zoom.", "pan , very long slow tilt or zoom"),
        ("No pan, very long slow upward tilt or zoom.", "pan"),
        ("No pan, while it tilts or zooms.", "pan"),
        ("No pan, but a tilt or zoom.", "pan"),
        ("No pan, and tilt or zoom.", "pan"),
        ("No pan, is it or not.", "pan"),
        ("No pan, the tilt or zoom.", "pan"),
        ("No pan, up; tilt or zoom.", "pan"),
        ("No pan, up. Tilt or zoom.", "pan"),
        ("No pan, up", "pan"),
        ("No pan and tilt.", "pan and tilt"),
        ("No pan and tilt, or zoom.", "pan and tilt , or zoom"),
        ("No pan and tilt up.", "pan and tilt up"),
        ("No pan and tilt up slowly.", "pan"),
        ("No pan and tilts.", "pan"),
        ("Without panning and tilting the camera.", "panning and tilting the camera"),
        ("Without panning and tilts up high.", "panning"),
        ("No pan and tilting the camera up.", "pan"),
        *((f"No pan and {word} tilt.", "pan") for word in ("the", "a", "an", "is", "it", "with")),
        ("No pan and", "pan"),
        ("No 1 2 3 4 5 6 7 8 9 10 11 12 13.", "1 2 3 4 5 6 7 8 9 10 11 12"),
        ("No 1 2 3 4, or 5 6 7 8 9 10 11 12 13.", "1 2 3 4 , or 5 6 7 8 9 10 11"),
        ("Not with a pan.", "with a pan"),
        ("Not a pan with a tilt.", "a pan"),
        ("No pan but a tilt.", "pan"),
        ("Never stops panning.", ""),
        ("Never ever really stops panning.", "ever really"),
        ("Never quite really ever stops panning.", "quite really ever stops panning"),
        ("Never ends with a pan.", "ends with a pan"),
        ("Never ceases to pan.", ""),
    ],
)
def test_a_no_covers_these_words_and_no_more(text: str, covered: str):
    read_ = read_text(text)
    found = denied(read_, {0: 1}, shipped_lexicon().grammar)
    assert " ".join(word for word, no in zip(read_.words, found, strict=True) if no) == covered


# ---------------------------------------------------------------------------------------------------- the phrases


CLASSES = {"side": read_phrase("(left|right)")}


def found_in(phrase: str, text: str) -> list[str]:
    read_ = read_text(text)
    hits = Finder([Phrase(phrase, read_phrase(phrase, CLASSES))]).find(read_.words, read_.line, read_.offsets)
    return [read_.line[read_.offsets[first] : end].strip() for first, end, _, _ in hits]


@pytest.mark.parametrize(
    ("phrase", "text", "hits"),
    [
        ("wide shot", "A wide shot, a wide-shot, a wide open shot.", ["wide shot", "wide shot"]),
        (
            "pan~ left",
            "Pans left, panning left, panned left, pan to the left",
            ["pans left", "panning left", "panned left"],
        ),
        ("(push|move)~ in", "moving in, pushes in, moves out", ["moving in", "pushes in"]),
        ("focus [on] (him|her)", "focus on him, focus her, focus it", ["focus on him", "focus her"]),
        (
            "looks ..2 down",
            "looks down. looks straight down. looks at a man down.",
            ["looks down", "looks straight down"],
        ),
        ("from .. to", "from left, to right", []),
        ("begins >> blurred", "begins blurred, ends blurred", ["blurred"]),
        ("^ here", "Here it is. Here and here.", ["here", "here"]),
        ("moves .. left", "moves not left, moves left", ["moves left"]),
        ("left, right", "left, right", ["left , right"]),
        ("man's level", "at the man's level", ["man 's level"]),
        ("man’s level", "at the man’s level", ["man 's level"]),
        ("pan; tilt", "pan: tilt, pan, tilt", ["pan ; tilt"]),
        ("pans <side>", "pans left, pans up, pans right", ["pans left", "pans right"]),
        ("moves ..1!<side> up", "moves slowly up, moves left up", ["moves slowly up"]),
        ("goes .. up", "goes a b c up. goes a b c d up", ["goes a b c up"]),
        ("goes ..5 up", "goes a b c d e up. goes a b c d e f up", ["goes a b c d e up"]),
        ("goes .. up", "goes, up. goes. up. goes; up. goes up", ["goes up"]),
        ("rolls .. clockwise", "rolls counter-clockwise, rolls gently clockwise", ["rolls gently clockwise"]),
        ("a <any> b", "a x b. a b. a not b. a x x b", ["a x b"]),
        ("pan [to|at] him", "pan him, pan to him, pan at him, pan by him", ["pan him", "pan to him", "pan at him"]),
        ("[the] pan", "the pan", ["the pan", "pan"]),
        ("(pan left|tilt [it] up)~", "panning left, tilts it up, tilt upping", ["panning left", "tilts it up"]),
        ("(a|an (old|new)) door", "a door, an old door, an door", ["a door", "an old door"]),
        ("(pans|tilts) >> up", "pans up, tilts up, zooms up", ["up", "up"]),
        ("(tilt (it|them) up|pan left)~", "tilts it up, tilts thems up, panning left", ["tilts it up", "panning left"]),
        ("  wide-shot ", "a wide shot, a wide-shot", ["wide shot", "wide shot"]),
    ],
)
def test_a_phrase_means_what_its_page_says(phrase: str, text: str, hits: list[str]):
    assert found_in(phrase, text) == hits


@pytest.mark.parametrize(
    ("phrase", "says"),
    [
        ("", "It is empty."),
        ("(a", "')' is missing."),
        ("[a", "']' is missing."),
        ("a)", "')' has no partner."),
        ("[a]b]", "']' has no partner."),
        ("a |", "There is nothing between two signs."),
        (".. a", "It begins with a gap."),
        ("[b] <any> a", "It begins with a gap."),
        ("<none> a", "There is no class <none>."),
        ("a ..2!<none> b", "There is no class <none>."),
        ("a ..0 b", "The gap '..0' is not between 1 and 12."),
        ("a ..13 b", "The gap '..13' is not between 1 and 12."),
        ("a {way} b", "'{way} b' is not understood."),
        ("a >> b >> c", "'>>' stands once, before the words to be found."),
        ("a >>", "'>>' stands once, before the words to be found."),
        ("x" * 801, "It has 801 letters; 800 at most."),
    ],
)
def test_a_phrase_that_cannot_be_read_is_refused(phrase: str, says: str):
    with pytest.raises(BadPhrase) as refused:
        read_phrase(phrase)
    assert str(refused.value) == says


@pytest.mark.parametrize("phrase", ["x" * 800, "a ..1 b", "a ..12 b", "[b] a <any>"])
def test_a_phrase_at_the_edge_of_what_is_allowed_is_read(phrase: str):
    assert read_phrase(phrase).pattern


def test_regular_inflections():
    assert inflections("pan") == {"pan", "pans", "panning", "panned"}
    assert inflections("move") == {"move", "moves", "moving", "moved"}
    assert inflections("carry") == {"carry", "carries", "carrying", "carried"}
    assert inflections("push") == {"push", "pushes", "pushing", "pushed"}
    assert inflections("watch") == {"watch", "watches", "watching", "watched"}
    assert inflections("focus") == {"focus", "focuses", "focusing", "focused"}
    assert inflections("buzz") == {"buzz", "buzzes", "buzzing", "buzzed"}
    assert inflections("fix") == {"fix", "fixes", "fixing", "fixed"}
    assert inflections("stop") == {"stop", "stops", "stopping", "stopped"}
    assert inflections("zoom") == {"zoom", "zooms", "zooming", "zoomed"}
    assert inflections("play") == {"play", "plays", "playing", "played"}
    assert inflections("show") == {"show", "shows", "showing", "showed"}


# ----------------------------------------------------------------------------------------------- checked when loaded


def problems_of(claims: str, words: str = "grammar: {}") -> list[tuple[str, int, str]]:
    source = read_texts({"lexicon/claims/x.yaml": claims, "lexicon/words.yaml": words})
    _, problems = read_lexicon(source.files, {"pan_left", "pan_right"})
    return [(problem.file, problem.line, problem.rule) for problem in problems if "x.yaml" in problem.file]


@pytest.mark.parametrize(
    ("entry", "line", "rule"),
    [
        ("- say: [pans left]\n  asserts: [pan_leftish]", 2, "no primitive 'pan_leftish'"),
        ("- say:\n    - pans (left\n  asserts: [pan_left]", 2, "cannot be read"),
        ("- say: [go]\n  asserts: [pan_left]\n- say: [go]\n  asserts: [pan_right]", 3, "stands twice"),
        ("- say: [go]", 1, "asserts and denies nothing"),
        ("- say: [go]\n  asserts: [pan_left]\n  acts: dog", 3, "nobody who acts"),
        ("- mark: maybe\n  say: [go]", 1, "mark is unknown"),
        ("- say: ['[go]']\n  asserts: [pan_left]", 1, "can match nothing"),
        ("- family: f\n  starts: 'pan_{value}'\n  values: {left: [l], up: [u]}", 2, "no primitive 'pan_up'"),
        ("- family: f\n  values: {left: [l]}\n  pairs: {left up: pan_left}", 3, "does not name two values"),
        ("- family: f\n  values: {left: [l]}\n  by_camera: {up: [u]}", 3, "no value of the family"),
        ("- say: [go]\n  asserts: [pan_left]\n  sense: none", 3, "unknown key"),
        ("say: it", 1, "is not a list"),
    ],
)
def test_every_problem_has_its_line(entry: str, line: int, rule: str):
    found = problems_of(entry)
    assert [(file, at) for file, at, _ in found] == [("lexicon/claims/x.yaml", line)]
    assert rule in found[0][2]


def test_variables_make_one_entry_out_of_each_value():
    entry = "- each: {way: {left: 'left|leftward', right: right}}\n  say: ['goes ({way})']\n  asserts: ['pan_{way}']"
    assert problems_of(entry) == []
    lexicon, _ = read_lexicon(read_texts({"lexicon/claims/x.yaml": entry}).files)
    assert [rule.asserts for rule in lexicon.rules] == [("pan_left",), ("pan_right",)]


def test_the_lexicon_that_ships_has_no_problems_and_names_primitives():
    source = read(SPECS / "core" / "lexicon")
    assert not source.problems
    lexicon, problems = read_lexicon(source.files, load_spec().primitives.keys())
    assert [str(problem) for problem in problems] == []
    assert len(lexicon.rules) > 300


def test_most_primitives_can_be_claimed_and_the_rest_is_known_by_group():
    """Words can say most facts. What follows only from a record (only_..., ..._fits, *_unknown) nobody writes."""
    claimable: set[str] = set()
    for rule in shipped_lexicon().rules:
        claimable |= {*rule.asserts, *rule.denies, *rule.when_denied, *rule.only_denied}
        if rule.family is not None:
            templates = (rule.family.starts, rule.family.ends, rule.family.always)
            claimable |= {template.replace("{value}", rule.value) for template in templates if template}
            claimable |= {rule.family.changes, rule.family.down, rule.family.up, *rule.family.pairs.values()}
    for entry in shipped_lexicon().together:
        claimable |= set(entry.asserts)
    spec = load_spec()
    assert len(claimable & spec.primitives.keys()) > 0.75 * len(spec.primitives)
    whole = ("rotation", "translation", "compound", "steadiness", "video_speed", "point_of_view", "lens_distortion")
    missing = {p.id for p in spec.primitives.values() if p.group in whole} - claimable
    assert missing <= {"clear_moving_camera"}


def test_a_specification_brings_its_own_lexicon():
    spec = load_spec()
    assert spec.lexicon is spec.read_as("authors-2025").lexicon is shipped_lexicon()  # one object, read once
    other = lexicon_from(
        {"lexicon/claims/x.yaml": "- say: [glides]\n  asserts: [pan_left]", "fields/x.yaml": "- no: no"}
    )
    said = "It pans right and glides."
    assert "pan_right" in {claim.primitive for claim in claims_of(said)}
    assert [claim.primitive for claim in claims_of(said, other)] == ["pan_left"]


# -------------------------------------------------------------------------------------------------------- the command


def run(*words: str) -> tuple[int, dict[str, object], str]:
    args = build_parser().parse_args(["spec", *words])
    code, answer = args.run(args)
    json.dumps(answer)
    return code, answer, args.render(answer)


def test_the_command_takes_a_text_or_a_file(tmp_path: Path):
    path = tmp_path / "caption.txt"
    path.write_text("The camera pans left.")
    code, answer, shown = run("claims", str(path))
    assert (code, answer) == run("claims", "The camera pans left.")[:2]
    claim = {"primitive": "pan_left", "state": "asserted", "start": 11, "end": 20, "words": "pans left", "order": 0}
    assert claim in answer["claims"]  # type: ignore[operator]
    assert "pan_left" in shown
    assert run("claims", "Nothing of the kind.")[1] == {"claims": []}
    assert run("claims", "long text " * 1000)[1] == {"claims": []}
