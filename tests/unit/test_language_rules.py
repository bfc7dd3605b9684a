"""Rules in three values, over one record and over many; what the solver proves; records of older schemas."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from videolect.errors import BadInput, NotFound
from videolect.language import Spec, load_spec
from videolect.language.answers import check_many
from videolect.language.parse import parse
from videolect.language.rules import Ask, Compare, Named, Not, Rule, Several
from videolect.language.solver import Solver
from videolect.language.source import read
from videolect.language.table import Table, evaluate
from videolect.language.values import Segment

MINI = Path(__file__).parents[1] / "data" / "spec" / "mini"
SPEC = Spec.load(MINI)
PARSED = parse(read(MINI))

SIZES = ["wide", "medium", "close", "unknown"]
segments = st.lists(st.sampled_from(["pan_left", "pan_right"]).map(lambda m: {"movements": [m]}), max_size=3)
records = st.fixed_dictionaries(
    {},
    optional={
        "moves": st.booleans(),
        "pan": st.sampled_from(["no", "left", "right", "both", "unknown"]),
        "steps": segments,
        "size_start": st.sampled_from(SIZES),
        "size_end": st.sampled_from(SIZES),
        "lamps": st.lists(st.sampled_from(["sun", "fire", "neon"]), unique=True),
        "words": st.sampled_from(["", "It turns."]),
    },
)


def naive(rule: Rule, answers: dict[str, Any]) -> bool | None:
    """Kleene's logic as a textbook writes it, one record at a time."""
    match rule:
        case Several():
            states = [naive(each, answers) for each in rule.rules]
            decisive = rule.word == "any"
            return decisive if decisive in states else None if None in states else not decisive
        case Not():
            state = naive(rule.rule, answers)
            return None if state is None else not state
        case Named():
            return naive(PARSED.conditions[rule.id], answers)
        case Compare():
            order = ["wide", "medium", "close"]
            here, there = answers.get(rule.field), answers.get(rule.other)
            if here not in order or there not in order:
                return None
            a, b = order.index(here), order.index(there)
            return {"same_as": a == b, "before": a < b, "after": a > b}[rule.test]
        case Ask():
            answer = answers.get(rule.field)
            if rule.test == "answered":
                return (answer is not None) == rule.values[0]
            if answer is None or (answer in rule.open_values if isinstance(answer, str) else False):
                return None
            if rule.test == "empty":
                return (not answer) == rule.values[0]
            if rule.test == "is" and rule.exact:
                return set(answer) == set(rule.values)
            if rule.test in ("has", "has_any"):
                return any(value in answer for value in rule.values)
            return answer in rule.values


def leaves() -> list[Rule]:
    asks: list[Rule] = [
        Ask("moves", "is", (True,)), Ask("pan", "in", ("left", "both"), frozenset({"unknown"})),
        Ask("pan", "is", ("unknown",)), Ask("lamps", "has", ("sun",), exact=True),
        Ask("lamps", "has_any", ("sun", "fire"), exact=True), Ask("lamps", "is", ("neon",), exact=True),
        Ask("lamps", "is", ("sun", "fire"), exact=True), Ask("lamps", "empty", (True,), exact=True),
        Ask("words", "empty", (False,)), Ask("pan", "answered", (True,)), Ask("lamps", "answered", (False,)),
    ]  # fmt: skip
    order = ("wide", "medium", "close")
    return [*asks, *(Compare("size_start", test, "size_end", order) for test in ("same_as", "before", "after"))]


rules = st.recursive(
    st.sampled_from(leaves()),
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(
            lambda w, r: Several(w, tuple(r)), st.sampled_from(["all", "any"]), st.lists(inner, min_size=1, max_size=3)
        )
    ),
    max_leaves=8,
)


def table_of(many: list[dict[str, Any]]) -> Table:
    table = Table(len(many))
    for row, answers in enumerate(many):
        for field, answer in answers.items():
            values = answer if isinstance(answer, list) else () if field == "words" else (answer,)
            table.add(1 << row, field, () if field == "steps" else values, filled=bool(answer))
    return table


@settings(max_examples=300, deadline=None)
@given(rules, st.lists(records, min_size=1, max_size=5))
def test_a_rule_over_many_records_is_the_rule_over_each(rule, many):
    sides = evaluate(rule, table_of(many), lambda named: (0, 0))
    held = [(bool(sides[0] >> row & 1), bool(sides[1] >> row & 1)) for row in range(len(many))]
    assert [yes if yes or no else None for yes, no in held] == [naive(rule, answers) for answers in many]
    assert not sides[0] & sides[1]


