"""What the shipped specification asks, derives and refuses."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from videolect.errors import NotFound
from videolect.language import load_spec
from videolect.language.rules import all_of, any_of

SPEC = load_spec()
MOVES = {"steadiness": "smooth", "camera_movement": "major_simple"}
STILL = {"steadiness": "static", "camera_movement": "no"}
DIRECTIONS = [
    "dolly_in", "dolly_out", "truck_left", "truck_right", "pedestal_up", "pedestal_down", "pan_left", "pan_right",
    "tilt_up", "tilt_down", "roll_clockwise", "roll_counter_clockwise", "zoom_in", "zoom_out",
]  # fmt: skip


def any_answer(field: Any) -> st.SearchStrategy[Any]:
    values = [option.value for option in field.options]
    return {
        "flag": st.booleans(),
        "choice": st.sampled_from(values or [""]),
        "text": st.sampled_from(["", "It drifts left and comes back."]),
        "list": st.lists(st.sampled_from(values or [""]), unique=True).map(tuple),
        "order": st.lists(st.sampled_from(values or [""]), unique=True, max_size=3).map(tuple),
    }[field.kind]


records = st.fixed_dictionaries({}, optional={field.id: any_answer(field) for field in SPEC.fields})


def test_the_aspects_stand_in_the_order_in_which_they_depend_on_each_other():
    assert [(aspect.id, aspect.parents) for aspect in SPEC.aspects] == [
        ("subject", ()), ("scene", ()), ("motion", ("subject",)), ("spatial", ("subject", "scene")), ("camera", ()),
    ]  # fmt: skip
    with pytest.raises(NotFound, match="lighting"):
        SPEC.aspect("lighting")


def test_kleene():
    states = (True, False, None)
    for a, b in itertools.product(states, states):
        assert all_of((a, b)) is (False if False in (a, b) else None if None in (a, b) else True)
        assert any_of((a, b)) is (True if True in (a, b) else None if None in (a, b) else False)


def test_nothing_answered_leaves_everything_undetermined():
    assert set(SPEC.derive({}).values()) == {None}


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


def test_only_is_not_denied_by_what_is_open():
    answers = {**MOVES, "camera_zoom": "in"}
    assert SPEC.derive(answers)["only_zoom_in"] is None
    assert SPEC.derive({**answers, "camera_pan": "left_to_right"})["only_zoom_in"] is False
    assert SPEC.derive(STILL)["only_zoom_in"] is False


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


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(records)
def test_no_consistent_record_makes_a_primitive_both(answers):
    assume(not SPEC.check_answers(answers))
    assert SPEC.contradictions(answers) == ()


@settings(max_examples=100, deadline=None)
@given(records, st.data())
def test_a_further_answer_never_turns_yes_into_no(answers, data):
    """Open questions only ever leave states open. (Arc and crane are questions that older forms did not ask.)"""
    answers = SPEC.normalise({"camera_arc": "no", "camera_crane": "no", "shot_transition": False, **answers})
    assume("camera_arc" in answers and "camera_crane" in answers and "shot_transition" in answers)
    fewer = {**answers}
    fewer.pop(
        data.draw(st.sampled_from(sorted(set(answers) - {"camera_arc", "camera_crane", "shot_transition"}) or ["x"])),
        None,
    )
    more, less = SPEC.derive(answers), SPEC.derive(fewer)
    assert {id_: (less[id_], more[id_]) for id_ in less if less[id_] is not None and more[id_] is not less[id_]} == {}


@settings(max_examples=100, deadline=None)
@given(records)
def test_normalise_changes_nothing_twice_and_no_state(answers):
    once = SPEC.normalise(answers)
    assert SPEC.normalise(once) == once
    assert SPEC.derive(once) == SPEC.derive(answers)
    assert SPEC.normalise(json.loads(json.dumps(once))) == once


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda x: st.lists(x, max_size=2),
    max_leaves=3,
)


@settings(max_examples=150, deadline=None)
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
        ({"camera_movement": "major_complex", "complex_motion_description": " "}, "no description"),
        ({**MOVES, "dolly_zoom": True, "camera_zoom": "in", "camera_forward_backward": "forward"}, "against each"),
        ({**MOVES, "camera_tilt": "up", "movement_order": ["pan_left", "tilt_up"], "camera_pan": "no"},
         "names 'Pan left'"),
        ({**MOVES, "camera_tilt": "up", "camera_pan": "right_to_left", "camera_zoom": "in",
          "movement_order": ["pan_left", "tilt_up"]}, "leaves out 'Zoom in'"),
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
    assert {"camera_pan", "movement_order"} <= SPEC.applicable(MOVES)
    assert "complex_motion_description" not in SPEC.applicable(MOVES)
    assert SPEC.applicable({"shot_transition": True}) == {"shot_transition", "has_overlays"}


def test_the_browser_gets_rules_as_plain_data():
    data = json.loads(json.dumps(SPEC.as_json()))
    fields = {field["id"]: field for field in data["fields"]}
    asked = fields["tracking_shot_types"]["applies_when"]["all"]
    assert asked[1] == {"field": "is_tracking", "is": True}
    assert "condition" not in json.dumps([field["applies_when"] for field in data["fields"]])
    assert len(data["primitives"]) == len(SPEC.primitives) >= 40
    assert fields["shot_size_start"]["pair"] == "shot_size_end"


def test_the_report_has_the_keys_that_others_rely_on():
    report = SPEC.report()
    assert set(report) == {"whole", "version", "hash", "primitives", "by_group", "by_aspect", "reference", "problems"}
    assert sum(report["by_group"].values()) == report["primitives"]
    assert set(report["reference"].values()) <= set(SPEC.primitives)


def test_every_entry_speaks_for_itself():
    for primitive in SPEC.primitives.values():
        assert primitive.question.endswith("?")
        assert primitive.model_question.endswith("?")
        assert primitive.definition.endswith(".")
        assert len(primitive.decision.split()) > 15
        assert primitive.look_alikes
        assert {example.expected for example in primitive.examples} >= {True, False}
    for field in SPEC.fields:
        assert field.question.endswith("?")
        assert field.mentioned_in
