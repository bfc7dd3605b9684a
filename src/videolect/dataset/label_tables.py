"""Label records and the states of primitives as parquet: the columns are told in docs/language.md."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from videolect.errors import BadInput, CannotRead, NotFound
from videolect.files import whole_file
from videolect.language.answers import encodes
from videolect.language.columns import States
from videolect.language.spec import Spec
from videolect.language.values import Segment


@dataclass(frozen=True, slots=True)
class Records:
    """Label records, one column a field; None where a question was left open."""

    videos: tuple[str, ...]
    columns: Mapping[str, Sequence[object]]


def read_records(path: Path) -> Records:
    """Records with the column ``video_id`` and one for each field. NotFound, CannotRead, BadInput."""
    table = _read(path)
    if "video_id" not in table.column_names:
        raise BadInput(f"{path.name} has no column 'video_id'.", mend="Name each record's clip in a column 'video_id'.")
    videos = _values(path, table.column("video_id"))
    _check_names(path, videos)
    columns = {name: _values(path, table.column(name)) for name in table.column_names if name != "video_id"}
    return Records(tuple(map(str, videos)), columns)


def _check_names(path: Path, videos: Sequence[object]) -> None:
    """Every record names its clip, and no clip has two."""
    for row, video in enumerate(videos, 1):
        if not isinstance(video, str) or not video.strip():
            rule = f"Record {row} of {path.name} names no clip: its 'video_id' is {str(video)[:40]!r}."
            raise BadInput(rule, mend="Name each record's clip in words.")
    twice, count = Counter(videos).most_common(1)[0] if videos else ("", 1)
    if count > 1:
        rule = f"{path.name} has {count} records of {str(twice)[:80]!r}."
        raise BadInput(rule, mend="Keep one record a clip.")


def check_filled(path: Path, table: pa.Table, *columns: str) -> None:
    """BadInput with the first row where one of these columns is null: it would go by the name None."""
    for name in columns:
        column = table.column(name)
        if column.null_count:
            row = pc.index(pc.is_null(column), True).as_py() + 1
            raise BadInput(f"Row {row} of {path.name} has no {name}.", mend="Name it, or leave the row out.")


def read_states(path: Path) -> dict[str, dict[str, bool]]:
    """primitive -> clip -> state; a clip that is not there, or whose value is null, is undetermined.

    NotFound, CannotRead, BadInput.
    """
    table = _read(path)
    for name in ("primitive", "video_id", "value"):
        if name not in table.column_names:
            mend = "States stand in the columns primitive, video_id and value."
            raise BadInput(f"{path.name} has no column {name!r}.", mend=mend)
    kind = table.schema.field("value").type
    if not pa.types.is_boolean(kind):
        rule = f"The column 'value' of {path.name} holds {kind}, not true and false."
        raise BadInput(rule, mend="Write it as booleans; leave out the rows of what is undetermined.")
    check_filled(path, table, "primitive", "video_id")
    found: dict[str, dict[str, bool]] = {}
    columns = (_values(path, table.column(name)) for name in ("primitive", "video_id", "value"))
    for primitive, video, value in zip(*columns, strict=True):
        known = found.setdefault(str(primitive), {})
        if value is not None and known.setdefault(str(video), bool(value)) != value:
            rule = f"{path.name} says both true and false of {primitive} in {video}."
            raise BadInput(rule, mend="Give each primitive one state a clip.")
    return found


@dataclass(frozen=True, slots=True)
class Compared:
    """How derived states stand beside others."""

    per_primitive: Mapping[str, tuple[int, int]]
    """Name in the other table -> how many records agree, and how many differ."""
    kinds: Mapping[str, Mapping[str, int]]
    """Name -> 'theirs -> ours' -> how many; only where they differ."""
    unknown: tuple[str, ...]
    """Names in the other table that no primitive here answers to."""

    @property
    def equal(self) -> int:
        """Records x primitives that agree."""
        return sum(equal for equal, _ in self.per_primitive.values())

    @property
    def different(self) -> int:
        """Records x primitives that differ."""
        return sum(different for _, different in self.per_primitive.values())


_WORDS = {True: "yes", False: "no", None: "undetermined"}
_STATES = {1: True, 0: False, -1: None}


def compare(
    states: States, videos: Sequence[str], against: Mapping[str, Mapping[str, bool]], names: Mapping[str, str]
) -> Compared:
    """Every record beside the other table's. ``names``: name in the other table -> our primitive."""
    per_primitive: dict[str, tuple[int, int]] = {}
    kinds: dict[str, dict[str, int]] = {}
    unknown = []
    for name, theirs in against.items():
        ours_id = names.get(name)
        if ours_id is None:
            unknown.append(name)
            continue
        ours = [_STATES[state] for state in states.column(ours_id).tolist()]
        seen = Counter((theirs.get(video), state) for video, state in zip(videos, ours, strict=True))
        wrong = {f"{_WORDS[their]} -> {_WORDS[our]}": n for (their, our), n in seen.items() if their is not our}
        per_primitive[name] = (len(ours) - sum(wrong.values()), sum(wrong.values()))
        if wrong:
            kinds[name] = dict(sorted(wrong.items()))
    return Compared(per_primitive, kinds, tuple(unknown))


