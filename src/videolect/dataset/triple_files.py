"""Triples as files: parquet or JSONL, by the file's ending. Equal triples give equal bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from videolect.errors import BadInput, CannotRead, NotFound
from videolect.files import whole_file
from videolect.record.codec import from_plain, to_plain
from videolect.record.critique import Point
from videolect.record.triple import JudgedPoint, Triple

_ROWS_PER_GROUP = 5_000
_TIMES = ("drafted_at", "submitted_at", "settled_at")
_NAMES = tuple(field.name for field in fields(Triple))
_COLUMNS = frozenset(_NAMES)
_OF_POINT = frozenset(field.name for field in fields(Point))


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What an export holds."""

    rows: int
    path: Path
    hash: str
    """SHA-256 of the file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Encoded:
    """Rows as a file of that ending has them."""

    rows: int
    body: bytes
    """Lines of JSON, or a table in Arrow's stream format."""


def encoded(rows: Iterable[Triple], ending: str) -> Encoded:
    """Rows as another process hands them over. ending: ``.parquet`` or ``.jsonl``."""
    if ending == ".jsonl":
        lines = list(as_jsonl(rows))
        return Encoded(rows=len(lines), body="".join(lines).encode())
    import pyarrow as pa

    table = _table(rows)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return Encoded(rows=table.num_rows, body=sink.getvalue().to_pybytes())


def write_triples(rows: Iterable[Triple], path: Path) -> Written:
    """Write ``.parquet`` or ``.jsonl``: to a file beside it first, so that ``path`` is whole or as it was."""
    left = iter(rows)
    if path.suffix == ".parquet":
        return _write(path, lambda file: _write_parquet(map(_table, _groups(left)), file))
    return _write(path, lambda file: _write_jsonl((encoded([row], ".jsonl") for row in left), file))


def write_encoded(parts: Iterable[Encoded], path: Path) -> Written:
    """As ``write_triples`` of the same rows in the same order, to the byte."""
    if path.suffix == ".parquet":
        return _write(path, lambda file: _write_parquet(_regrouped(parts), file))
    return _write(path, lambda file: _write_jsonl(parts, file))


def check_target(path: Path) -> None:
    """BadInput for a file that triples cannot be written to."""
    if path.suffix not in (".parquet", ".jsonl"):
        raise BadInput(f"{path.name} is neither .parquet nor .jsonl.", mend="Name the file with one of the two.")
    if not path.parent.is_dir():
        raise BadInput(f"The folder {path.parent} is not there.", mend="Make it first.")


def _write(path: Path, write: Callable[[Path], int]) -> Written:
    check_target(path)
    with whole_file(path) as partial:
        count = write(partial)
        with partial.open("rb") as written:
            digest = hashlib.file_digest(written, "sha256").hexdigest()
    return Written(rows=count, path=path, hash=digest)


def as_jsonl(rows: Iterable[Triple]) -> Iterator[str]:
    """One line per triple, with its newline."""
    for row in rows:
        yield json.dumps(row.plain(), ensure_ascii=False, sort_keys=True) + "\n"


def _write_jsonl(parts: Iterable[Encoded], path: Path) -> int:
    count = 0
    with path.open("wb") as file:
        for part in parts:
            file.write(part.body)
            count += part.rows
    return count


def _write_parquet(groups: Iterable[Any], path: Path) -> int:
    import pyarrow.parquet as pq

    count = 0
    with pq.ParquetWriter(path, parquet_schema(), compression="zstd") as writer:
        for group in groups:
            writer.write_table(group)
            count += group.num_rows
    return count


def _groups(rows: Iterator[Triple]) -> Iterator[list[Triple]]:
    while group := list(islice(rows, _ROWS_PER_GROUP)):
        yield group


def _table(rows: Iterable[Triple]) -> Any:
    import pyarrow as pa

    return pa.Table.from_pylist([_for_parquet(row) for row in rows], schema=parquet_schema())


def _regrouped(parts: Iterable[Encoded]) -> Iterator[Any]:
    """Tables of as many rows as ``write_triples`` puts together: a file's bytes follow from its groups."""
    import pyarrow as pa

    waiting: list[Any] = []
    for part in parts:
        waiting.append(pa.ipc.open_stream(part.body).read_all())
        while sum(table.num_rows for table in waiting) >= _ROWS_PER_GROUP:
            joined = pa.concat_tables(waiting)
            yield joined.slice(0, _ROWS_PER_GROUP).combine_chunks()
            waiting = [joined.slice(_ROWS_PER_GROUP)]
    joined = pa.concat_tables([parquet_schema().empty_table(), *waiting])
    if joined.num_rows:
        yield joined.combine_chunks()


def _for_parquet(row: Triple) -> dict[str, Any]:
    """As ``Triple.plain``, with times as they are: writing and reading them as words would cost most of an export."""
    columns = {name: getattr(row, name) for name in _NAMES}
    for name in _TIMES:
        columns[name] = columns[name].astimezone(UTC) if columns[name] is not None else None
    columns["time_base"] = to_plain(row.time_base)
    columns["points"] = [point.plain() for point in row.points]
    columns["parents"] = list(row.parents.items())
    return columns