@settings(max_examples=200, deadline=None)
@given(rules, st.sampled_from(["yes", "no", "not yes", "not no"]))
def test_the_solver_finds_a_record_just_where_there_is_one(rule, claim):
    """Against every record there is of the fields that the leaves speak of."""
    domains: dict[str, list[Any]] = {
        "moves": [None, True], "pan": [None, "no", "left", "both", "unknown"],
        "lamps": [None, [], ["sun"], ["neon"], ["sun", "fire"], ["fire", "neon"]],
        "words": [None, "", "x"], "size_start": [None, "wide", "close"], "size_end": [None, "wide", "close", "unknown"],
    }  # fmt: skip
    wanted = {"yes": [True], "no": [False], "not yes": [False, None], "not no": [True, None]}[claim]
    every = itertools.product(*domains.values())
    there = any(
        naive(rule, {k: v for k, v in zip(domains, values, strict=True) if v is not None}) in wanted for values in every
    )
    solver = Solver(PARSED)
    found = solver.record([solver.formula(rule, claim)], lawful=False)
    if there:
        assert found is not None
    if found is not None:
        plain = {field: list(v) if isinstance(v, tuple) else v for field, v in found.items()}
        assert naive(rule, plain) in wanted


@settings(max_examples=150, deadline=None)
@given(st.lists(records, max_size=12))
def test_many_records_are_derived_and_checked_as_each_of_them(many):
    states = SPEC.derive_many(many)
    for id_ in SPEC.primitives:
        column = [{1: True, 0: False, -1: None}[state] for state in states.column(id_).tolist()]
        assert column == [SPEC.derive(record)[id_] for record in many]
    told = check_many(PARSED, many)
    assert {row: set(said) for row, said in told.items()} == {
        row: set(said) for row, record in enumerate(many) if (said := SPEC.check_answers(record))
    }


def test_columns_of_different_lengths_and_of_strangers():
    with pytest.raises(ValueError, match="differ in length"):
        SPEC.derive_columns({"moves": [True], "pan": ["no", "no"]})
    states = SPEC.derive_columns({"moves": [False, "junk", None, {}], "strange": [1, 2, 3, 4]})
    assert states.column("pans_left").tolist() == [0, -1, -1, -1]
    assert states.column("pans_left").dtype == np.int8
    assert SPEC.derive_columns({}).column("pans").tolist() == []


def test_junk_in_a_column_is_no_answer_and_takes_none_away():
    junk = [1, 0, True, False, "yes", [], None, ["pan_left"], {"movements": ["pan_left"]}, 3.5, ("sun",), [["sun"]]]
    for field in SPEC.fields:
        records_ = [{field.id: value} for value in junk] + [{"moves": True, field.id: value} for value in junk]
        states = SPEC.derive_many(records_)
        for id_ in SPEC.primitives:
            column = [{1: True, 0: False, -1: None}[state] for state in states.column(id_).tolist()]
            assert column == [SPEC.derive(record)[id_] for record in records_], (field.id, id_)


def test_what_does_not_apply_is_neither_yes_nor_no():
    record = {"size_start": "unknown", "size_end": "close"}
    assert SPEC.derive(record)["comes_closer"] is None
    assert "comes_closer" in SPEC.does_not_apply(record)
    assert "comes_closer" not in SPEC.does_not_apply({})


# ------------------------------------------------------------------------------------------------------- profiles


def test_a_profile_reads_the_same_records_in_another_way():
    published = SPEC.read_as("published")
    assert SPEC.derive({"pan": "no"})["pans_right"] is None
    assert SPEC.derive({"moves": True, "pan": "no"})["pans_right"] is None
    assert published.derive({"moves": True, "pan": "no"})["pans_right"] is False
    assert published.derive({})["pans_left"] is False, "what was left open is read as 'does not move'"
    assert SPEC.derive({})["pans_left"] is None
    assert published.does_not_apply({"size_start": "unknown"}) == set()
    assert published.derive({"size_start": "unknown", "size_end": "unknown"})["comes_closer"] is False
    with pytest.raises(NotFound, match="no profile 'x'"):
        SPEC.read_as("x")


# ------------------------------------------------------------------------------------------------------- segments


def steps(*movements: str, **times: int) -> dict[str, Any]:
    return {"movements": list(movements), **times}


def test_the_single_answers_follow_from_the_segments():
    assert SPEC.normalise({"moves": True, "steps": [steps("pan_left"), steps("pan_right")]})["pan"] == "both"
    once = SPEC.normalise({"moves": True, "steps": [steps("pan_left", start_frame=0, end_frame=8)]})
    assert once["pan"] == "left"
    assert once["steps"] == (Segment(movements=("pan_left",), start_frame=0, end_frame=8),)
    assert "pan" not in SPEC.normalise({"moves": True, "steps": []}), "no segments say nothing"
    assert "pan" not in SPEC.normalise({"moves": False, "steps": [steps("pan_left")]}), "not asked of a still camera"
    assert SPEC.normalise(json.loads(json.dumps({**once, "steps": [s.as_json() for s in once["steps"]]}))) == once


