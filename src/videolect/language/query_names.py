"""The names in a query: which primitive is meant, whether written in full, in part, by its title or by another name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING

from videolect.errors import BadInput

if TYPE_CHECKING:
    from videolect.language.spec import Spec

_SHOWN = 8
_SIDE = re.compile(r"(?:^|_)(starts|ends)_(.+)$")


class BadQuery(BadInput):
    """A query that cannot be read: where in it, [start, end) in signs, and which names may have been meant."""

    def __init__(
        self, text: str, start: int, end: int, message: str, mend: str, near: tuple[str, ...] = ()
    ) -> None:  # fmt: skip
        where = f"At sign {start + 1} of {text!r}: " if text.strip() else ""
        super().__init__(where + message, mend=mend)
        self.start = start
        self.end = end
        self.near = near


@dataclass(frozen=True, slots=True)
class Part:
    """A name in a query, and its place."""

    text: str
    start: int
    end: int

    @property
    def plain(self) -> str:
        """As ids are written: small letters, "_" for spaces and hyphens."""
        return plain(self.text)


@lru_cache(maxsize=8)
def names_of(spec: Spec) -> Names:
    """The names of a specification; made once for each."""
    return Names(spec)


def plain(name: str) -> str:
    """A name as ids are written."""
    return re.sub(r"[\s\-]+", "_", name.strip().lower())


class Names:
    """The names of one specification."""

    def __init__(self, spec: Spec) -> None:
        self.ids = tuple(spec.primitives)
        self._groups: dict[str, list[str]] = {}
        self._of_group: dict[str, str] = {}
        self._others: dict[str, list[str]] = {}
        for id_, primitive in spec.primitives.items():
            self._of_group[id_] = primitive.group
            for group in (primitive.group, *primitive.aspects):
                self._groups.setdefault(group, []).append(id_)
            for other in (primitive.title, *primitive.also_known_as):
                self._others.setdefault(plain(other), []).append(id_)

    def primitive(self, text: str, group: Part | None, name: Part) -> str:
        """The id of the primitive that is meant. BadQuery where there is none, or more than one."""
        scope = self._scope(text, group)
        wanted = name.plain
        for found in self._readings(scope, group.plain if group else "", wanted):
            if len(found) == 1:
                return found[0]
            if found:
                said = f"{name.text!r} may mean {len(found)} primitives."
                shortest = tuple(sorted(found, key=len))
                raise self._fault(text, name, said, _list("Name one: ", shortest), shortest)
        near = self._near(wanted, scope)
        inside = f" among {group.text}" if group is not None else ""
        elsewhere = self._elsewhere(wanted) if group is not None else ()
        said = f"There is no primitive {name.text!r}{inside}."
        if elsewhere:
            where = self._of_group[elsewhere[0]]
            raise self._fault(text, name, said, f"Perhaps {where}:{elsewhere[0]}.", elsewhere)
        mend = _list("Perhaps ", near) if near else "videolect spec show lists them all."
        raise self._fault(text, name, said, mend, near)

    def change(self, text: str, group: Part | None, start: Part | None, end: Part | None) -> tuple[str, ...]:
        """The primitives "starts as X" and "ends as Y" of one group; a side that is None is left open."""
        scope = self._scope(text, group)
        sides: dict[str, dict[str, dict[str, str]]] = {}
        for id_ in scope:
            if at := _SIDE.search(id_):
                sides.setdefault(self._of_group[id_], {}).setdefault(at[1], {})[at[2]] = id_
        able = [of for of, both in sides.items() if "starts" in both and "ends" in both]
        if not able:
            known = sorted({self._of_group[id_] for id_ in self.ids if "_starts_" in id_ and self._pairs(id_)})
            part = group or start or end
            assert part is not None
            said = f"{part.text!r} has no primitives of a start and an end."
            raise self._fault(text, part, said, _list("An arrow may stand with ", known), tuple(known))
        fits = [
            found
            for of in able
            if None not in (found := [self._side(sides[of][side], part) for side, part in _given(start, end)])
        ]
        if len(fits) == 1:
            return tuple(id_ for id_ in fits[0] if id_ is not None)
        raise self._no_change(text, [sides[of] for of in able], fits, start, end)

    def _no_change(
        self, text: str, able: list[dict[str, dict[str, str]]], fits: list[list[str | None]],
        start: Part | None, end: Part | None,
    ) -> BadQuery:  # fmt: skip
        part = start or end
        assert part is not None
        if fits:
            groups = tuple(sorted({self._of_group[found[0]] for found in fits if found[0]}))
            return self._fault(
                text, part, "This change may be one of several groups.", _list("Name one: ", groups), groups
            )
        for side, each in _given(start, end):
            if all(self._side(of[side], each) is None for of in able):
                values = tuple(dict.fromkeys(value for of in able for value in of[side]))
                near = tuple(get_close_matches(each.plain, values, _SHOWN, 0.6)) or values
                verb = "starts" if side == "starts" else "ends"
                mend = _list("Use ", near[:_SHOWN])
                return self._fault(text, each, f"Nothing {verb} as {each.text!r}.", mend, near[:_SHOWN])
        return self._fault(
            text, part, "No one group has both this start and this end.", "Name two primitives with 'and'.", ()
        )

    def _pairs(self, id_: str) -> bool:
        return any("_ends_" in other for other in self._groups[self._of_group[id_]])

    @staticmethod
    def _side(values: dict[str, str], part: Part) -> str | None:
        """The id for a value such as ``close_up``, or for the one value that begins or ends with it."""
        if part.plain in values:
            return values[part.plain]
        like = [v for v in values if v.startswith(part.plain + "_") or v.endswith("_" + part.plain)]
        return values[like[0]] if len(like) == 1 else None

    def _scope(self, text: str, group: Part | None) -> tuple[str, ...]:
        if group is None:
            return self.ids
        wanted = group.plain
        if wanted in self._groups:
            return tuple(self._groups[wanted])
        like = [g for g in self._groups if g.startswith(wanted + "_") or g.endswith("_" + wanted)]
        if len(like) == 1:
            return tuple(self._groups[like[0]])
        near = tuple(like) or tuple(get_close_matches(wanted, self._groups, 5, 0.5))
        mend = _list("Perhaps ", near) if near else _list("Use one of ", tuple(self._groups))
        raise self._fault(text, group, f"There is no group or aspect {group.text!r}.", mend, near)

    def _readings(self, scope: tuple[str, ...], group: str, wanted: str) -> Iterable[tuple[str, ...]]:
        """What the name may mean, from the most exact reading to the least."""
        inside = set(scope)
        yield (wanted,) if wanted in inside else ()
        yield tuple(dict.fromkeys(id_ for id_ in self._others.get(wanted, ()) if id_ in inside))
        if group:
            yield (f"{group}_{wanted}",) if f"{group}_{wanted}" in inside else ()
        yield tuple(id_ for id_ in scope if id_.endswith("_" + wanted))

    def _elsewhere(self, wanted: str) -> tuple[str, ...]:
        for found in self._readings(self.ids, "", wanted):
            if len(found) == 1:
                return found
        return ()

    @staticmethod
    def _near(wanted: str, scope: tuple[str, ...]) -> tuple[str, ...]:
        part = [id_ for id_ in scope if len(wanted) > 2 and wanted in id_]
        close = get_close_matches(wanted, scope, _SHOWN, 0.6)
        return tuple(dict.fromkeys([*close, *part]))[:_SHOWN]

    @staticmethod
    def _fault(text: str, part: Part, message: str, mend: str, near: tuple[str, ...]) -> BadQuery:
        return BadQuery(text, part.start, part.end, message, mend, near)


def _given(start: Part | None, end: Part | None) -> list[tuple[str, Part]]:
    return [(side, part) for side, part in (("starts", start), ("ends", end)) if part is not None]


def _list(before: str, names: Iterable[str]) -> str:
    all_of_them = list(names)
    more = f" or {len(all_of_them) - _SHOWN} others" if len(all_of_them) > _SHOWN else ""
    return f"{before}{', '.join(all_of_them[:_SHOWN])}{more}."
