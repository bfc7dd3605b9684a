"""Whether rules can hold together, for any record at all: the checker's proof, where examples are only samples.

Every answer is a variable with a finite domain (a list is one variable for 'answered' and one for each member), so a
rule in three values becomes an ordinary formula over sets of values, and a search that narrows these sets either finds
a record or shows that there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from videolect.language.parse import Parsed
from videolect.language.rules import Ask, Compare, Named, Not, Rule, Several
from videolect.language.values import Field

Claim = Literal["yes", "no", "not yes", "not no"]
"""What is asked of a rule's state: that it is yes, or no, or anything but yes, or anything but no."""

_SWAPPED: Mapping[Claim, Claim] = {"yes": "no", "no": "yes", "not yes": "not no", "not no": "not yes"}
_OPPOSITE: Mapping[Claim, Claim] = {"yes": "not yes", "not yes": "yes", "no": "not no", "not no": "no"}

STEPS = 20_000
"""After so many the search gives up; a specification that needs more is too tangled to be trusted anyway."""

Variable = tuple[str, object]


@dataclass(frozen=True, slots=True)
class Among:
    """A variable has one of these values."""

    variable: Variable
    values: frozenset[object]


@dataclass(frozen=True, slots=True)
class Both:
    """All of them."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of them."""

    parts: tuple[Formula, ...]


Formula = Among | Both | Either
ALWAYS = Both(())
NEVER = Either(())


class TooTangled(Exception):
    """The search gave up."""


