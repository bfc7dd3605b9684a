"""Rules in three values, over one record and over many; what the solver proves; records of older schemas."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from videolect.errors import BadInput, NotFound
from videolect.language import Spec, load_spec
from videolect.language.answers import Standing, check_many
from videolect.language.parse import parse
from videolect.language.rules import Ask, Compare, Named, Not, Rule, Several, as_data, fields_of, parse_rule
from videolect.language.solver import Solver
from videolect.language.source import Place, Problem, Wrong, read, read_texts
from videolect.language.table import Table, evaluate
from videolect.language.values import Segment, Violation

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


# ------------------------------------------------------------------------------------------- what a person is told


def between(movement: str, start: int | None, end: int | None) -> dict[str, Any]:
    """A segment of one movement with its times."""
    return {"movements": [movement], "start_frame": start, "end_frame": end}


SEGMENT = '{"movements": ["tilt_down"], "start_frame": 0, "end_frame": 48}'
TOLD: list[tuple[dict[str, Any], tuple[str, ...], str, str]] = [
    ({"colour": "red"}, ("colour",), "The form has no question 'colour'.", "Remove it."),
    ({"moves": "yes"}, ("moves",), "Moves: 'yes' is no answer to this question.", "Answer true or false."),
    (
        {"words": 5},
        ("words",),
        "Words: 5 is no answer to this question.",
        "Answer with a text of at most 5,000 characters.",
    ),
    ({"words": "\ud800"}, ("words",), "Words holds half a character (a lone surrogate).", "Send valid Unicode."),
    (
        {"pan": "up"},
        ("pan",),
        "Pan: 'up' is no answer to this question.",
        "Use one of no, left, right, both, unknown.",
    ),
    (
        {"lamps": ["sun", "sun"]},
        ("lamps",),
        "Lamps: ('sun', 'sun') is no answer to this question.",
        "Give a list, each at most once, of sun, fire, neon.",
    ),
    (
        {"lamps": ["moon"]},
        ("lamps",),
        "Lamps: ('moon',) is no answer to this question.",
        "Give a list, each at most once, of sun, fire, neon.",
    ),
    (
        {"steps": "left"},
        ("steps",),
        "Steps: 'left' is no list of segments.",
        f"Give a list such as [{SEGMENT}], the frames only where known.",
    ),
    (
        {"steps": [steps("pan_left")] * 101},
        ("steps",),
        "Steps has 101 segments.",
        "Give at most 100; sum up what is erratic.",
    ),
    (
        {"steps": [steps("pan_left"), steps("tilt")]},
        ("steps",),
        "Steps, segment 2: 'tilt' is no movement.",
        "Use pan_left, pan_right.",
    ),
    (
        {"steps": [steps()]},
        ("steps",),
        "Steps, segment 1 names no movement, or one twice.",
        "Name each movement of the segment once.",
    ),
    (
        {"steps": [steps("pan_left", "pan_right")]},
        ("steps",),
        "Steps, segment 1 goes two opposite ways at once.",
        "Make two segments of it.",
    ),
    (
        {"steps": [steps("pan_left", end_frame=5)]},
        ("steps",),
        "Steps, segment 1 has only one of its two times.",
        "Give start_frame and end_frame, or neither.",
    ),
    (
        {"steps": [between("pan_left", 9, 8)]},
        ("steps",),
        "Steps, segment 1 goes from frame 9 to 8.",
        "Start at 0 or later, and end after the start.",
    ),
    (
        {"steps": [between("pan_left", 0, 2**31)]},
        ("steps",),
        "Steps, segment 1 goes from frame 0 to 2147483648.",
        "Start at 0 or later, and end after the start.",
    ),
    (
        {"steps": [between("pan_left", 5, 9), steps("pan_left"), between("pan_left", 4, 9)]},
        ("steps",),
        "Steps, segment 3 starts before the one above it.",
        "Put the segments in order of their starts.",
    ),
    (
        {"steps": [between("pan_left", 0, 9), steps("pan_left"), between("pan_right", 8, 12)]},
        ("steps",),
        "Steps, segment 3 goes the opposite way while another segment goes on.",
        "Let one end where the other begins.",
    ),
    (
        {"moves": True, "pan": "right", "steps": [steps("pan_left")]},
        ("pan", "steps"),
        "Pan is answered otherwise than Steps says: 'Left'.",
        "Change one of the two.",
    ),
    (
        {"moves": False, "pan": "left"},
        ("pan", "moves"),
        "Pan is answered, but the question is not asked after the other answers.",
        "Clear it, or look again at: Moves.",
    ),
    ({"moves": True, "pan": "no"}, ("moves", "pan"), "The camera moves and does nothing.", "Set the pan."),
]  # fmt: skip


@pytest.mark.parametrize(("record", "fields", "rule", "mend"), TOLD)
def test_what_is_wrong_with_a_record_is_told_with_its_questions_and_its_mend(record, fields, rule, mend):
    assert SPEC.check_answers(record) == (Violation(fields=fields, rule=rule, mend=mend),)


GOOD: list[dict[str, Any]] = [
    {"words": "x" * 5000},
    {"lamps": []},
    {"moves": False, "pan": "no"},
    {"moves": True, "steps": [steps("pan_left")] * 100},
    {"moves": True, "steps": [between("pan_left", 0, 2**31 - 1)]},
    {"moves": True, "steps": [between("pan_left", None, None)]},
    {"moves": True, "steps": [between("pan_left", 3, 4), between("pan_left", 3, 9)]},
    {"moves": True, "steps": [between("pan_left", 3, 8), between("pan_right", 8, 9)]},
    {"moves": True, "steps": [steps("pan_left"), between("pan_right", 0, 9)]},
]  # fmt: skip


@pytest.mark.parametrize("record", GOOD)
def test_an_answer_at_the_edge_of_what_is_allowed_is_kept(record):
    assert SPEC.check_answers(record) == ()
    assert SPEC.normalise(record).keys() >= record.keys() - {"pan"}


def test_a_text_that_is_too_long_is_told_in_a_few_signs():
    said = SPEC.check_answers({"words": "x" * 5001, "pan": ["left"] * 99})
    assert [len(violation.rule) < 120 for violation in said] == [True, True]
    assert said[0].rule.startswith("Words: 'xxx")


def test_a_record_is_kept_as_it_is_meant():
    """Lists in the form's order, texts without needless white space, and what nobody may answer not at all."""
    record = {"lamps": ["neon", "sun"], "words": "  It \n turns. ", "moves": None, "pan": "up", "colour": "red"}
    assert SPEC.normalise(record) == {"lamps": ("sun", "neon"), "words": "It turns."}


