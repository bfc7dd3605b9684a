"""From states back to a record: which answers would have given these primitives?

Published labels come without the answers they were made from. Where a consistent record with just these states exists,
the specification can express the clip; where none does, the smallest set of states that cannot be together says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from videolect.language.parse import Parsed
from videolect.language.rules import Named, fields_of, parts
from videolect.language.solver import Formula, Solver
from videolect.language.values import Primitive

States = Mapping[str, bool | None]


class Inverse:
    """Finds records for states. What was worked out once is kept: clips repeat one another."""

    def __init__(self, spec: Parsed, primitives: Iterable[str], given: Mapping[str, object]) -> None:
        """``given``: answers that every record has, such as that there is no transition between shots."""
        self.spec = spec
        self.primitives = tuple(primitives)
        self.given = dict(given)
        self._solver = Solver(spec)
        self._known: dict[tuple[tuple[str, bool | None], ...], Mapping[str, object] | None] = {}

    @property
    def blocks(self) -> tuple[tuple[str, ...], ...]:
        """The primitives in groups that rest on the same answers; one group's answers do not touch another's."""
        return tuple(members for members, _ in self._parted)

    @cached_property
    def _parted(self) -> tuple[tuple[tuple[str, ...], frozenset[str]], ...]:
        """Each block's primitives, and the fields whose answers settle them."""
        group: dict[str, str] = {}

        def root(name: str) -> str:
            while group.setdefault(name, name) != name:
                name = group[name]
            return name

        for id_ in self.primitives:
            for field in self._fields(self.spec.primitives[id_]):
                group[root(f"field {field}")] = root(f"primitive {id_}")
        for spoken in self._laws():
            fields = [field for field in spoken if field not in self.given]
            for field in fields[1:]:
                group[root(f"field {field}")] = root(f"field {fields[0]}")
        found: dict[str, list[str]] = {}
        for id_ in self.primitives:
            found.setdefault(root(f"primitive {id_}"), []).append(id_)
        named = [name.removeprefix("field ") for name in group if name.startswith("field ")]
        fields_of_root: dict[str, set[str]] = {}
        for field in named:
            fields_of_root.setdefault(root(f"field {field}"), set()).add(field)
        return tuple((tuple(members), frozenset(fields_of_root.get(name, ()))) for name, members in found.items())

    def record(self, states: States) -> dict[str, object] | None:
        """A consistent record that has exactly these states (None: undetermined), or None where there is none.

        TooTangled where the search gave up.
        """
        found: dict[str, object] = dict(self.given)
        for block, fields in self._parted:
            one = self._block(tuple((id_, states.get(id_)) for id_ in block))
            if one is None:
                return None
            # The solver answers every question; the others' answers are theirs to give.
            found.update({field: answer for field, answer in one.items() if field in fields})
        return found

    def conflicts(self, states: States) -> list[tuple[tuple[str, bool | None], ...]]:
        """For each block that no record satisfies: a set of states that cannot be together, none of which can go."""
        found = []
        for block in self.blocks:
            wanted = [(id_, states.get(id_)) for id_ in block]
            if self._block(tuple(wanted)) is None:
                found.append(tuple(self._core(wanted)))
        return found

    def _core(self, wanted: list[tuple[str, bool | None]]) -> list[tuple[str, bool | None]]:
        needed = wanted
        step = max(1, len(needed) // 2)
        while step:  # take away large pieces first, then smaller ones
            at = 0
            while at < len(needed):
                fewer = needed[:at] + needed[at + step :]
                if self._block(tuple(fewer)) is None:
                    needed = fewer
                else:
                    at += step
            step //= 2
        return needed

    def _block(self, wanted: tuple[tuple[str, bool | None], ...]) -> Mapping[str, object] | None:
        if wanted not in self._known:
            formulas = [formula for id_, state in wanted for formula in self._formulas(id_, state)]
            self._known[wanted] = self._solver.record([*self._givens(), *formulas])
        return self._known[wanted]

    def _formulas(self, id_: str, state: bool | None) -> list[Formula]:
        if state is None:
            return [self._solver.primitive(id_, "not yes"), self._solver.primitive(id_, "not no")]
        return [self._solver.primitive(id_, "yes" if state else "no")]

    def _givens(self) -> list[Formula]:
        return [self._solver.answer(self.spec.fields[id_], value) for id_, value in self.given.items()]

    def _laws(self) -> Iterator[tuple[str, ...]]:
        """The fields that one law of consistent records speaks of: their answers hang together."""
        for entry in self.spec.consistency.values():
            yield fields_of(entry.never, self.spec.conditions)
        for field in self.spec.fields.values():
            gate = fields_of(field.applies_when, self.spec.conditions) if field.applies_when is not None else ()
            yield (field.id, *gate, *(target for option in field.options for target in option.sets))

    def _fields(self, primitive: Primitive) -> set[str]:
        found: set[str] = set()
        rules = [primitive.yes_when, primitive.no_when]
        rules += [primitive.applies_when] if primitive.applies_when else []
        for rule in rules:
            found |= {field for field in fields_of(rule, self.spec.conditions) if field not in self.given}
            for part in parts(rule):
                if isinstance(part, Named) and part.kind == "primitive":
                    found |= self._fields(self.spec.primitives[part.id])
        return found