class Solver:
    """Formulas of one specification, and the search over them. Made once, asked many things."""

    def __init__(self, spec: Parsed) -> None:
        self.spec = spec
        self._formulas: dict[tuple[str, str, Claim], Formula] = {}
        self._domains: dict[Variable, frozenset[object]] = {}
        self._laws: list[tuple[Formula, frozenset[Variable], bool]] | None = None

    # -------------------------------------------------------------------------------------------------- formulas

    def formula(self, rule: Rule, claim: Claim) -> Formula:
        """What has to be answered for the rule's state to be as claimed."""
        match rule:
            case Several():
                parts = tuple(self.formula(member, claim) for member in rule.rules)
                joined = (rule.word == "all") == (claim in ("yes", "not no"))
                return _both(parts) if joined else _either(parts)
            case Not():
                return self.formula(rule.rule, _SWAPPED[claim])
            case Named():
                return self._named(rule, claim)
            case Compare():
                return self._compare(rule, claim)
            case Ask():
                return self._ask(rule, claim)

    def _named(self, rule: Named, claim: Claim) -> Formula:
        key = (rule.kind, rule.id, claim)
        if key not in self._formulas:
            if rule.kind == "condition":
                self._formulas[key] = self.formula(self.spec.conditions[rule.id], claim)
            else:
                self._formulas[key] = self.primitive(rule.id, claim)
        return self._formulas[key]

    def primitive(self, id_: str, claim: Claim) -> Formula:
        """What has to be answered for the primitive's state to be as claimed."""
        primitive = self.spec.primitives[id_]
        yes, no = primitive.yes_when, primitive.no_when
        if claim in ("no", "not no"):
            yes, no = no, yes
        parts = [self.formula(yes, "yes"), self.formula(no, "not yes")]
        if primitive.applies_when is not None:
            parts.append(self.formula(primitive.applies_when, "yes"))
        if claim in ("yes", "no"):
            return _both(tuple(parts))
        return _either(tuple(_opposite(part, self) for part in parts))

    def _ask(self, rule: Ask, claim: Claim) -> Formula:
        if claim in ("not yes", "not no"):
            return _opposite(self._ask(rule, _OPPOSITE[claim]), self)
        asked = self.spec.fields[rule.field]
        wanted = claim == "yes"
        if rule.test == "answered":
            return self._answered(asked, bool(rule.values[0]) == wanted)
        if rule.test == "empty":
            return self._empty(asked, bool(rule.values[0]) == wanted)
        if asked.kind == "list":
            return self._members(asked, rule, wanted)
        variable = self._variable(asked)
        values = frozenset(rule.values)
        if not wanted:
            values = self._domains[variable] - values - rule.open_values - {None}
        return Among(variable, values)

    def _members(self, asked: Field, rule: Ask, wanted: bool) -> Formula:
        answered = self._answered(asked, True)
        # As in the table: a member that means "I cannot tell" keeps a no from being sure.
        sure = () if wanted else tuple(self._member(asked, value, False) for value in sorted(rule.open_values))
        if rule.test == "is":
            exact = tuple(
                self._member(asked, option.value, (option.value in rule.values) == wanted) for option in asked.options
            )
            return _both((answered, _both(exact) if wanted else _either(exact), *sure))
        members = tuple(self._member(asked, value, wanted) for value in rule.values)
        return _both((answered, _either(members) if wanted else _both(members), *sure))

    def _variable(self, asked: Field) -> Variable:
        variable = (asked.id, None)
        if variable not in self._domains:
            kinds: dict[str, frozenset[object]] = {
                "flag": frozenset({True, False, None}),
                "choice": frozenset({*(option.value for option in asked.options), None}),
                "list": frozenset({"answered", None}),
                "text": frozenset({"filled", "empty", None}),
                "segments": frozenset({"filled", "empty", None}),
            }
            self._domains[variable] = kinds[asked.kind]
        return variable

    def _member(self, asked: Field, value: object, inside: bool) -> Formula:
        variable = (asked.id, value)
        self._domains[variable] = frozenset({True, False})
        return Among(variable, frozenset({inside}))

    def answer(self, asked: Field, value: object) -> Formula:
        """The field has this answer; for a choice or a flag."""
        return Among(self._variable(asked), frozenset({value}))

    def _answered(self, asked: Field, wanted: bool) -> Formula:
        variable = self._variable(asked)
        none = frozenset({None})
        return Among(variable, self._domains[variable] - none if wanted else none)

    def _empty(self, asked: Field, wanted: bool) -> Formula:
        if asked.kind != "list":
            return Among(self._variable(asked), frozenset({"empty" if wanted else "filled"}))
        members = tuple(self._member(asked, option.value, not wanted) for option in asked.options)
        return _both((self._answered(asked, True), _both(members) if wanted else _either(members)))

    def _compare(self, rule: Compare, claim: Claim) -> Formula:
        if claim in ("not yes", "not no"):
            return _opposite(self._compare(rule, _OPPOSITE[claim]), self)
        one, other = (self._variable(self.spec.fields[id_]) for id_ in (rule.field, rule.other))
        pairs = []
        for at, value in enumerate(rule.order):
            later, earlier = rule.order[at + 1 :], rule.order[:at]
            fits = {"same_as": (value,), "before": later, "after": earlier}[rule.test]
            if claim == "no":
                fits = tuple(each for each in rule.order if each not in fits)
            if fits:
                pairs.append(Both((Among(one, frozenset({value})), Among(other, frozenset(fits)))))
        return _either(tuple(pairs))

    # ---------------------------------------------------------------------------------------------------- search

    def record(self, wanted: Iterable[Formula], *, lawful: bool = True) -> dict[str, object] | None:
        """Answers of a consistent record for which all formulas hold; None where there is none. TooTangled if unclear.

        Rules of consistency, and the rule that nothing is answered which is not asked, are added as they are broken:
        most questions are settled without them. ``lawful`` False leaves them out.
        """
        formulas = list(wanted)
        while True:
            found = _Search(self._domains).run(formulas)
            if found is None:
                return None
            broken = list(self._broken(found)) if lawful else []
            if not broken:
                return self._answers(found)
            formulas += broken

    def _broken(self, found: Mapping[Variable, frozenset[object]]) -> Iterator[Formula]:
        """What holds for every consistent record, and not for this one."""
        if self._laws is None:
            self._laws = [(law, frozenset(_variables(law)), self._holds(law, {})) for law in self._all_laws()]
        for law, variables, of_nothing in self._laws:
            # One that speaks of other answers only, and holds where these are open, need not be looked at.
            if not (of_nothing and variables.isdisjoint(found)) and not self._holds(law, found):
                yield law

    def _all_laws(self) -> Iterator[Formula]:
        """The rules of consistency; no answer to what is not asked; what follows from segments; a profile's answers."""
        for entry in self.spec.consistency.values():
            yield self.formula(entry.never, "not yes")
        for field in self.spec.fields.values():
            if field.applies_when is not None:
                yield _either((self._answered(field, False), self.formula(field.applies_when, "not no")))
            targets: dict[str, set[object]] = {}
            for option in field.options:
                for target, value in option.sets.items():
                    targets.setdefault(target, set()).add(value)
            for target, values in targets.items():
                asked = self.spec.fields[target]
                allowed = {True, False} if asked.kind == "flag" else {*values, "no", "both"}
                follows = Among(self._variable(asked), frozenset(allowed))
                yield _either((_opposite(self._empty(field, False), self), follows, *self._not_asked(asked)))
        for name in self.spec.missing:
            asked = self.spec.fields[name]
            yield _either((self._answered(asked, True), *self._not_asked(asked)))

    def _not_asked(self, asked: Field) -> tuple[Formula, ...]:
        return () if asked.applies_when is None else (self.formula(asked.applies_when, "no"),)

    def _holds(self, formula: Formula, found: Mapping[Variable, frozenset[object]]) -> bool:
        """Whether it holds for the record that takes the least from each set: unanswered where that is allowed."""
        match formula:
            case Among():
                values = found.get(formula.variable) or self._domains[formula.variable]
                return _least(values) in formula.values
            case Both():
                return all(self._holds(part, found) for part in formula.parts)
            case Either():
                return any(self._holds(part, found) for part in formula.parts)

    def _answers(self, found: Mapping[Variable, frozenset[object]]) -> dict[str, object]:
        answers: dict[str, object] = {}
        for (id_, member), values in found.items():
            asked = self.spec.fields[id_]
            if member is not None or None in values:
                continue
            value = _least(values)
            if asked.kind == "list":
                inside = (o.value for o in asked.options if found.get((id_, o.value), frozenset()) == {True})
                answers[id_] = tuple(inside)
            elif asked.kind == "text":
                answers[id_] = "words" if value == "filled" else ""
            elif asked.kind != "segments":
                answers[id_] = value
        return answers


