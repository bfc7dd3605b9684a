"""Every number in every golden file beside what our own code makes of the same data.

Nothing here knows a figure: a function per file gives its numbers in the file's shape, and a walk over the file
compares leaf by leaf. So a leaf that we do not compute is seen, and so is a count of ours that the file lacks.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from videolect.dataset.golden import archive, counts, tables, texts
from videolect.dataset.golden.data import Bleu, Reference
from videolect.errors import CannotRead, NotFound

FILES: Mapping[str, Callable[[Reference, object], Mapping[str, Any]]] = {
    "audits.json": tables.audits,
    "benchmark_items.json": counts.benchmark_items,
    "bleu_pre_vs_final.json": texts.bleu_pre_vs_final,
    "counts.json": counts.counts,
    "critique_variants.json": texts.critique_variants,
    "defects_and_process.json": counts.defects_and_process,
    "longer_wins.json": counts.longer_wins,
    "primitives.json": tables.primitives,
    "ratings.json": counts.ratings,
    "raw_layout.json": archive.raw_layout,
    "review.json": counts.review,
    "split.json": tables.split,
    "word_edit_distance.json": texts.word_edit_distance,
    "words.json": texts.words,
}
"""File in ``golden/`` -> what computes it. It is handed the file too, which may name what its figures are about."""

BLEU_WITHIN = 0.01
WITHIN = 1e-4
_ROUNDING = 1e-9
"""Binary fractions: what is 1e-4 away in the file may be a hair more here."""

UNKNOWN = "unknown figure"


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One number of a golden file."""

    name: str
    """``file.json:/path/to/leaf``: the keys as they stand, joined by slashes."""
    theirs: int | float | None
    """None where the file lacks a count that we find."""
    ours: int | float | None
    equal: bool | None
    """None where ``why_not`` says that we have no such number."""
    why_not: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A list of texts in a golden file, such as the clips with a defect, or one text that follows from the data."""

    name: str
    theirs: int
    """How many it has."""
    ours: int | None
    equal: bool | None
    missing: tuple[str, ...] = ()
    """Theirs and not ours."""
    extra: tuple[str, ...] = ()
    """Ours and not theirs."""
    why_not: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """All of a folder."""

    files: tuple[str, ...]
    figures: tuple[Figure, ...]
    lists: tuple[Listed, ...]

    @property
    def differs(self) -> bool:
        """Whether anything is not as the files say."""
        return any(figure.equal is False for figure in self.figures) or any(each.equal is False for each in self.lists)


def check_golden(folder: Path, told: Callable[[str], None] = lambda name: None) -> Checked:
    """Compute all of it; ``told`` hears of each file before it is begun.

    NotFound where a file is missing, CannotRead and BadInput for one that cannot be read.
    """
    golden = folder / "golden"
    names = sorted(path.name for path in golden.glob("*.json")) if golden.is_dir() else []
    if not names:
        raise NotFound(f"There are no golden files in {golden}.", mend="Name the folder that holds golden/*.json.")
    of = Reference(folder)
    found: list[Figure | Listed] = []
    for name in names:
        told(name)
        theirs = _read(golden / name)
        ours = FILES[name](of, theirs) if name in FILES else _MISSING
        found += compare(theirs, ours, f"{name}:")
    return Checked(
        files=tuple(names),
        figures=tuple(each for each in found if isinstance(each, Figure)),
        lists=tuple(each for each in found if isinstance(each, Listed)),
    )


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"), parse_constant=lambda name: None)
    except (OSError, ValueError, RecursionError) as error:
        raise CannotRead(f"golden/{path.name} is no JSON: {str(error)[:200]}", mend="Take it anew.") from None


# ------------------------------------------------------------------------------------------------------------ the walk

_MISSING = object()


def compare(theirs: Any, ours: Any, name: str) -> Iterator[Figure | Listed]:
    """What ``theirs`` holds, leaf by leaf, beside ``ours`` of the same shape. Text that we do not compute is prose.

    A Counter of ours has 0 for every key, and the file must name all that it counts.
    """
    if isinstance(theirs, Mapping):
        for key, value in theirs.items():
            yield from compare(value, _part(ours, key), f"{name}/{key}")
        if isinstance(ours, Counter):
            for key in sorted(ours.keys() - theirs.keys()):
                yield Figure(name=f"{name}/{key}", theirs=None, ours=ours[key], equal=ours[key] == 0)
    elif isinstance(theirs, list):
        if theirs and not _has_numbers(theirs):
            yield _listed(theirs, ours, name)
        else:
            for at, value in enumerate(theirs):
                yield from compare(value, _part(ours, at), f"{name}/{at}")
    elif isinstance(theirs, int | float) and not isinstance(theirs, bool):
        yield _figure(theirs, ours, name)
    elif ours is not _MISSING:
        equal = theirs == ours
        yield Listed(
            name=name, theirs=1, ours=1, equal=equal,
            missing=() if equal else (str(theirs),), extra=() if equal else (str(ours),),
        )  # fmt: skip


def _part(ours: Any, key: str | int) -> Any:
    if isinstance(ours, Counter):
        return ours[key]
    if isinstance(ours, Mapping):
        return ours.get(key, _MISSING)
    if isinstance(ours, list) and isinstance(key, int) and key < len(ours):
        return ours[key]
    return _MISSING


def _has_numbers(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_numbers, value.values()))
    if isinstance(value, list):
        return any(map(_has_numbers, value))
    return isinstance(value, int | float) and not isinstance(value, bool)


def _figure(theirs: int | float, ours: Any, name: str) -> Figure:
    within = BLEU_WITHIN if isinstance(ours, Bleu) else WITHIN
    value = ours.value if isinstance(ours, Bleu) else ours
    if value is None:
        return Figure(name=name, theirs=theirs, ours=None, equal=False)
    if not isinstance(value, int | float):
        return Figure(name=name, theirs=theirs, ours=None, equal=None, why_not=UNKNOWN)
    if isinstance(theirs, int):
        return Figure(name=name, theirs=theirs, ours=value, equal=theirs == value)
    return Figure(name=name, theirs=theirs, ours=round(value, 6), equal=math.fabs(theirs - value) <= within + _ROUNDING)


def _listed(theirs: list[Any], ours: Any, name: str) -> Listed:
    if not isinstance(ours, list):
        return Listed(name=name, theirs=len(theirs), ours=None, equal=None, why_not=UNKNOWN)
    of_them, of_us = Counter(map(_entry, theirs)), Counter(map(_entry, ours))
    return Listed(
        name=name,
        theirs=len(theirs),
        ours=len(ours),
        equal=of_them == of_us,
        missing=tuple(sorted((of_them - of_us).elements())),
        extra=tuple(sorted((of_us - of_them).elements())),
    )


def _entry(entry: Any) -> str:
    """``clip`` or ``clip: aspect``."""
    return ": ".join(map(str, entry)) if isinstance(entry, list) else str(entry)
