"""Audits as files: captions to import, ratings of others to compute from, answers of ours to hand on.

CSV and JSON Lines are UTF-8; parquet as it is. A row that cannot be used is left out, named and counted, and the others
go on; a file that lacks a column, or is no text in UTF-8, is refused as a whole.

| column | says |
|---|---|
| ``dataset``, ``item`` | together the caption's name; required, as are the next two |
| ``video_id``, ``caption`` | the clip, and the words |
| ``source_key`` or ``source_id`` | the film that the clip was cut from; default: the clip |
| ``video`` or ``video_hash`` | a file to look at, from the folder of the table; or a film that the workspace has |
| ``aspects`` | what the data set promises to describe, separated by spaces |
| ``auditor``, ``overall`` ... ``camera``, ``critique`` | what somebody said; ratings are 1 to 5, empty: not given |
| ``spans`` | list of {start, end, text or words, failure?, segment?}; not in CSV |
| ``caption_segments`` | list of {text}: what a span's ``segment`` counts in |
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from videolect.errors import BadInput, CannotRead, NotFound
from videolect.evals.audit.people import Judged
from videolect.files import whole_file
from videolect.record.audit import FAILURES, LEAST, MOST, RATED, AuditItem
from videolect.record.checks import check_text

REQUIRED = ("dataset", "item", "video_id", "caption")
_SOURCES = ("source_key", "source_id")
KNOWN = (
    *REQUIRED,
    *_SOURCES,
    "video",
    "video_hash",
    "aspects",
    "auditor",
    *RATED,
    "spans",
    "caption_segments",
    "critique",
)
TEXTS = (".csv", ".tsv", ".jsonl")
ENDINGS = (*TEXTS, ".parquet")
_FAR = 2**31
"""Beyond every place in a caption: what a column of places holds."""
_ANEW = "Take the file from its source again."

Fields = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class BadRow:
    """A row that was left out."""

    row: str
    """``line 7`` or ``row 7``, and the item where it names one."""
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row that can be used."""

    judged: Judged
    video: str | None
    """The file to look at, as it is written."""
    video_hash: str | None
    """The film to look at, which the workspace has."""
    aspects: tuple[str, ...]

    def item(self, video_hash: str | None = None) -> AuditItem:
        """For an audit in a workspace; ``video_hash``: of the file. BadInput where its caption cannot be kept."""
        said = self.judged
        if said.caption is None:
            raise BadInput("The caption is empty.", mend="Give its words.")
        return AuditItem(
            dataset=said.dataset, id=said.id, video_id=said.video_id, source_id=said.source_id, caption=said.caption,
            aspects=self.aspects, video_hash=video_hash or self.video_hash,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditFile:
    """What a file holds."""

    rows: tuple[Row, ...]
    bad: tuple[BadRow, ...]
    unknown: tuple[str, ...]
    """Columns that say nothing here."""


def read_audit(path: Path) -> AuditFile:
    """Read it. NotFound, CannotRead, and BadInput for a missing column."""
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", mend=f"Name one that ends in {', '.join(ENDINGS)}.")
    if path.suffix.lower() == ".parquet":
        return _rows(path.name, *_parquet(path))
    _check_ending(path.name)
    return read_audit_text(path.name, _utf8(path))


def read_audit_text(name: str, text: str) -> AuditFile:
    """The text of a file of that name, as ``read_audit``. CannotRead, BadInput."""
    _check_ending(name, *TEXTS)
    kind = name[name.rindex(".") :].lower()
    found = _jsonl(text) if kind == ".jsonl" else _csv(name, text, "\t" if kind == ".tsv" else ",")
    return _rows(name, *found)


def _check_ending(name: str, *endings: str) -> None:
    known = endings or ENDINGS
    if not name.lower().endswith(known):
        raise BadInput(f"{name[:100]} is no table.", mend=f"Name a file that ends in {', '.join(known)}.")


def _rows(name: str, columns: Sequence[str], found: Iterable[tuple[str, Fields | str]]) -> AuditFile:
    if missing := [name for name in REQUIRED if name not in columns]:
        raise BadInput(
            f"{name[:100]} lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}.",
            mend=f"A table of captions has {', '.join(REQUIRED)}; docs/audit.md names the others.",
        )
    rows: list[Row] = []
    bad: list[BadRow] = []
    seen: dict[tuple[str, str, str | None], str] = {}
    said: dict[tuple[str, str], tuple[str, tuple[str | None, ...]]] = {}
    for place, fields in found:
        try:
            row = _row(fields)
            of = row.judged
            answer = (of.dataset, of.id, of.auditor)
            if answer in seen:
                raise BadInput(f"It stands in {seen[answer]} already.", mend="Keep one row an item and auditor.")
            words = (of.caption, of.video_id, of.source_id)
            # The row of an item that was not done says nothing, and so nothing else.
            first, theirs = said.setdefault(answer[:2], (place, words)) if of.video_id else (place, words)
            if words != theirs:
                raise BadInput(
                    f"It says other words than {first}, or another clip or source.",
                    mend="Give an item one caption, video_id and source.",
                )
        except BadInput as error:
            named = (
                "" if isinstance(fields, str) else f" ({str(fields.get('item'))[:60]})" if fields.get("item") else ""
            )
            bad.append(BadRow(row=f"{place}{named}", why=f"{error.message} {error.mend}"))
        else:
            seen[answer] = place
            rows.append(row)
    return AuditFile(rows=tuple(rows), bad=tuple(bad), unknown=tuple(each for each in columns if each not in KNOWN))


# -------------------------------------------------------------------------------------------------------------- one row


def _row(fields: Fields | str) -> Row:
    if isinstance(fields, str):
        raise BadInput(fields, mend="Mend or leave out the line.")
    dataset, item = (_name(fields, name) for name in ("dataset", "item"))
    ratings = {name: given for name in RATED if (given := _rating(name, fields.get(name))) is not None}
    caption = _text(fields, "caption") or None
    # What nobody rated and has no words is an item that was not done: it is counted, and needs no clip.
    undone = caption is None and not ratings and not _there(fields.get("video_id"))
    video_id = "" if undone else _name(fields, "video_id")
    source = next((_name(fields, name) for name in _SOURCES if _there(fields.get(name))), video_id)
    auditor = _name(fields, "auditor") if _there(fields.get("auditor")) else None
    aspects = fields.get("aspects")
    listed = aspects if isinstance(aspects, list) else str(aspects).replace(",", " ").split() if _there(aspects) else []
    return Row(
        judged=Judged(
            dataset=dataset, id=item, video_id=video_id, source_id=source, caption=caption, auditor=auditor,
            ratings=ratings, spans=tuple(_spans(fields, caption)), critique=_text(fields, "critique"),
        ),
        video=_text(fields, "video") or None,
        video_hash=_text(fields, "video_hash") or None,
        aspects=tuple(map(str, listed)),
    )  # fmt: skip


def _there(value: object) -> bool:
    """Whether anything was said: tables have None, an empty cell or NaN where nothing was."""
    return value is not None and value != "" and not (isinstance(value, float) and math.isnan(value))


def _name(fields: Fields, column: str) -> str:
    value = fields.get(column)
    if not _there(value):
        raise BadInput(f"The {column} is empty.", mend="Give every row one.")
    if isinstance(value, bool | float | list | dict):
        raise BadInput(f"The {column} is {str(value)[:60]}.", mend="Give a word or a whole number.")
    return check_text(str(value).strip(), f"The {column}", limit=500, blank=False)


def _text(fields: Fields, column: str) -> str:
    value = fields.get(column)
    if not _there(value):
        return ""
    if not isinstance(value, str):
        raise BadInput(f"The {column} is {str(value)[:60]}, not text.", mend="Give words.")
    check_text(value, f"The {column}")
    return value if value.strip() else ""


def _rating(name: str, value: object) -> int | None:
    if not _there(value) or (isinstance(value, str) and not value.strip()):
        return None
    try:
        number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if number not in range(LEAST, MOST + 1):
        raise BadInput(
            f"The rating {name} is {str(value)[:40]!r}.", mend=f"Give a whole number from {LEAST} to {MOST}."
        )
    return int(number)


def _spans(fields: Fields, caption: str | None) -> Iterator[dict[str, Any]]:
    spans, segments = fields.get("spans"), fields.get("caption_segments")
    if isinstance(spans, str) and spans.strip():
        try:
            spans = json.loads(spans)
        except (ValueError, RecursionError):
            raise BadInput("The spans are no JSON.", mend="Write a list of objects.") from None
    if not _there(spans):
        return
    if not isinstance(spans, list) or not all(isinstance(span, Mapping) for span in spans):
        raise BadInput("The spans are no list of objects.", mend="Write [{start, end, words, failure}].")
    for span in spans:
        failure = span.get("failure")
        if failure is not None and failure not in FAILURES:
            raise BadInput(f"There is no failure {str(failure)[:40]!r}.", mend=f"Use {', '.join(FAILURES)}.")
        words = span.get("text", span.get("words"))
        if words is not None:
            check_text(words, "The words of a span")
        text: Any = caption
        if (at := span.get("segment")) is not None and isinstance(segments, list) and segments:
            inside = type(at) is int and 0 <= at < len(segments) and isinstance(segments[at], Mapping)
            text = segments[at].get("text") if inside else None
        start, end = _place(span, "start"), _place(span, "end")
        placed = start is not None and end is not None and isinstance(text, str)
        yield {
            "start": start, "end": end, "words": words, "failure": failure,
            "exact": bool(placed and text[start:end] == words),
        }  # fmt: skip


def _place(span: Mapping[str, Any], end: str) -> int | None:
    at = span.get(end)
    if not _there(at):
        return None
    if type(at) is not int or not 0 <= at < _FAR:
        raise BadInput(f"The {end} of a span is {str(at)[:40]!r}.", mend="Count characters from 0.")
    return at


# ---------------------------------------------------------------------------------------------------------- three forms

Found = tuple[Sequence[str], Iterable[tuple[str, Fields | str]]]
"""Columns, and the rows with their places; words instead of a row say why there is none."""


def _parquet(path: Path) -> Found:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            columns = list(file.schema_arrow.names)
            rows = file.read(columns=[name for name in columns if name in KNOWN]).to_pylist()
    except (pa.ArrowException, OSError, ValueError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise CannotRead(f"{path.name} is no parquet file that can be read: {first}", mend=_ANEW) from None
    return columns, [(f"row {number}", row) for number, row in enumerate(rows, 1)]


def _utf8(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CannotRead(f"{path.name} is no UTF-8: see line {line}.", mend="Save it as UTF-8.") from None


def _jsonl(text: str) -> Found:
    rows: list[tuple[str, Fields | str]] = []
    columns: dict[str, None] = {}
    # Not splitlines: it would also split at U+2028 and others, which may stand inside a JSON text.
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError) as error:
            rows.append((f"line {number}", f"The line is no JSON: {str(error)[:200]}."))
            continue
        if isinstance(found, dict):
            columns.update(dict.fromkeys(found))
            rows.append((f"line {number}", found))
        else:
            rows.append((f"line {number}", "The line is no JSON object."))
    return list(columns), rows


def _csv(name: str, text: str, delimiter: str) -> Found:
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[str, Fields | str]] = []
    try:
        columns = [each.strip() for each in next(reader, [])]
        if len(set(columns)) < len(columns):
            raise BadInput(f"{name[:100]} names a column twice.", mend="Give every column a name of its own.")
        before = reader.line_num
        for values in reader:
            place, before = f"line {before + 1}", reader.line_num
            if len(values) == len(columns):
                rows.append((place, dict(zip(columns, values, strict=True))))
            elif values:
                rows.append((place, f"The line has {len(values)} values for {len(columns)} columns."))
    except csv.Error as error:
        raise CannotRead(
            f"{name[:100]} is no CSV from line {reader.line_num} on: {error}.",
            mend="Double the quotes inside of quotes.",
        ) from None
    return columns, rows


# ------------------------------------------------------------------------------------------------------------- writing


def rows_out(answers: Iterable[Judged]) -> Iterator[dict[str, Any]]:
    """What people said, one row an answer, in the columns that ``read_audit`` reads."""
    for each in answers:
        yield {
            "dataset": each.dataset, "item": each.id, "video_id": each.video_id, "source_id": each.source_id,
            "caption": each.caption, "auditor": each.auditor, **{name: each.ratings.get(name) for name in RATED},
            "spans": [{name: span[name] for name in ("start", "end", "words", "failure")} for span in each.spans],
            "critique": each.critique,
        }  # fmt: skip


def as_jsonl(answers: Iterable[Judged]) -> Iterator[str]:
    """One line an answer, with its newline."""
    for row in rows_out(answers):
        yield json.dumps(row, ensure_ascii=False) + "\n"


def write_answers(answers: Iterable[Judged], path: Path) -> int:
    """Write ``.jsonl`` or ``.parquet``; how many rows. The file is whole or as it was."""
    if path.suffix not in (".jsonl", ".parquet"):
        raise BadInput(f"{path.name} is neither .jsonl nor .parquet.", mend="Name the file with one of the two.")
    rows = list(answers)
    with whole_file(path) as partial:
        if path.suffix == ".jsonl":
            partial.write_text("".join(as_jsonl(rows)), encoding="utf-8", newline="\n")
        else:
            _write_parquet(list(rows_out(rows)), partial)
    return len(rows)


def _write_parquet(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    text = pa.string()
    span = pa.struct([("start", pa.int32()), ("end", pa.int32()), ("words", text), ("failure", text)])
    kinds = {"spans": pa.list_(span), **dict.fromkeys(RATED, pa.int8())}
    names = ("dataset", "item", "video_id", "source_id", "caption", "auditor", *RATED, "spans", "critique")
    schema = pa.schema([(name, kinds.get(name, text)) for name in names])
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), path, compression="zstd")