def parquet_schema() -> Any:
    """The columns of ``triples.parquet``; docs/triples.md says what each means."""
    import pyarrow as pa

    text, whole, when = pa.string(), pa.int64(), pa.timestamp("us", tz="UTC")
    point = pa.struct(
        [
            ("id", text), ("kind", text), ("start", whole), ("end", whole), ("words", text), ("start_frame", whole),
            ("end_frame", whole), ("primitive", text), ("topic", text), ("severity", text), ("instruction", text),
            ("verdict", text), ("addressed", pa.bool_()),
        ]
    )  # fmt: skip
    return pa.schema(
        [
            ("triple_id", text), ("video_id", text), ("video_hash", text), ("source_id", text), ("start_pts", whole),
            ("end_pts", whole), ("time_base", text), ("aspect", text), ("kind", text), ("pre_caption", text),
            ("pre_model", text), ("pre_prompt_hash", text), ("rating", pa.int8()), ("critique_raw", text),
            ("critique", text), ("critique_language", text), ("points", pa.list_(point)), ("post_caption", text),
            ("post_model", text), ("edited_by_hand", pa.bool_()), ("annotator", text), ("reviewer", text),
            ("verdict", text), ("rejected_critique", text), ("rejected_post_caption", text), ("same_draft", pa.bool_()),
            ("spec_version", text), ("spec_hash", text), ("parents", pa.map_(text, text)), ("campaign", text),
            ("mode", text), ("active_seconds", pa.float64()), ("drafted_at", when), ("submitted_at", when),
            ("settled_at", when), ("ledger_seq", whole),
        ]
    )  # fmt: skip


def read_triples(path: Path) -> Iterator[Triple]:
    """The triples of a file that ``write_triples`` wrote, or somebody else did; columns of theirs are left aside.

    NotFound, CannotRead for what is no such file, BadInput for a row that is no triple, or one that is there twice.
    """
    if path.suffix not in (".parquet", ".jsonl"):
        raise BadInput(f"{path.name} is neither .parquet nor .jsonl.", mend="Name a file of triples: data triples.")
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", mend="Write one: videolect data triples --out FILE.")
    seen: set[str] = set()
    for number, row in enumerate(_parquet_rows(path) if path.suffix == ".parquet" else _jsonl_rows(path), 1):
        triple = triple_in(row, f"{path.name}, row {number}")
        if triple.triple_id in seen:
            raise BadInput(
                f"{path.name} has the triple {triple.triple_id!r} twice (row {number}).", mend="Keep one row a task."
            )
        seen.add(triple.triple_id)
        yield triple


def triple_in(row: Mapping[str, Any], where: str) -> Triple:
    """The triple of one row as ``Triple.plain`` gives it. BadInput names the row and the column."""
    known = {name: value for name, value in row.items() if name in _COLUMNS}
    points = known.pop("points", None) or []
    try:
        if not isinstance(points, list) or not all(isinstance(point, Mapping) for point in points):
            raise BadInput("points is no list of objects.", mend="Write the points as a list.")
        judged = tuple(
            JudgedPoint(
                point=from_plain(Point, {name: value for name, value in point.items() if name in _OF_POINT}),
                verdict=point.get("verdict"),
                addressed=bool(point.get("addressed")),
            )
            for point in points
        )
        triple: Triple = from_plain(Triple, {**known, "points": []})
        _check(triple)
    except BadInput as error:
        raise BadInput(f"{where}: {error.message}", mend=error.mend) from None
    return replace(triple, points=judged) if judged else triple


def _check(triple: Triple) -> None:
    """What types do not say. BadInput names the column."""
    for name in _TEXTS:
        value = getattr(triple, name)
        if value is not None and any("\ud800" <= sign <= "\udfff" for sign in value):
            raise BadInput(f"{name} holds half a character.", mend="Write the text as UTF-8.")
    for name in ("triple_id", "video_id", "source_id", "aspect"):
        if not getattr(triple, name).strip():
            raise BadInput(f"{name} is empty.", mend="Name it.")
    if triple.rating is not None and not 1 <= triple.rating <= 5:
        raise BadInput(f"rating is {triple.rating}.", mend="Give 1 to 5.")


_TEXTS = (
    "triple_id", "video_id", "source_id", "aspect", "pre_caption", "critique_raw", "critique", "post_caption",
    "rejected_critique", "rejected_post_caption", "campaign", "annotator", "reviewer",
)  # fmt: skip


def _parquet_rows(path: Path) -> Iterator[dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_ROWS_PER_GROUP):
                for row in batch.to_pylist():
                    for name in _TIMES:
                        row[name] = row[name].isoformat() if isinstance(row.get(name), datetime) else row.get(name)
                    row["parents"] = dict(row.get("parents") or ())
                    yield row
    except (pa.ArrowException, OSError, ValueError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise CannotRead(f"{path.name} is no parquet file of triples: {first}", mend="Write it again.") from None


def _jsonl_rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8-sig", newline="\n") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    row = json.loads(line)
                    if not isinstance(row, dict):
                        raise CannotRead(
                            f"{path.name}, line {number} is no object.", mend="Write one JSON object a line."
                        )
                    yield row
    except (ValueError, RecursionError) as error:
        raise CannotRead(f"{path.name} is no JSONL: {str(error)[:200]}", mend="Write it again.") from None
