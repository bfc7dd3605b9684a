"""The files of a folder of the paper authors' data: parquet tables whose columns are checked, and the archive of JSON.

docs/authors-data.md tells what they hold. What is not there is NotFound, a table without a column that is asked for, or
with one of another type, is BadInput, and what cannot be decoded is CannotRead.
"""

from __future__ import annotations

import json
import re
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from videolect.errors import BadInput, CannotRead, NotFound

Kind = Literal["text", "whole", "flag", "spans", "segments"]
Row = Mapping[str, Any]

_ANEW = "Take the file from its source again."
_MOST_IN_ARCHIVE = 512 * 2**20
"""Bytes, all files of the archive together once unpacked: what grows beyond is no archive of captions."""


def _is_text(kind: Any) -> bool:
    held = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(held) or pa.types.is_large_string(held) or pa.types.is_null(held))


def _is_list_of(kind: Any, fields: tuple[str, ...]) -> bool:
    if not pa.types.is_list(kind):
        return False
    item = kind.value_type
    return bool(pa.types.is_struct(item)) and {*fields} <= {item.field(at).name for at in range(item.num_fields)}


_IS: Mapping[Kind, Callable[[Any], bool]] = {
    "text": _is_text,
    "whole": lambda kind: pa.types.is_integer(kind) or pa.types.is_null(kind),
    "flag": lambda kind: pa.types.is_boolean(kind) or pa.types.is_null(kind),
    "spans": lambda kind: _is_list_of(kind, ("text", "segment", "start", "end")),
    "segments": lambda kind: _is_list_of(kind, ("text",)),
}


def read_table(folder: Path, name: str, columns: Mapping[str, Kind]) -> pa.Table:
    """These columns of ``folder/name``, in this order."""
    path = folder / name
    if not path.is_file():
        raise NotFound(f"There is no {name} in {folder}.", mend="Name the folder of the authors' data.")
    try:
        with pq.ParquetFile(path) as file:
            _check(name, file.schema_arrow, columns)
            return file.read(columns=list(columns)).select(list(columns))
    except (pa.ArrowException, OSError, ValueError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise CannotRead(f"{name} is no parquet file that can be read: {first}", mend=_ANEW) from None


def _check(name: str, schema: Any, columns: Mapping[str, Kind]) -> None:
    for column, kind in columns.items():
        if column not in schema.names:
            mend = "docs/authors-data.md names the columns that are read."
            raise BadInput(f"{name} has no column {column!r}.", mend=mend)
        found = schema.field(column).type
        if not _IS[kind](found):
            raise BadInput(f"The column {column!r} of {name} holds {found}, not {kind}.", mend=_ANEW)


def rows_of(table: pa.Table, name: str) -> list[dict[str, Any]]:
    """As Python has them. CannotRead for what Python does not have, such as text that is no UTF-8."""
    try:
        return list(table.to_pylist())
    except (pa.ArrowException, ValueError) as error:
        raise CannotRead(f"{name} holds a value that cannot be read: {error}", mend=_ANEW) from None


# ------------------------------------------------------------------------------------------------------- the archive

ARCHIVE = "raw-layout.tar.zst"
_LAYOUT = re.compile(r"caption/output_captions/([^/]+)/(.+?)_(precaption|feedback|feedback_prev|review)\.json")


@dataclass(frozen=True, kw_only=True, slots=True)
class RawFile:
    """One JSON file of the authors' layout."""

    task: str
    """The folder: their name of the aspect or of another task."""
    clip: str
    kind: str
    """precaption, feedback, feedback_prev or review."""
    text: str
    body: Mapping[str, Any]


def read_archive(folder: Path) -> Iterator[RawFile]:
    """Every file of the archive, in its order; nothing is unpacked to disk."""
    path = folder / ARCHIVE
    if not path.is_file():
        raise NotFound(f"There is no {ARCHIVE} in {folder}.", mend="Name the folder of the authors' data.")
    left = _MOST_IN_ARCHIVE
    try:
        with (
            pa.input_stream(str(path), compression="zstd") as stream,
            tarfile.open(fileobj=stream, mode="r|") as archive,
        ):
            for member in archive:
                if not member.isfile():
                    continue
                left -= member.size
                if left < 0:
                    raise CannotRead(f"{ARCHIVE} holds more than {_MOST_IN_ARCHIVE:,} bytes.", mend=_ANEW)
                unpacked = archive.extractfile(member)
                assert unpacked is not None, "only files are read"
                yield _raw_file(member.name, unpacked.read())
    except (tarfile.TarError, pa.ArrowException, OSError, EOFError) as error:
        raise CannotRead(f"{ARCHIVE} cannot be unpacked: {str(error)[:200]}", mend=_ANEW) from None


def _raw_file(name: str, content: bytes) -> RawFile:
    found = _LAYOUT.fullmatch(name)
    if found is None:
        raise CannotRead(f"{ARCHIVE} holds {name[:200]!r}, which is not of the authors' layout.", mend=_ANEW)
    try:
        text = content.decode()
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CannotRead(f"{name[:200]} in {ARCHIVE} is no JSON: {str(error)[:200]}", mend=_ANEW) from None
    if not isinstance(body, dict):
        raise CannotRead(f"{name[:200]} in {ARCHIVE} is no JSON object.", mend=_ANEW)
    task, clip, kind = found.groups()
    return RawFile(task=task, clip=clip, kind=kind, text=text, body=body)