def write_states(path: Path, videos: Sequence[str], states: States) -> int:
    """Write the states that are yes or no, one row each; how many there were. The file appears whole or not at all."""
    table = pa.concat_tables(list(_tables(videos, states)) or [_SCHEMA.empty_table()])
    _write(table, path)
    return int(table.num_rows)


def _write(table: pa.Table, path: Path) -> None:
    with whole_file(path) as partial:
        pq.write_table(table, partial, compression="zstd")


_SCHEMA = pa.schema(
    [("primitive", pa.dictionary(pa.int32(), pa.string())), ("video_id", pa.string()), ("value", pa.bool_())]
)


def _tables(videos: Sequence[str], states: States) -> Iterator[pa.Table]:
    names = pa.array(videos, pa.string())
    for primitive in states.found:
        column = states.column(primitive)
        known = pa.array(column >= 0)
        taken = names.filter(known)
        ids = pa.DictionaryArray.from_arrays(pa.array([0] * len(taken), pa.int32()), pa.array([primitive]))
        yield pa.table([ids, taken, pa.array(column == 1).filter(known)], schema=_SCHEMA)


def _read(path: Path) -> pa.Table:
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", mend="Give a parquet file.")
    try:
        return pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        first = str(error).splitlines()[0]
        raise CannotRead(f"{path.name} is not a parquet file: {first}", mend="Give a parquet file.") from None


def _values(path: Path, column: pa.ChunkedArray | pa.Table) -> list[Any]:
    """As Python has them. CannotRead for what Python does not have, such as text that is no UTF-8."""
    try:
        return list(column.to_pylist())
    except (pa.ArrowException, ValueError, OverflowError) as error:
        raise CannotRead(f"{path.name} holds a value that cannot be read: {error}", mend="Write it anew.") from None


# ------------------------------------------------------------------------------------------- other people's records


@dataclass(frozen=True, slots=True)
class Foreign:
    """One record of other people, as it stands in their file."""

    video: str
    record: Mapping[str, object]
    place: str
    """File and row, for messages."""
    fault: str = ""
    """Why it cannot be read at all; empty where it can."""


def read_foreign(path: Path) -> Iterator[Foreign]:
    """Records from parquet, JSONL, or JSON: a list, or a mapping by clip. The clip's name is ``video_id`` or the key.

    NotFound, CannotRead, BadInput.
    """
    if path.suffix == ".parquet":
        rows: Iterable[tuple[object, object]] = ((None, row) for row in _values(path, _read(path)))
    else:
        rows = _json_rows(path)
    for number, (key, row) in enumerate(rows, 1):
        place = f"{path.name}, record {number}"
        video = row.get("video_id", key) if isinstance(row, dict) else key
        named = isinstance(video, str) and bool(video.strip())
        fault = _fault_in(video, row)
        if fault:
            pass
        elif not isinstance(row, dict):
            fault = "It is no object. Give each record as names and values."
        elif not named:
            fault = "It names no clip. Give it a 'video_id', or put it under the clip's name."
        else:
            record = {name: value for name, value in row.items() if name != "video_id"}
            yield Foreign(str(video), record, place)
            continue
        yield Foreign(place, {}, place, fault)


