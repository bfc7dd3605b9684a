"""Label records as sets of rows, and rules over them: one record and a hundred thousand take the same way.

A set of rows is an int whose bit i stands for row i, so that a rule over n records costs one machine operation for
each 64 of them. The state of a rule is two sets: the rows where it is yes and those where it is no; a row in neither
is undetermined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from videolect.language.rules import Ask, Compare, Named, Not, Rule, Several

Sides = tuple[int, int]
"""The rows where something is yes, and those where it is no."""


class Table:
    """What some records answer. Only answers that their field allows belong in it; whoever fills it sees to that."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.every = (1 << rows) - 1
        self.answered: dict[str, int] = {}
        self.holds: dict[str, dict[object, int]] = {}
        """field -> value -> the rows whose answer is that value, or whose list has it as a member."""
        self.filled: dict[str, int] = {}
        """The rows whose answer to a list or a text is not empty."""
        self._tests: dict[tuple[object, ...], Sides] = {}

    def add(self, rows: int, field: str, values: Iterable[object], filled: bool = True) -> None:
        """These rows answer the field with the value, or with a list of these members."""
        self._tests.clear()
        self.answered[field] = self.answered.get(field, 0) | rows
        holds = self.holds.setdefault(field, {})
        for value in values:
            holds[value] = holds.get(value, 0) | rows
        if filled:
            self.filled[field] = self.filled.get(field, 0) | rows

    def drop(self, rows: int, field: str) -> None:
        """The answers of these rows to the field are gone."""
        self.answered[field] = self.answered.get(field, 0) & ~rows
        self.filled[field] = self.filled.get(field, 0) & ~rows
        holds = self.holds.get(field, {})
        for value in holds:
            holds[value] &= ~rows
        self._tests.clear()

    def once(self, name: str, sides: Callable[[], Sides]) -> Sides:
        """What ``sides`` gives, worked out once for as long as no answer changes."""
        if (name,) not in self._tests:
            self._tests[name,] = sides()
        return self._tests[name,]

    def test(self, rule: Ask | Compare) -> Sides:
        """The state of one test of answers."""
        if isinstance(rule, Compare):
            key: tuple[object, ...] = (rule.field, rule.test, rule.other)
        else:
            key = (rule.field, rule.test, rule.values)
        if key not in self._tests:
            self._tests[key] = self._compare(rule) if isinstance(rule, Compare) else self._ask(rule)
        return self._tests[key]

    def _ask(self, rule: Ask) -> Sides:
        answered, holds = self.answered.get(rule.field, 0), self.holds.get(rule.field, {})
        if rule.test == "answered":
            no = self.every & ~answered
            return (answered, no) if rule.values[0] else (no, answered)
        if rule.test == "empty":
            filled = self.filled.get(rule.field, 0)
            return (answered & ~filled, filled) if rule.values[0] else (filled, answered & ~filled)
        if rule.test == "is" and rule.exact:
            yes = answered
            for value, rows in holds.items():
                if value not in rule.values:
                    yes &= ~rows
            for value in rule.values:
                yes &= holds.get(value, 0)
            no = answered & ~yes
            for value in rule.open_values:
                no &= ~holds.get(value, 0)
            return yes, no
        yes = 0
        for value in rule.values:
            yes |= holds.get(value, 0)
        no = answered & ~yes
        for value in rule.open_values:
            no &= ~holds.get(value, 0)
        return yes, no

    def _compare(self, rule: Compare) -> Sides:
        yes = earlier = placed = other_placed = 0
        ones, others = self.holds.get(rule.field, {}), self.holds.get(rule.other, {})
        for value in rule.order:
            here, there = ones.get(value, 0), others.get(value, 0)
            if rule.test == "same_as":
                yes |= here & there
            elif rule.test == "before":
                yes |= earlier & there
                earlier |= here
            else:
                yes |= here & earlier
                earlier |= there
            placed |= here
            other_placed |= there
        return yes, placed & other_placed & ~yes


def evaluate(rule: Rule, table: Table, named: Callable[[Named], Sides]) -> Sides:
    """The rows where the rule is yes and those where it is no; ``named`` gives those of conditions and primitives."""
    match rule:
        case Several(word="all"):
            yes, no = table.every, 0
            for member in rule.rules:
                its_yes, its_no = evaluate(member, table, named)
                yes &= its_yes
                no |= its_no
            return yes, no
        case Several():
            yes, no = 0, table.every
            for member in rule.rules:
                its_yes, its_no = evaluate(member, table, named)
                yes |= its_yes
                no &= its_no
            return yes, no
        case Not():
            yes, no = evaluate(rule.rule, table, named)
            return no, yes
        case Named():
            return named(rule)
        case Ask() | Compare():
            return table.test(rule)


def rows_of(rows: int) -> Iterable[int]:
    """The numbers of the rows in a set, in order."""
    while rows:
        lowest = rows & -rows
        yield lowest.bit_length() - 1
        rows ^= lowest
