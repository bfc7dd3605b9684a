"""Rules over a label record in three values: yes (True), no (False), undetermined (None). Data, never code.

Kleene's logic: ``all`` is no as soon as one member is no, ``any`` is yes as soon as one is yes, and what nobody
answered stays undetermined. A rule is one of

    {all: [rule, ...]}   {any: [rule, ...]}   {not: rule}
    {condition: id}      a rule with a name
    {primitive: id}      the state of another primitive
    {field-id: {is: value}}         a list: exactly these members
    {field-id: {in: [value, ...]}}
    {field-id: {has: value}}        a list holds it
    {field-id: {has_any: [value, ...]}}
    {field-id: {empty: yes or no}}  a list or a text
    {field-id: {answered: yes or no}}   never undetermined
    {field-id: {same_as: field}}    two choices with the same options; also before, after

``table`` evaluates rules, over one record or over many at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import yaml

from videolect.language.source import NOWHERE, Item, Place, Wrong, mapping

Test = Literal["is", "in", "has", "has_any", "empty", "answered"]
TESTS: tuple[Test, ...] = get_args(Test)
Comparison = Literal["same_as", "before", "after"]
COMPARISONS: tuple[Comparison, ...] = get_args(Comparison)
WORDS = ("all", "any", "not", "condition", "primitive")
"""Keys that no field may be called by."""

State = bool | None


@dataclass(frozen=True, slots=True)
class Several:
    """``all`` or ``any``."""

    word: Literal["all", "any"]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; undetermined stays undetermined."""

    rule: Rule


@dataclass(frozen=True, slots=True)
class Named:
    """The state of a condition or of a primitive."""

    kind: Literal["condition", "primitive"]
    id: str
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Ask:
    """A test of one answer. ``values`` are words until the checker has given them the field's type."""

    field: str
    test: Test
    values: tuple[object, ...]
    open_values: frozenset[str] = frozenset()
    """Answers that mean "cannot tell" and leave the test undetermined."""
    exact: bool = False
    """The field holds a list: ``is`` compares all of it."""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Compare:
    """Two answers to choices with the same options, by their place among these."""

    field: str
    test: Comparison
    other: str
    order: tuple[str, ...] = ()
    """The options that have a place, in order: the checker has filled it in."""
    place: Place = NOWHERE


Rule = Several | Not | Named | Ask | Compare


def parse_rule(item: Item) -> Rule:
    """The rule that stands there, or Wrong."""
    pairs = item.pairs("A rule")
    if len(pairs) != 1:
        raise Wrong(item.place, f"A rule has {len(pairs)} keys.", "Give it one; join several under 'all:' or 'any:'.")
    word, value = pairs[0]
    if word in ("all", "any"):
        members = value.items(f"'{word}:'")
        if not members:
            raise Wrong(value.place, f"'{word}:' is empty.", "Give it at least one rule.")
        return Several("all" if word == "all" else "any", tuple(parse_rule(member) for member in members))
    if word == "not":
        return Not(parse_rule(value))
    if word in ("condition", "primitive"):
        return Named("condition" if word == "condition" else "primitive", value.text(f"'{word}:'"), value.place)
    known = (*TESTS, *COMPARISONS)
    tests = mapping(value, f"The test of {word}", may=known)
    if len(tests) != 1:
        raise Wrong(value.place, f"The test of {word} has {len(tests)} keys.", f"Use one of {', '.join(known)}.")
    name, wanted = next(iter(tests.items()))
    for comparison in COMPARISONS:
        if comparison == name:
            return Compare(word, comparison, wanted.text(f"'{name}:'"), place=value.place)
    test = next(test for test in TESTS if test == name)
    listed = test in ("in", "has_any") or (test == "is" and isinstance(wanted.node, yaml.SequenceNode))
    values = wanted.texts(f"'{test}:'") if listed else (wanted.text(f"'{test}:'"),)
    return Ask(word, test, values, place=value.place)


def parts(rule: Rule) -> Iterator[Rule]:
    """The rule and everything in it."""
    yield rule
    if isinstance(rule, Several):
        for member in rule.rules:
            yield from parts(member)
    elif isinstance(rule, Not):
        yield from parts(rule.rule)


def fields_of(rule: Rule, conditions: Mapping[str, Rule]) -> tuple[str, ...]:
    """The fields that a rule speaks of, through its conditions, in the order met."""
    found: dict[str, None] = {}
    for part in parts(rule):
        if isinstance(part, Ask):
            found[part.field] = None
        elif isinstance(part, Compare):
            found.update({part.field: None, part.other: None})
        elif isinstance(part, Named) and part.kind == "condition" and part.id in conditions:
            found.update(dict.fromkeys(fields_of(conditions[part.id], conditions)))
    return tuple(found)


def changed(rule: Rule, change: Callable[[Ask | Compare], Ask | Compare]) -> Rule:
    """The rule with every test of an answer changed."""
    match rule:
        case Several():
            return Several(rule.word, tuple(changed(member, change) for member in rule.rules))
        case Not():
            return Not(changed(rule.rule, change))
        case Ask() | Compare():
            return change(rule)
        case Named():
            return rule


def as_data(rule: Rule, conditions: Mapping[str, Rule]) -> dict[str, object]:
    """The rule as plain data with its conditions written out: {"field": id, "test": value} at the leaves."""
    match rule:
        case Several():
            return {rule.word: [as_data(member, conditions) for member in rule.rules]}
        case Not():
            return {"not": as_data(rule.rule, conditions)}
        case Named(kind="condition"):
            return as_data(conditions[rule.id], conditions)
        case Named():
            return {"primitive": rule.id}
        case Compare():
            return {"field": rule.field, rule.test: rule.other, "order": list(rule.order)}
        case Ask():
            many = rule.test in ("in", "has_any") or (rule.test == "is" and rule.exact)
            data: dict[str, object] = {"field": rule.field, rule.test: list(rule.values) if many else rule.values[0]}
            return {**data, "open": sorted(rule.open_values)} if rule.open_values else data