@dataclass(frozen=True, slots=True)
class _Broken:
    """Stands where something was that JSON does not have, so that only the record which holds it is refused."""

    why: str


def _fault_in(*parts: object) -> str:
    """Why these values, at any depth, are not ones that can be kept; empty where they are."""
    waiting = list(parts)
    while waiting:
        part = waiting.pop()
        if isinstance(part, _Broken):
            return part.why
        if isinstance(part, dict):
            waiting += [*part.keys(), *part.values()]
        elif isinstance(part, list):
            waiting += part
        elif isinstance(part, str) and not encodes(part):
            return "It holds half a character (a lone surrogate). Write the text as UTF-8."
    return ""


def _json_rows(path: Path) -> Iterator[tuple[object, object]]:
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", mend="Give a parquet, JSON or JSONL file.")
    try:
        text = path.read_text(encoding="utf-8-sig")
        data = None if path.suffix == ".jsonl" else _parsed(text)
    except (OSError, ValueError, RecursionError) as error:
        raise CannotRead(f"{path.name} is not JSON: {str(error)[:200]}", mend="Mend or leave out the file.") from None
    if path.suffix == ".jsonl":
        # Not splitlines: it would also split at U+2028 and others, which may stand inside a JSON text.
        yield from ((None, _line(line)) for line in text.split("\n") if line.strip())
    elif isinstance(data, dict):
        yield from data.items()
    elif isinstance(data, list):
        yield from ((None, row) for row in data)
    elif isinstance(data, _Broken):
        raise CannotRead(f"{path.name} cannot be read. {data.why}", mend="Mend or leave out the file.")
    else:
        raise CannotRead(f"{path.name} holds no records.", mend="Give a list of records, or a mapping by clip.")


def _line(line: str) -> object:
    try:
        return _parsed(line)
    except (ValueError, RecursionError) as error:
        return _Broken(f"It is not JSON: {str(error)[:200]}.")


def _parsed(text: str) -> object:
    return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number, parse_int=_number, parse_float=_number)


def _once(pairs: list[tuple[str, object]]) -> object:
    """An object whose keys stand in it once: of two the last would win in silence."""
    twice = [key for key, n in Counter(key for key, _ in pairs).items() if n > 1]
    return _Broken(f"The key {twice[0][:60]!r} stands twice in one object.") if twice else dict(pairs)


def _number(digits: str) -> object:
    try:
        whole = digits.lstrip("-").isdigit()
        number = int(digits) if whole else float(digits)
    except ValueError:  # more digits than Python turns into a number
        return _no_number(digits)
    return number if whole or math.isfinite(number) else _no_number(digits)


def _no_number(word: str) -> object:
    return _Broken(f"{word[:20]} is no JSON number that can be kept.")


def write_records(path: Path, spec: Spec, records: Mapping[str, Mapping[str, object]]) -> int:
    """Write records of ours, one row a clip and one column a question that any of them answers. How many there were."""
    columns: dict[str, pa.Array] = {"video_id": pa.array(list(records), pa.string())}
    kinds = {"flag": pa.bool_(), "choice": pa.string(), "text": pa.string(), "list": pa.list_(pa.string())}
    segment = pa.struct([("movements", kinds["list"]), ("start_frame", pa.int32()), ("end_frame", pa.int32())])
    for field in spec.fields:
        column = [_plain(record.get(field.id)) for record in records.values()]
        if any(value is not None for value in column):
            columns[field.id] = pa.array(column, kinds.get(field.kind, pa.list_(segment)))
    _write(pa.table(columns), path)
    return len(records)


def _plain(answer: object) -> object:
    if isinstance(answer, tuple):
        return [each.as_json() if isinstance(each, Segment) else each for each in answer]
    return answer