def test_a_question_that_another_answer_rules_out_is_dropped_with_what_hangs_on_it():
    assert SPEC.normalise({"moves": False, "pan": "left", "steps": [steps("pan_left")]}) == {"moves": False}
    assert SPEC.applicable({"moves": False}) == {"moves", "size_start", "size_end", "lamps", "words"}
    assert SPEC.applicable({"moves": True}) == {*SPEC.applicable({"moves": False}), "pan", "steps"}
    assert "pan" not in SPEC.applicable({}), "who has not said whether it moves is not asked which way"


KNOWN = "is, in, has, has_any, empty, answered, same_as, before, after"
AT = Place("x.yaml", 1)


def rule_of(text: str) -> Rule:
    """The rule that a file of these words holds."""
    return parse_rule(read_texts({"x.yaml": text}).files["x.yaml"])


@pytest.mark.parametrize(
    ("text", "rule", "mend"),
    [
        ("{}", "A rule has 0 keys.", "Give it one; join several under 'all:' or 'any:'."),
        ("{a: {is: b}, c: {is: d}}", "A rule has 2 keys.", "Give it one; join several under 'all:' or 'any:'."),
        ("[a]", "A rule is not a mapping.", "Write 'key: value' pairs."),
        ("{all: []}", "'all:' is empty.", "Give it at least one rule."),
        ("{any: []}", "'any:' is empty.", "Give it at least one rule."),
        ("{any: a}", "'any:' is not a list.", "Write a list: [a, b], or lines that begin with '- '."),
        ("{condition: [a]}", "'condition:' is not a plain value.", "Write one value, not a list or a mapping."),
        ("{a: b}", "The test of a is not a mapping.", "Write 'key: value' pairs."),
        ("{a: {}}", "The test of a has 0 keys.", f"Use one of {KNOWN}."),
        ("{a: {is: b, has: c}}", "The test of a has 2 keys.", f"Use one of {KNOWN}."),
        ("{a: {equals: b}}", "The test of a has the unknown key 'equals'.", f"Use {KNOWN}."),
        ("{a: {in: b}}", "'in:' is not a list.", "Write a list: [a, b], or lines that begin with '- '."),
        ("{a: {has: [b]}}", "'has:' is not a plain value.", "Write one value, not a list or a mapping."),
        ("{a: {before: [b]}}", "'before:' is not a plain value.", "Write one value, not a list or a mapping."),
    ],
)
def test_a_rule_that_cannot_be_read_is_told_where_it_stands(text: str, rule: str, mend: str):
    with pytest.raises(Wrong) as refused:
        rule_of(f"\n{text}")
    assert refused.value.problem == Problem("x.yaml", 2, rule, mend)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("{not: {condition: still}}", Not(Named("condition", "still", AT))),
        ("{primitive: pans}", Named("primitive", "pans", AT)),
        ("{all: [{a: {is: b}}]}", Several("all", (Ask("a", "is", ("b",), place=AT),))),
        ("{any: [{a: {is: b}}]}", Several("any", (Ask("a", "is", ("b",), place=AT),))),
        ("{a: {is: [b, c]}}", Ask("a", "is", ("b", "c"), place=AT)),
        ("{a: {in: [b, c]}}", Ask("a", "in", ("b", "c"), place=AT)),
        ("{a: {has: b}}", Ask("a", "has", ("b",), place=AT)),
        ("{a: {has_any: [b]}}", Ask("a", "has_any", ("b",), place=AT)),
        ("{a: {empty: yes}}", Ask("a", "empty", ("yes",), place=AT)),
        ("{a: {after: b}}", Compare("a", "after", "b", place=AT)),
        ("{a: {same_as: b}}", Compare("a", "same_as", "b", place=AT)),
    ],
)
def test_a_rule_is_read_as_it_is_written(text: str, rule: Rule):
    assert rule_of(text) == rule


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


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("{not: {primitive: pans}}", {"not": {"primitive": "pans"}}),
        (
            "{all: [{a: {is: b}}, {any: [{c: {has: d}}]}]}",
            {"all": [{"field": "a", "is": "b"}, {"any": [{"field": "c", "has": "d"}]}]},
        ),
        ("{a: {in: [b, c]}}", {"field": "a", "in": ["b", "c"]}),
        ("{a: {has_any: [b]}}", {"field": "a", "has_any": ["b"]}),
        ("{a: {is: [b, c]}}", {"field": "a", "is": ["b", "c"]}),
        ("{a: {answered: yes}}", {"field": "a", "answered": "yes"}),
        ("{a: {before: b}}", {"field": "a", "before": "b", "order": []}),
        ("{condition: still}", {"field": "moves", "is": "no"}),
    ],
)  # fmt: skip
def test_a_rule_goes_to_the_pages_with_its_conditions_written_out(text: str, data: object):
    rule = rule_of(text)
    if isinstance(rule, Ask) and rule.test == "is" and len(rule.values) > 1:
        rule = replace(rule, exact=True)  # as a field of several answers is read
    assert as_data(rule, {"still": rule_of("{moves: {is: no}}")}) == data


def test_what_leaves_a_rule_open_goes_with_it():
    rule = replace(rule_of("{a: {is: b}}"), open_values=frozenset({"unsure", "mixed"}))
    assert as_data(rule, {}) == {"field": "a", "is": "b", "open": ["mixed", "unsure"]}


def test_the_fields_of_a_rule_are_those_of_its_conditions_too():
    conditions = {
        "still": rule_of("{moves: {is: no}}"),
        "calm": rule_of("{all: [{condition: still}, {wind: {is: no}}]}"),
    }
    asked = rule_of("{any: [{not: {condition: calm}}, {a: {before: b}}, {primitive: pans}, {condition: gone}]}")
    assert fields_of(asked, conditions) == ("moves", "wind", "a", "b")


def test_a_standing_says_of_each_record_where_it_is():
    found = Standing(yes=0b0011, no=0b0110, outside=0b1000)
    assert [found.at(row) for row in range(5)] == ["yes", "undetermined", "no", "does_not_apply", "undetermined"]
