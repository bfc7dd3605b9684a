"""What the checker proves of the rules themselves: that yes and no never both hold, that every rule can hold at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from videolect.language.examples import Tried
from videolect.language.parse import Parsed, read_as
from videolect.language.rules import Named, Rule, Several, parts
from videolect.language.solver import Formula, Solver, TooTangled
from videolect.language.source import Place, Problem
from videolect.language.values import Primitive, Profile, Segment


def prove(spec: Parsed, tried: Tried) -> Iterator[Problem]:
    """One problem for each rule that fails; the specification has no other problems.

    A rule that is yes for one of the examples can hold: only for the others a record is looked for.
    """
    solver = Solver(spec)
    for primitive in spec.primitives.values():
        yield from _both(solver, primitive, primitive.place, "")
        yield from _parts(solver, primitive, tried)
    for id_, rule in spec.conditions.items():
        if not tried.rows(rule):
            what = f"The condition {id_} can never hold."
            yield from _never(solver, spec.condition_places[id_], what, [solver.formula(rule, "yes")])
    for field in spec.fields.values():
        if field.applies_when is not None and not tried.rows(field.applies_when):
            what = f"The question {field.id} can never be asked."
            yield from _never(solver, field.place, what, [solver.formula(field.applies_when, "yes")])
    for entry in spec.consistency.values():
        what = f"The combination that {entry.id} forbids can never be answered."
        yield from _never(solver, entry.place, what, [solver.formula(entry.never, "yes")], lawful=False)
    for aspect in spec.aspects.values():
        for branch in aspect.branches:
            if not tried.rows(branch.when):
                what = f"The branch {branch.id} of {aspect.id} can never hold."
                yield from _never(solver, aspect.place, what, [solver.formula(branch.when, "yes")])
    for profile in spec.profiles.values():
        yield from _reading(spec, profile, tried)


def _reading(spec: Parsed, profile: Profile, known: Tried) -> Iterator[Problem]:
    """What a profile changes, and every primitive whose rules speak of a condition that it changes.

    Its answers to open questions need no look: a record in which they are given is a record like others.
    """
    reading = Solver(read_as(spec, profile))
    changed = {id_: override.place for id_, override in profile.overrides.items() if id_ in spec.primitives}
    first = Place(f"profiles/{profile.id}", 1)
    for id_, primitive in reading.spec.primitives.items():
        if id_ not in changed and profile.conditions:
            rules = (primitive.applies_when, primitive.yes_when, primitive.no_when)
            if any(rule is not None and _names(reading.spec, rule) & {*profile.conditions} for rule in rules):
                changed[id_] = profile.condition_places.get(next(iter(profile.conditions)), first)
    tried = Tried(reading.spec, known)
    for id_, place in changed.items():
        primitive = replace(reading.spec.primitives[id_], place=place)
        yield from _both(reading, primitive, place, f" under {profile.id}")
        if id_ in profile.overrides:
            yield from _parts(reading, primitive, tried)


def _names(spec: Parsed, rule: Rule) -> set[str]:
    """The conditions that a rule speaks of, through one another."""
    found: set[str] = set()
    waiting = [rule]
    while waiting:
        for part in parts(waiting.pop()):
            if isinstance(part, Named) and part.kind == "condition" and part.id not in found:
                found.add(part.id)
                waiting.append(spec.conditions[part.id])
    return found


def _both(solver: Solver, primitive: Primitive, place: Place, under: str) -> Iterator[Problem]:
    wanted = [
        *_gate(solver, primitive),
        solver.formula(primitive.yes_when, "yes"),
        solver.formula(primitive.no_when, "yes"),
    ]
    try:
        found = solver.record(wanted)
    except TooTangled:
        text = f"Whether both rules of {primitive.id} can hold{under} cannot be worked out."
        yield place.problem(text, "Make its rules simpler.")
        return
    if found is not None:
        text = f"Both rules of {primitive.id} hold{under} for {_told(found)}."
        yield place.problem(text, "Let at most one hold: mend yes_when or no_when.")


def _parts(solver: Solver, primitive: Primitive, tried: Tried) -> Iterator[Problem]:
    """Each alternative of a rule can be the one that holds."""
    gate = primitive.applies_when
    inside = tried.table.every if gate is None else tried.rows(gate)
    for key, rule in (("yes_when", primitive.yes_when), ("no_when", primitive.no_when)):
        for at, part in enumerate(_alternatives(rule), 1):
            if inside & tried.rows(part):
                continue
            what = f"Alternative {at} of {key} of {primitive.id} can never hold."
            yield from _never(solver, primitive.place, what, [*_gate(solver, primitive), solver.formula(part, "yes")])


def _alternatives(rule: Rule) -> tuple[Rule, ...]:
    return rule.rules if isinstance(rule, Several) and rule.word == "any" else (rule,)


def _gate(solver: Solver, primitive: Primitive) -> list[Formula]:
    return [] if primitive.applies_when is None else [solver.formula(primitive.applies_when, "yes")]


def _never(solver: Solver, place: Place, what: str, wanted: list[Formula], *, lawful: bool = True) -> Iterator[Problem]:
    try:
        found = solver.record(wanted, lawful=lawful)
    except TooTangled:
        yield place.problem(f"{what[:-1]}, or cannot be worked out.", "Make it simpler.")
        return
    if found is None:
        yield place.problem(what, "Mend it or remove it: no record of the form comes out so.")


def _told(answers: Mapping[str, object]) -> str:
    words = {True: "yes", False: "no"}
    parts = []
    for id_, value in answers.items():
        shown = words.get(value, value) if isinstance(value, bool) else value
        if isinstance(value, tuple):
            shown = "[" + ", ".join("a segment" if isinstance(each, Segment) else str(each) for each in value) + "]"
        parts.append(f"{id_}: {shown}")
    return "{" + ", ".join(parts) + "}"