@pytest.mark.parametrize(
    ("given_", "says"),
    [
        ([steps("pan_left", "pan_right")], "two opposite ways at once"),
        ([steps("pan_left", "pan_left")], "one twice"),
        ([steps()], "no movement"),
        ([steps("tilt")], "'tilt' is no movement"),
        ([steps("pan_left", start_frame=5)], "only one of its two times"),
        ([steps("pan_left", start_frame=5, end_frame=5)], "from frame 5 to 5"),
        ([steps("pan_left", start_frame=-1, end_frame=5)], "from frame -1 to 5"),
        ([steps("pan_left", start_frame=5, end_frame=6), steps("pan_right", start_frame=4, end_frame=9)], "above it"),
        (
            [steps("pan_left", start_frame=0, end_frame=9), steps("pan_right", start_frame=8, end_frame=12)],
            "opposite way",
        ),
        ([steps("pan_left", start_frame=10**5000, end_frame=9)], "a huge number"),
        ([steps("pan_left")] * 101, "101 segments"),
        ([{"movements": "pan_left"}], "no list of segments"),
        ([{"movements": [3]}], "no list of segments"),
        ([{"movements": ["pan_left"], "start_frame": True, "end_frame": 9}], "no list of segments"),
        ([{"movements": ["pan_left"], "speed": "slow"}], "no list of segments"),
        ({"movements": ["pan_left"]}, "no list of segments"),
        ("pan_left", "no list of segments"),
    ],
)
def test_segments_that_cannot_be_are_told(given_, says):
    record = {"moves": True, "steps": given_}
    assert any(says in violation.rule for violation in SPEC.check_answers(record))
    assert "steps" not in SPEC.normalise(record)


def test_an_answer_of_any_depth_is_told_and_not_thrown():
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert SPEC.check_answers({"pan": deep, "moves": deep})


def test_an_answer_that_differs_from_the_segments_is_told():
    said = SPEC.check_answers({"moves": True, "pan": "right", "steps": [steps("pan_left")]})
    assert [violation.fields for violation in said] == [("pan", "steps")]
    assert "'Left'" in said[0].rule
    assert SPEC.check_answers({"moves": True, "pan": "left", "steps": [steps("pan_left")]}) == ()


# ----------------------------------------------------------------------------------------------------- migrations


def test_a_record_of_the_first_schema_is_read_as_one_of_today():
    old = {"swing": "links", "mood": "happy", "order": ["pan_left", "pan_right"], "moves": True}
    new = SPEC.migrate(old, 1)
    assert new == {"pan": "left", "moves": True, "steps": [steps("pan_left"), steps("pan_right")]}
    assert SPEC.migrate({"order": ["pan_left"]}, 1) == {"steps": []}, "an order of one was no order"
    assert SPEC.migrate(new, 2) == new
    assert SPEC.record_schema == 2
    for schema in (0, 3, -1):
        with pytest.raises(BadInput, match=f"schema {schema}"):
            SPEC.migrate({}, schema)


# ----------------------------------------------------------------------------------------------- from states back


@settings(max_examples=150, deadline=None)
@given(records)
def test_a_record_is_found_for_every_state_that_records_have(record):
    inverse = SPEC.inverse(SPEC.primitives, {})
    if SPEC.check_answers(record):
        return
    states = SPEC.derive(record)
    found = inverse.record(states)
    assert found is not None
    assert SPEC.derive(found) == states
    assert SPEC.check_answers(found) == ()


def test_states_that_no_record_has_are_told_apart_to_the_core():
    inverse = SPEC.inverse(SPEC.primitives, {})
    wanted = {"pans": True, "pans_left": False, "pans_right": False, "warm_light": True, "comes_closer": None}
    assert inverse.record(wanted) is None
    assert inverse.conflicts(wanted) == [(("pans_left", False), ("pans_right", False), ("pans", True))]


def test_a_record_that_is_found_gives_the_states_back():
    """Over several groups of questions, each of which the solver answers apart from the others."""
    spec = load_spec()
    names = [
        p.id for p in spec.primitives.values() if p.group in ("shot_size", "camera_angle", "focus", "point_of_view")
    ]
    inverse = spec.inverse(names, {"shot_transition": False})
    assert len(inverse.blocks) > 1
    for name in ("close_up", "angle_starts_high", "rack_focus", "drone_pov", "shot_size_starts_wide"):
        for example in spec.primitives[name].examples if name in spec.primitives else ():
            wanted = {id_: spec.derive({"shot_transition": False, **example.answers})[id_] for id_ in names}
            found = inverse.record(wanted)
            assert found is not None
            assert {id_: spec.derive(found)[id_] for id_ in names} == wanted
