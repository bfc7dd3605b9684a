"""The example records of a specification, all derived at once: do they come out as they say?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from videolect.language.answers import Standing, check_many, settled, standings
from videolect.language.parse import Parsed
from videolect.language.rules import Named, Rule
from videolect.language.source import Place, Problem
from videolect.language.table import Sides, Table, evaluate, rows_of
from videolect.language.values import Expected, Primitive, Violation


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One example, or the record of a look-alike."""

    primitive: Primitive
    answers: Mapping[str, object]
    place: Place
    expected: Expected | None = None
    other: str = ""
    """For a look-alike: the primitive from which the record tells this one."""


class Tried:
    """All examples of a specification, as rows of one table."""

    def __init__(self, spec: Parsed, known: Tried | None = None) -> None:
        """``known``: the same examples under the plain specification, whose word on consistency is taken."""
        self.spec = spec
        self.cases = tuple(_cases(spec))
        records = [case.answers for case in self.cases]
        self.violations: Mapping[int, list[Violation]] = known.violations if known else check_many(spec, records)
        self.table: Table = settled(spec, records)
        self.standings: Mapping[str, Standing] = standings(spec, self.table)
        self.consistent = self.table.every
        for row in self.violations:
            self.consistent &= ~(1 << row)

    def rows(self, rule: Rule) -> int:
        """The consistent records for which the rule is yes."""

        def named(part: Named) -> Sides:
            if part.kind == "condition":
                rule = self.spec.conditions[part.id]
                return self.table.once(f"condition {part.id}", lambda: evaluate(rule, self.table, named))
            one = self.standings[part.id]
            return one.is_yes, one.is_no

        return self.consistent & evaluate(rule, self.table, named)[0]


def _cases(spec: Parsed) -> Iterator[Case]:
    for primitive in spec.primitives.values():
        for each in primitive.examples:
            yield Case(primitive=primitive, answers=each.answers, place=each.place, expected=each.expected)
        for other in primitive.look_alikes:
            if other.example is not None:
                yield Case(primitive=primitive, answers=other.example, place=other.place, other=other.id)


def problems_of(tried: Tried) -> Iterator[Problem]:
    """Examples that are no consistent records, that come out otherwise, or for which both rules of anything hold."""
    for row, violations in tried.violations.items():
        case = tried.cases[row]
        for violation in violations:
            text = f"An example of {case.primitive.id} is no consistent record: {violation.rule}"
            yield case.place.problem(text, violation.mend)
    for id_, standing in tried.standings.items():
        for row in rows_of(standing.yes & standing.no):
            text = f"For an example of {tried.cases[row].primitive.id} both rules of {id_} hold."
            mend = f"Mend yes_when or no_when of {id_}: at most one may hold."
            yield tried.cases[row].place.problem(text, mend)
    for row, case in enumerate(tried.cases):
        ids = [id_ for id_ in (case.primitive.id, case.other) if id_]
        if any(id_ not in tried.standings for id_ in ids):
            continue
        states = {id_: tried.standings[id_].at(row) for id_ in ids}
        own = states[case.primitive.id]
        if case.expected is None and sum(state == "yes" for state in states.values()) != 1:
            told = " and ".join(f"{id_} is {state}" for id_, state in states.items())
            text = f"The example should tell {case.primitive.id} from {case.other}, but {told}."
            yield case.place.problem(text, "Give a record for which just one of the two is yes.")
        elif case.expected is not None and own != case.expected:
            text = f"An example of {case.primitive.id} should be {case.expected} and is {own}."
            yield case.place.problem(text, "Mend the example or the rule.")
