"""Deriving many records at once, column by column: the same rules and the same table as for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from videolect.language.answers import Standing, broken, fitting, follows, settle, standings
from videolect.language.parse import Parsed
from videolect.language.table import Table
from videolect.language.values import Field, Violation

Columns = Mapping[str, Sequence[object]]


@dataclass(frozen=True, slots=True)
class States:
    """The states of all primitives for some records."""

    rows: int
    found: Mapping[str, Standing]

    def column(self, primitive: str) -> NDArray[np.int8]:
        """[rows] of int8: 1 yes, 0 no, -1 undetermined or not applicable."""
        standing = self.found[primitive]
        yes, no = self._rows_of(standing.is_yes), self._rows_of(standing.is_no)
        return np.where(yes, 1, np.where(no, 0, -1)).astype(np.int8)

    def _rows_of(self, rows: int) -> NDArray[np.bool_]:
        raw = np.frombuffer(rows.to_bytes((self.rows + 7) // 8, "little"), dtype=np.uint8)
        return np.unpackbits(raw, count=self.rows, bitorder="little").astype(bool)


def derive_columns(spec: Parsed, columns: Columns) -> States:
    """The states for records given as one sequence a field, None where a question was left open.

    What is no answer to a field counts as left open, and so does a field that is not among the columns.
    Raises ValueError where the columns differ in length.
    """
    lengths = {len(column) for column in columns.values()}
    if len(lengths) > 1:
        raise ValueError(f"The columns differ in length: {sorted(lengths)}.")
    rows = lengths.pop() if lengths else 0
    known = {id_: column for id_, column in columns.items() if id_ in spec.fields}
    for id_ in spec.segment_fields:
        if id_ in known:
            known = _with_segments(spec, id_, known, rows)
    table = Table(rows)
    for id_, asked in spec.fields.items():
        if id_ in known or id_ in spec.missing:
            _fill(spec, table, asked, known.get(id_, [None] * rows))
    settle(spec, table)
    return States(rows, standings(spec, table))


def broken_columns(spec: Parsed, columns: Columns) -> list[tuple[int, int, Violation]]:
    """What records given as columns break: how many break it, the first of them, and the rule.

    What is no answer to a field counts as left open.
    """
    rows = len(next(iter(columns.values()), ()))
    known = {id_: column for id_, column in columns.items() if id_ in spec.fields}
    meant = dict(known)
    for id_ in spec.segment_fields:
        if id_ in known:
            meant = _with_segments(spec, id_, meant, rows)
    tables = []
    for each in (known, meant):
        tables.append(Table(rows))
        for id_, asked in spec.fields.items():
            if id_ in each:
                _fill(spec, tables[-1], asked, each[id_])
    found = []
    for broken_rows, violation in broken(spec, *tables):
        first = (broken_rows & -broken_rows).bit_length() - 1
        record = {id_: column[first] for id_, column in meant.items() if column[first] is not None}
        found.append((broken_rows.bit_count(), first, violation(record)))
    return sorted(found, key=lambda each: -each[0])


def columns_of(spec: Parsed, records: Sequence[Mapping[str, object]]) -> dict[str, list[object]]:
    """One list a field, None where a record does not answer it."""
    return {id_: [record.get(id_) for record in records] for id_ in spec.fields}


def _with_segments(spec: Parsed, id_: str, columns: Columns, rows: int) -> dict[str, Sequence[object]]:
    """The columns in which the answers that follow from segments stand."""
    changed: dict[str, list[object]] = {}
    for row, given in enumerate(columns[id_]):
        kept = fitting(spec.fields[id_], given)
        for field, value in follows(spec, {id_: kept}).items() if kept else ():
            if field not in changed:
                changed[field] = list(columns.get(field, [None] * rows))
            changed[field][row] = value
    return {**columns, **changed}


def _fill(spec: Parsed, table: Table, asked: Field, column: Sequence[object]) -> None:
    """Group the rows by their answer, and judge each different answer once."""
    missing = spec.missing.get(asked.id)
    if missing is not None:
        column = [missing if answer is None else answer for answer in column]
    if asked.kind == "segments":  # what they are does not matter here: only whether there are any
        column = [None if (kept := fitting(asked, answer)) is None else bool(kept) for answer in column]
    elif asked.kind == "flag":  # 1 and True are one key of a dict, and only one of them is an answer
        column = [answer if answer is True or answer is False else None for answer in column]
    elif asked.kind == "list":
        column = [tuple(answer) if isinstance(answer, list) else answer for answer in column]
    index: dict[object, int] = {}
    try:
        codes = np.array([index.setdefault(answer, len(index)) for answer in column], dtype=np.int32)
    except TypeError:  # what cannot be hashed is no answer to any question
        index = {}
        kept_column = [fitting(asked, answer) for answer in column]
        codes = np.array([index.setdefault(answer, len(index)) for answer in kept_column], dtype=np.int32)
    for answer, code in index.items():
        kept = answer if asked.kind == "segments" else fitting(asked, answer)
        if kept is None:
            continue
        rows = int.from_bytes(np.packbits(codes == code, bitorder="little").tobytes(), "little")
        if asked.kind in ("text", "segments"):
            table.add(rows, asked.id, (), filled=bool(kept))
        else:
            values = kept if isinstance(kept, tuple) else (kept,)
            table.add(rows, asked.id, values, filled=bool(values))
