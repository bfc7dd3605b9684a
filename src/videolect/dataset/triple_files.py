"""Triples as files: parquet or JSONL, by the file's ending. Equal triples give equal bytes."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from videolect.errors import BadInput, CannotRead, NotFound
from videolect.record.codec import from_plain
from videolect.record.critique import Point
from videolect.record.triple import JudgedPoint, Triple

_ROWS_PER_GROUP = 5_000
_TIMES = ("drafted_at", "submitted_at", "settled_at")
_COLUMNS = frozenset(field.name for field in fields(Triple))
_OF_POINT = frozenset(field.name for field in fields(Point))


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What an export holds."""

    rows: int
    path: Path
    hash: str
    """SHA-256 of the file."""


def write_triples(rows: Iterable[Triple], path: Path) -> Written:
    """Write ``.parquet`` or ``.jsonl``: to a file beside it first, so that ``path`` is whole or as it was."""
    if path.suffix not in (".parquet", ".jsonl"):
        raise BadInput(f"{path.name} is neither .parquet nor .jsonl.", mend="Name the file with one of the two.")
    if not path.parent.is_dir():
        raise BadInput(f"The folder {path.parent} is not there.", mend="Make it first.")
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        count = _write_parquet(rows, partial) if path.suffix == ".parquet" else _write_jsonl(rows, partial)
        with partial.open("rb") as written:
            digest = hashlib.file_digest(written, "sha256").hexdigest()
            os.fsync(written.fileno())
        partial.replace(path)
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}.", mend="Name another file.") from None
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    return Written(rows=count, path=path, hash=digest)


def as_jsonl(rows: Iterable[Triple]) -> Iterator[str]:
    """One line per triple, with its newline."""
    for row in rows:
        yield json.dumps(row.plain(), ensure_ascii=False, sort_keys=True) + "\n"


def _write_jsonl(rows: Iterable[Triple], path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for line in as_jsonl(rows):
            file.write(line)
            count += 1
    return count


def _write_parquet(rows: Iterable[Triple], path: Path) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = parquet_schema()
    left = iter(rows)
    count = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        while group := list(islice(left, _ROWS_PER_GROUP)):
            writer.write_table(pa.Table.from_pylist([_for_parquet(row) for row in group], schema=schema))
            count += len(group)
    return count


def _for_parquet(row: Triple) -> dict[str, Any]:
    plain = row.plain()
    for name in _TIMES:
        plain[name] = datetime.fromisoformat(plain[name]) if plain[name] is not None else None
    plain["parents"] = list(row.parents.items())
    return plain


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
    except BadInput as error:
        raise BadInput(f"{where}: {error.message}", mend=error.mend) from None
    return replace(triple, points=judged) if judged else triple


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