def _both(parts: tuple[Formula, ...]) -> Formula:
    flat: list[Formula] = []
    for part in parts:
        flat += part.parts if isinstance(part, Both) else [part]
    return NEVER if NEVER in flat else flat[0] if len(flat) == 1 else Both(tuple(flat))


def _either(parts: tuple[Formula, ...]) -> Formula:
    flat: list[Formula] = []
    for part in parts:
        flat += part.parts if isinstance(part, Either) else [part]
    return ALWAYS if ALWAYS in flat else flat[0] if len(flat) == 1 else Either(tuple(flat))


def _opposite(formula: Formula, solver: Solver) -> Formula:
    """The formula that holds just where this one does not."""
    match formula:
        case Among():
            return Among(formula.variable, solver._domains[formula.variable] - formula.values)
        case Both():
            return _either(tuple(_opposite(part, solver) for part in formula.parts))
        case Either():
            return _both(tuple(_opposite(part, solver) for part in formula.parts))


Domains = dict[Variable, frozenset[object]]


def _variables(formula: Formula) -> Iterator[Variable]:
    if isinstance(formula, Among):
        yield formula.variable
    else:
        for part in formula.parts:
            yield from _variables(part)


def _least(values: frozenset[object]) -> object:
    if None in values:
        return None
    return False if False in values else min(values, key=str)


class _Search:
    """Narrow the sets of values; where a choice is left, try its sides in turn."""

    def __init__(self, domains: Mapping[Variable, frozenset[object]]) -> None:
        self.domains = domains
        self.steps = 0

    def run(self, formulas: list[Formula]) -> Domains | None:
        return self._go({}, formulas)

    def _go(self, known: Domains, formulas: list[Formula]) -> Domains | None:
        self.steps += 1
        if self.steps > STEPS:
            raise TooTangled
        choices = self._narrow(known, formulas)
        if choices is None:
            return None
        if not choices:
            return known
        choice = min(choices, key=lambda each: len(each.parts))
        rest = [other for other in choices if other is not choice]
        for side in choice.parts:
            found = self._go(dict(known), [side, *rest])
            if found is not None:
                return found
        return None

    def _narrow(self, known: Domains, formulas: list[Formula]) -> list[Either] | None:
        """Take in all that is certain, until nothing more is. The choices that are left, or None: it cannot be."""
        waiting, choices = list(formulas), []
        while True:
            changed = False
            while waiting:
                formula = waiting.pop()
                if isinstance(formula, Both):
                    waiting += formula.parts
                elif isinstance(formula, Either):
                    choices.append(formula)
                else:
                    before = known.get(formula.variable) or self.domains[formula.variable]
                    after = before & formula.values
                    if not after:
                        return None
                    if after != before:
                        known[formula.variable] = after
                        changed = True
            left = []
            for choice in choices:
                sides = [side for side in choice.parts if self._possible(known, side)]
                if not sides:
                    return None
                if len(sides) == 1:
                    waiting.append(sides[0])
                elif not any(self._certain(known, side) for side in sides):
                    left.append(choice if len(sides) == len(choice.parts) else Either(tuple(sides)))
            choices = left
            if not waiting and not changed:
                return choices

    def _possible(self, known: Domains, formula: Formula) -> bool:
        match formula:
            case Among():
                return not formula.values.isdisjoint(known.get(formula.variable) or self.domains[formula.variable])
            case Both():
                return all(self._possible(known, part) for part in formula.parts)
            case Either():
                return any(self._possible(known, part) for part in formula.parts)

    def _certain(self, known: Domains, formula: Formula) -> bool:
        match formula:
            case Among():
                return (known.get(formula.variable) or self.domains[formula.variable]) <= formula.values
            case Both():
                return all(self._certain(known, part) for part in formula.parts)
            case Either():
                return any(self._certain(known, part) for part in formula.parts)
