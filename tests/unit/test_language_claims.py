"""What captions assert and deny. All sentences are made up here."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import pytest

from videolect.cli import spec_words
from videolect.language import load_spec
from videolect.language.claims import Claim, claims_of
from videolect.language.lexicon import lexicon_from, read_lexicon, shipped_lexicon
from videolect.language.phrases import BadPhrase, Finder, Phrase, inflections, read_phrase
from videolect.language.reading import read_text
from videolect.language.source import SPECS, read, read_texts


def asserted(text: str) -> set[str]:
    return {claim.primitive for claim in claims_of(text) if claim.state == "asserted"}


def denied(text: str) -> set[str]:
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
    assert no <= denied(text)
    assert yes <= asserted(text)
    assert not asserted(text) & no


def test_not_only_is_no_denial_of_what_follows_the_comma():
    assert "zoom_in" in asserted("With no tilt at all, the camera zooms in.")


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


# --------------------------------------------------------------------------------------------------- start, end, time


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
    ],
)
def test_order_is_as_told(text: str, first: str, second: str):
    order = {claim.primitive: claim.order for claim in claims_of(text)}
    assert order[first] < order[second]


def test_what_happens_at_once_has_one_order():
    order = {claim.primitive: claim.order for claim in claims_of("The camera pans left while tilting up.")}
    assert order["pan_left"] == order["tilt_up"] == 0


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


def test_a_caption_takes_about_a_millisecond():
    text = (
        "From a high angle at eye level, the camera smoothly pans left and tilts up to follow a man in a red coat. " * 4
    )
    claims_of(text)
    began = time.process_time()
    for _ in range(50):
        claims_of(text)
    assert (time.process_time() - began) / 50 < 0.02


# ---------------------------------------------------------------------------------------------------- the phrases


def found_in(phrase: str, text: str) -> list[str]:
    read_ = read_text(text)
    hits = Finder([Phrase(phrase, read_phrase(phrase))]).find(read_.words, read_.line, read_.offsets)
    return [read_.line[read_.offsets[first] : end].strip() for first, end, _ in hits]


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
    ],
)
def test_a_phrase_means_what_its_page_says(phrase: str, text: str, hits: list[str]):
    assert found_in(phrase, text) == hits


@pytest.mark.parametrize(
    "phrase",
    ["", "(a", "a)", "a |", "[a]b]", ".. a", "<none> a", "a ..99 b", "{way}", "a >> b >> c", "a >>", "x" * 900],
)
def test_a_phrase_that_cannot_be_read_is_refused(phrase: str):
    with pytest.raises(BadPhrase):
        read_phrase(phrase)


def test_regular_inflections():
    assert inflections("pan") == {"pan", "pans", "panning", "panned"}
    assert inflections("move") == {"move", "moves", "moving", "moved"}
    assert inflections("carry") == {"carry", "carries", "carrying", "carried"}
    assert inflections("push") == {"push", "pushes", "pushing", "pushed"}


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
    assert claims_of("The camera pans left.", spec) == claims_of("The camera pans left.")
    other = lexicon_from(
        {"lexicon/claims/x.yaml": "- say: [glides]\n  asserts: [pan_left]", "fields/x.yaml": "- no: no"}
    )
    assert [rule.asserts for rule in other.rules] == [("pan_left",)]


# -------------------------------------------------------------------------------------------------------- the command


def run(*words: str) -> tuple[int, dict[str, object], str]:
    parser = argparse.ArgumentParser()
    spec_words.add_verbs(parser.add_subparsers())
    args = parser.parse_args(words)
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
