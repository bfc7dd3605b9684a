"""What the shipped specification asks, derives and refuses."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from videolect.errors import NotFound
from videolect.language import load_spec
from videolect.language.rules import Ask, parts
from videolect.language.values import Segment

SPEC = load_spec()
RULES = [
    *SPEC.parsed.conditions.values(),
    *(rule for each in SPEC.primitives.values() for rule in (each.yes_when, each.no_when, each.applies_when) if rule),
]
ASKED_LATE = {part.field for rule in RULES for part in parts(rule) if isinstance(part, Ask) and part.test == "answered"}
"""Questions that older forms did not ask: rules tell one that was not answered from one that could not be."""
MOVES = {"steadiness": "smooth", "camera_movement": "major_simple"}
STILL = {"steadiness": "static", "camera_movement": "no"}
DIRECTIONS = [
    "dolly_in", "dolly_out", "truck_left", "truck_right", "pedestal_up", "pedestal_down", "pan_left", "pan_right",
    "tilt_up", "tilt_down", "roll_clockwise", "roll_counter_clockwise", "zoom_in", "zoom_out",
]  # fmt: skip
AXES = ["forward_backward", "up_down", "left_right", "pan", "tilt", "roll", "zoom", "arc", "crane"]


def any_answer(field: Any) -> st.SearchStrategy[Any]:
    values = st.sampled_from([option.value for option in field.options] or [""])
    return {
        "flag": st.booleans(),
        "choice": values,
        "text": st.sampled_from(["", "It drifts left and comes back."]),
        "list": st.lists(values, unique=True, max_size=3).map(tuple),
        "segments": st.lists(values.map(lambda value: {"movements": [value]}), max_size=3).map(tuple),
    }[field.kind]


records = st.fixed_dictionaries({}, optional={field.id: any_answer(field) for field in SPEC.fields})
slow = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def drawn(seed: int) -> dict[str, Any]:
    """A record as a person would leave it who answers by dice, now and then leaving a question open."""
    dice = random.Random(seed)
    answers: dict[str, Any] = {"shot_transition": dice.random() < 0.1}
    for _ in range(3):
        asked = SPEC.applicable(answers)
        for field in SPEC.fields:
            if field.id not in asked or field.id in answers or dice.random() < 0.1:
                continue
            values = [option.value for option in field.options]
            answers[field.id] = {
                "flag": lambda: dice.random() < 0.4,
                "choice": lambda values=values: dice.choice(values),
                "list": lambda values=values: [value for value in values if dice.random() < 0.2],
                "text": lambda: dice.choice(["", "It drifts."]),
                "segments": lambda values=values: [
                    {"movements": [v]} for v in dice.sample(values, dice.choice([0, 2]))
                ],
            }[field.kind]()
    return SPEC.normalise(answers)


def consistent(seed: int) -> dict[str, Any]:
    """Such a record without the answers that break a rule."""
    answers = drawn(seed)
    for _ in range(100):
        said = SPEC.check_answers(answers)
        if not said:
            return answers
        named = [id_ for id_ in said[0].fields if id_ in answers]
        gone = {"camera_segments"} if "camera_segments" in answers else {named[-1]}  # directions follow from segments
        answers = SPEC.normalise({id_: answer for id_, answer in answers.items() if id_ not in gone})
    raise AssertionError(f"record {seed} cannot be mended: {SPEC.check_answers(answers)}")


def test_the_aspects_stand_in_the_order_in_which_they_depend_on_each_other():
    assert [(aspect.id, aspect.parents, aspect.by_default) for aspect in SPEC.aspects] == [
        ("subject", (), True), ("scene", (), True), ("motion", ("subject",), True),
        ("spatial", ("subject", "scene"), True), ("camera", (), True),
        ("color", (), False), ("lighting", (), False), ("effects", (), False),
    ]  # fmt: skip
    with pytest.raises(NotFound, match="sound"):
        SPEC.aspect("sound")


def test_nothing_answered_leaves_everything_undetermined():
    assert set(SPEC.derive({}).values()) == {None}
    assert SPEC.does_not_apply({}) == set()


def test_of_a_transition_only_little_can_be_said():
    states = SPEC.derive({"shot_transition": True, "has_overlays": True})
    assert {id_ for id_, state in states.items() if state} == {"shot_transition", "has_overlays"}
    assert len(SPEC.does_not_apply({"shot_transition": True})) > 500


def test_a_camera_that_does_not_move_goes_in_no_direction():
    for still in (STILL, {"steadiness": "smooth", "camera_movement": "no"}):
        assert {SPEC.derive(still)[id_] for id_ in [*DIRECTIONS, "arc_clockwise", "crane_up"]} == {False}


@pytest.mark.parametrize("set_", [{"camera_arc": "clockwise"}, {"camera_crane": "crane_up"}])
def test_an_arc_or_a_crane_leaves_the_directions_open(set_):
    states = SPEC.derive({**MOVES, **set_, "camera_pan": "right_to_left", "camera_tilt": "no"})
    assert {states[id_] for id_ in DIRECTIONS} == {None}


def test_what_is_slight_is_neither_yes_nor_no():
    states = SPEC.derive(
        {"steadiness": "smooth", "camera_movement": "minor", "camera_pan": "right_to_left", "camera_tilt": "no"}
    )
    assert (states["pan_left"], states["pan_right"], states["tilt_up"]) == (None, False, None)


@pytest.mark.parametrize("hides", [{"steadiness": "unsteady"}, {"camera_movement": "major_complex"}])
def test_a_no_is_believed_only_where_it_is_plain_to_see(hides):
    answers = {**MOVES, "camera_tilt": "up", "camera_pan": "no"}
    assert SPEC.derive(answers)["pan_left"] is False
    states = SPEC.derive({**answers, **hides})
    assert (states["pan_left"], states["tilt_up"], states["tilt_down"]) == (None, True, False)


def test_both_ways_is_both():
    states = SPEC.derive({**MOVES, "camera_pan": "both"})
    assert (states["pan_left"], states["pan_right"], states["only_pan_left"]) == (True, True, False)


def test_only_is_not_denied_by_what_is_open():
    answers = {**MOVES, "camera_zoom": "in"}
    assert SPEC.derive(answers)["only_zoom_in"] is None
    assert SPEC.derive({**answers, "camera_pan": "left_to_right"})["only_zoom_in"] is False
    assert SPEC.derive(STILL)["only_zoom_in"] is False
    assert SPEC.derive({"shot_transition": True})["only_zoom_in"] is None
    published = SPEC.read_as("authors-2025")
    assert published.derive({"shot_transition": True})["only_zoom_in"] is False


def test_sizes_at_the_end_follow_the_start_where_nothing_changed():
    same = SPEC.derive({"shot_type": "human", "shot_size_start": "medium", "shot_size_end": "unknown"})
    assert (same["shot_size_ends_medium"], same["shot_size_ends_wide"], same["shot_size_wide_to_close"]) == (
        True,
        False,
        False,
    )
    gone = SPEC.derive({"shot_type": "change_of_subject", "shot_size_start": "medium", "shot_size_end": "unknown"})
    assert gone["shot_size_ends_medium"] is None
    closer = SPEC.derive({"shot_type": "human", "shot_size_start": "wide", "shot_size_end": "close_up"})
    assert (closer["shot_size_wide_to_close"], closer["shot_size_close_to_wide"]) == (True, False)


# ---------------------------------------------------------------------------------------------------- segments


def test_tilts_down_then_pushes_in():
    record = {
        **MOVES,
        "camera_segments": [
            {"movements": ["tilt_down"], "start_frame": 0, "end_frame": 48},
            {"movements": ["dolly_forward", "roll_clockwise"], "start_frame": 48, "end_frame": 120},
        ],
    }
    assert SPEC.check_answers(record) == ()
    meant = SPEC.normalise(record)
    found = {axis: meant.get(f"camera_{axis}") for axis in AXES}
    assert (found["tilt"], found["forward_backward"], found["roll"]) == ("down", "forward", "clockwise")
    assert {found[axis] for axis in AXES if axis not in ("tilt", "forward_backward", "roll")} == {"no"}
    states = SPEC.derive(record)
    assert (states["tilt_down"], states["dolly_in"], states["pan_left"], states["zoom_in"]) == (
        True,
        True,
        False,
        False,
    )


def test_an_answer_against_its_segments_is_one_fault():
    record = {**MOVES, "camera_pan": "no", "camera_segments": [{"movements": ["pan_left"]}]}
    assert [violation.fields for violation in SPEC.check_answers(record)] == [("camera_pan", "camera_segments")]


def test_there_and_back_again_is_both():
    record = {**MOVES, "camera_segments": [{"movements": ["pan_left"]}, {"movements": ["pan_right"]}]}
    assert SPEC.normalise(record)["camera_pan"] == "both"
    assert SPEC.normalise(record)["camera_segments"] == tuple(
        Segment(movements=(movement,)) for movement in ("pan_left", "pan_right")
    )


def test_an_order_of_movements_of_the_first_schema_is_read_as_segments():
    assert SPEC.record_schema == 2
    old = {**MOVES, "camera_tilt": "down", "camera_pan": "no", "movement_order": ["tilt_down", "dolly_forward"]}
    new = SPEC.migrate({**old, "camera_forward_backward": "forward"}, 1)
    assert SPEC.check_answers(new) == ()
    assert [segment.movements for segment in SPEC.normalise(new)["camera_segments"]] == [
        ("tilt_down",), ("dolly_forward",)
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------- records of any kind


@pytest.mark.parametrize("reading", [None, "authors-2025"])
def test_a_record_that_makes_a_primitive_both_breaks_a_rule(reading):
    """The checker proves that no consistent record does; here records of all kinds are tried."""
    spec = SPEC if reading is None else SPEC.read_as(reading)
    for seed in range(60):
        record = drawn(seed)
        assert not spec.contradictions(record) or spec.check_answers(record)


@slow
@given(st.integers(0, 10_000), st.data())
def test_a_further_answer_never_turns_yes_into_no(seed, data):
    """Open questions only ever leave states open.

    But for the questions that older forms did not ask, and which therefore count as no until they are answered.
    """
    answers = consistent(seed)
    drop = data.draw(st.sampled_from(sorted(set(answers) - ASKED_LATE) or ["x"]))
    fewer = {id_: answer for id_, answer in answers.items() if id_ != drop}
    if set(SPEC.normalise(fewer)) != set(fewer):
        return  # another question hangs on it
    more, less = SPEC.derive(answers), SPEC.derive(fewer)
    assert {
        id_: (drop, less[id_], more[id_]) for id_ in less if less[id_] is not None and more[id_] is not less[id_]
    } == {}


def leaves(part: Any) -> list[dict[str, Any]]:
    if isinstance(part, list):
        return [leaf for each in part for leaf in leaves(each)]
    if isinstance(part, dict):
        return [part] if "field" in part else [leaf for each in part.values() for leaf in leaves(each)]
    return []


@slow
@given(records)
def test_normalise_changes_nothing_twice_and_no_state(answers):
    once = SPEC.normalise(answers)
    assert SPEC.normalise(once) == once
    assert SPEC.derive(once) == SPEC.derive(answers)
    plain = json.loads(json.dumps(once, default=Segment.as_json))
    assert SPEC.normalise(plain) == once


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda x: st.lists(x, max_size=2) | st.dictionaries(st.text(max_size=3), x, max_size=2),
    max_leaves=3,
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from([field.id for field in SPEC.fields]) | st.text(max_size=5), junk, max_size=5))
def test_junk_is_a_violation_and_never_a_traceback(answers):
    bad = [key for key, value in answers.items() if value is not None and key not in SPEC.normalise({key: value})]
    told = {field for violation in SPEC.check_answers(answers) for field in violation.fields}
    assert set(bad) <= told
    SPEC.derive(answers)
    SPEC.applicable(answers)


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"colour": "red"}, "no question 'colour'"),
        ({"steadiness": "wobbly"}, "'wobbly' is no answer"),
        ({"steadiness": ["smooth"]}, "no answer"),
        ({"is_tracking": "yes"}, "'yes' is no answer"),
        ({"tracking_shot_types": ["side", "side"]}, "no answer"),
        ({"steadiness": "static", "camera_movement": "minor"}, "called static and yet it moves"),
        ({"camera_movement": "no", "steadiness": "smooth", "camera_pan": "left_to_right"}, "Pan is answered"),
        ({**MOVES, "dolly_zoom": True, "camera_zoom": "in", "camera_forward_backward": "forward"}, "against each"),
        ({**MOVES, "camera_pan": "left_to_right", "camera_segments": [{"movements": ["pan_left"]}]},
         "otherwise than"),
        ({**MOVES, "camera_segments": [{"movements": ["pan_left", "pan_right"]}]}, "two opposite ways at once"),
        ({"shot_type": "human", "shot_size_start": "wide", "shot_size_end": "wide"}, "repeats the size"),
        ({"is_tracking": True, "tracking_shot_types": []}, "from where or how"),
    ],
)  # fmt: skip
def test_a_record_that_breaks_a_rule_is_told_how_to_mend_it(answers, says):
    violations = SPEC.check_answers(answers)
    assert any(says in violation.rule and violation.mend for violation in violations), violations


def test_neutral_answers_may_stand_where_the_question_is_not_asked():
    older_form = {
        **STILL,
        "camera_pan": "no",
        "camera_motion_speed": "regular",
        "tracking_shot_types": [],
        "is_tracking": False,
    }
    assert SPEC.check_answers(older_form) == ()
    assert "camera_pan" not in SPEC.normalise(older_form)


def test_questions_appear_as_the_answers_ask_for_them():
    assert "camera_pan" not in SPEC.applicable({})
    assert {"camera_pan", "camera_segments"} <= SPEC.applicable(MOVES)
    assert "complex_motion_description" not in SPEC.applicable(MOVES)
    few = SPEC.applicable({"shot_transition": True})
    assert {"shot_transition", "has_overlays"} <= few
    assert len(few) < 12


def test_the_browser_gets_rules_as_plain_data():
    data = json.loads(json.dumps(SPEC.as_json()))
    fields = {field["id"]: field for field in data["fields"]}
    assert {"field": "is_tracking", "is": True} in leaves(fields["tracking_shot_types"]["applies_when"])
    assert '"condition"' not in json.dumps([field["applies_when"] for field in data["fields"]])
    assert len(data["primitives"]) == len(SPEC.primitives)
    assert fields["shot_size_start"]["pair"] == "shot_size_end"
    assert fields["camera_segments"]["options"][0]["sets"]


@pytest.mark.parametrize(
    ("what", "answers"),
    [
        ("a woman stands still in a crowd that hurries past her",
         {"shot_type": "complex", "complex_shot_type": "many_subject_one_focus", "subject_kinds": ["person"],
          "subject_count": "crowd", "action_timing": "none", "subject_actions": ["walk"],
          "group_activity": "one_apart"}),
        ("a listener keeps still while another speaks",
         {"shot_type": "complex", "complex_shot_type": "many_subject_one_focus", "subject_kinds": ["person"],
          "subject_count": "two", "action_timing": "none", "subject_actions": ["speak"]}),
        ("a dolly zoom goes from a long lens to a wide one",
         {**MOVES, "dolly_zoom": True, "camera_forward_backward": "forward", "camera_zoom": "out",
          "lens_traits": ["compressed_space", "stretched_space"]}),
    ],
)  # fmt: skip
def test_real_footage_can_be_labelled(what, answers):
    assert SPEC.check_answers(answers) == (), what


@pytest.mark.parametrize(
    ("what", "answers"),
    [
        ("a person is the subject, and nobody is framed",
         {"shot_type": "complex", "complex_shot_type": "many_subject_one_focus", "subject_kinds": ["person"],
          "people_framed": "nobody"}),
        ("one small part moves, and much moves", {"cinemagraph": True, "scene_movement": "dynamic"}),
        ("a split diopter in deep focus", {"camera_focus": "deep_focus", "lens_traits": ["split_diopter"]}),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(what, answers):
    assert SPEC.check_answers(answers), what


# ----------------------------------------------------------------------------------------- what is promised of it


def test_the_report_has_the_keys_that_others_rely_on():
    report = SPEC.report()
    assert set(report) == {"whole", "version", "hash", "primitives", "by_group", "by_aspect", "reference", "problems"}
    assert sum(report["by_group"].values()) == report["primitives"] >= 430
    assert set(report["reference"].values()) <= set(SPEC.primitives)
    assert all(report["by_aspect"].values())


def test_every_reference_name_that_means_a_primitive_leads_to_one(reference_data):
    import pyarrow.parquet as pq

    rows = pq.read_table(reference_data / "primitive_names.parquet").to_pylist()
    defined = {row["primitive"] for row in rows if row["has_definition"]}
    assert defined - set(SPEC.report()["reference"]) == set()


def test_every_entry_speaks_for_itself():
    titles = Counter(primitive.title for primitive in SPEC.primitives.values())
    definitions = Counter(primitive.definition for primitive in SPEC.primitives.values())
    for primitive in SPEC.primitives.values():
        told = primitive.id
        assert primitive.question.endswith("?"), told
        assert primitive.model_question.endswith("?"), told
        assert primitive.definition.endswith("."), told
        assert len(primitive.decision.split()) > 15, told
        assert primitive.look_alikes, told
        assert all(other.example is not None and other.how.endswith(".") for other in primitive.look_alikes), told
        assert primitive.use_words, told
        assert primitive.avoid_words, told
        assert titles[primitive.title] == definitions[primitive.definition] == 1, told
        expected = {example.expected for example in primitive.examples}
        assert expected >= {"yes", "no"}, told
        assert primitive.applies_when is None or "does_not_apply" in expected, told
    for field in SPEC.fields:
        assert field.question.endswith("?"), field.id
        assert field.mentioned_in, field.id


def test_the_texts_are_clean():
    for primitive in SPEC.primitives.values():
        texts = [
            primitive.definition,
            primitive.question,
            primitive.model_question,
            primitive.decision,
            primitive.title,
        ]
        for text in [*texts, *(other.how for other in primitive.look_alikes)]:
            assert not re.search(r"\s\s|TODO|XXX|\b(\w+) \1\b(?<!that that)", text), (primitive.id, text)
