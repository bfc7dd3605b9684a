"""Where an import takes its films from: files, folders, lists of paths, and manifests with a line for each clip.

A **list** has one path a line; empty lines and lines that begin with ``#`` say nothing. A **manifest** is CSV with a
header, or JSON Lines; one record a line, in UTF-8. Relative paths start at the folder of the list or manifest.

| column | says |
|---|---|
| ``path`` | the film; required |
| ``clip`` | the campaign's name of the clip; default: the film's, and for a part of it the frames too |
| ``source_id`` | what splits go by; default: the same for all clips of one film |
| ``start_s``, ``end_s`` | a part of the film, in seconds on the player's clock (docs/video.md) |
| ``start_frame``, ``end_frame`` | the same in frames, from 0 on; the end is one past the last frame |

Parts are half open. A start that is left out is the film's, and so is an end. A frame belongs to the part in which its
showing begins, so that parts that follow one another share no frame and miss none. Other columns are kept
for the report.
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import numpy as np

from videolect.errors import BadInput
from videolect.record.checks import check_name, check_text
from videolect.record.clip import Stretch
from videolect.video.timeline import Timeline

SUFFIXES = frozenset(
    [
        ".3g2",
        ".3gp",
        ".asf",
        ".avi",
        ".f4v",
        ".flv",
        ".ivf",
        ".m2ts",
        ".m4v",
        ".mkv",
        ".mov",
        ".mp4",
        ".mpeg",
        ".mpg",
        ".mts",
        ".mxf",
        ".ogv",
        ".ts",
        ".vob",
        ".webm",
        ".wmv",
    ]
)
"""What counts as a film inside a folder. A file that is named itself is tried whatever it is called."""

COLUMNS = ("path", "clip", "source_id", "start_s", "end_s", "start_frame", "end_frame")
"""What a manifest may say of a film."""

SPARE_S = Fraction(1, 2000)
"""A frame that begins this little before a moment counts as beginning at it: manifests round to milliseconds."""

_NUMBER = re.compile(r"\d{1,9}(\.\d{1,12})?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A part of a film as a manifest says it; None: the film's start, the film's end."""

    unit: Literal["s", "frame"]
    start: Fraction | None = None
    end: Fraction | None = None

    def within(self, timeline: Timeline) -> Stretch:
        """The part of this film. BadInput where the film has no such part."""
        ends_s = timeline.end_pts * timeline.time_base
        if self.unit == "frame":
            first = 0 if self.start is None else int(self.start)
            last = timeline.frame_count if self.end is None else int(self.end)
            has = f"{timeline.frame_count} frames"
            beyond = last > timeline.frame_count
        else:
            first = 0 if self.start is None else _frames_before(timeline, self.start)
            last = timeline.frame_count if self.end is None else _frames_before(timeline, self.end)
            has = f"frames from {float(timeline.pts[0] * timeline.time_base):.3f} s to {float(ends_s):.3f} s"
            # One frame's length past the end is what rounding durations makes.
            spare_s = ends_s - int(timeline.pts[-1]) * timeline.time_base
            beyond = self.end is not None and self.end > ends_s + spare_s
        if beyond or first >= last:
            raise BadInput(f"{self} is no part of it: the film has {has}.", mend="Give a start before the end, inside.")
        return Stretch(first, last, timeline.pts_of(first), timeline.pts_of(last))

    def __str__(self) -> str:
        start, end = ("..." if at is None else f"{float(at):g}" for at in (self.start, self.end))
        return f"{'Frames ' if self.unit == 'frame' else ''}{start} to {end}{' s' if self.unit == 's' else ''}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One film to take in, and what a manifest says of it."""

    path: Path
    line: str | None = None
    """``MANIFEST:LINE``, where it was named in one."""
    clip: str | None = None
    source_id: str | None = None
    part: Part | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Columns that say nothing here."""


@dataclass(frozen=True, slots=True)
class Refused:
    """One file or line that was left out, and what a person can do about it."""

    path: Path
    """For a bad line ``MANIFEST:LINE``."""
    why: str
    mend: str
    line: str | None = None
    """``MANIFEST:LINE``, where a manifest names the film, or where the line itself is bad."""
    seconds: float = 0.0


class Sources:
    """All films of one import, in order. It may be gone through again: nothing of it is kept in memory."""

    def __init__(
        self, paths: Iterable[Path] = (), *, lists: Sequence[Path] = (), manifests: Sequence[Path] = ()
    ) -> None:
        self.paths = tuple(paths)
        self.lists = tuple(lists)
        self.manifests = tuple(manifests)
        self.unknown: dict[str, None] = {}
        """Columns that say nothing here, as far as the manifests were gone through."""

    def __iter__(self) -> Iterator[Source | Refused]:
        """Films and refusals; folders sorted by name. BadInput where a list or a manifest cannot be opened."""
        for path in self.paths:
            yield from _films(path)
        for path in self.lists:
            yield from _some(path, self._listed(path))
        names: dict[str, str] = {}
        for path in self.manifests:
            rows = _rows(path)
            yield from _some(path, (r if isinstance(r, Refused) else self._source(path, *r, names) for r in rows))

    def _listed(self, path: Path) -> Iterator[Source | Refused]:
        for _, line in _lines(path):
            text = line.strip() if isinstance(line, str) else ""
            if isinstance(line, Refused):
                yield line
            elif text and not text.startswith("#"):
                yield from _films(path.parent / text)

    def _source(self, manifest: Path, number: int, row: Mapping[str, Any], names: dict[str, str]) -> Source | Refused:
        line = f"{manifest}:{number}"
        try:
            source = _source(row, manifest.parent, line)
            if source.clip is not None and names.setdefault(source.clip, line) != line:
                raise BadInput(
                    f"The clip's name {source.clip} stands in {names[source.clip]} already.",
                    mend="Give every clip a name of its own.",
                )
        except BadInput as error:
            return Refused(Path(line), error.message, error.mend, line)
        self.unknown.update(dict.fromkeys(source.extra))
        return source


def _some(path: Path, found: Iterable[Source | Refused]) -> Iterator[Source | Refused]:
    """What was found, or that it was nothing: a list that names no film is a mistake more often than a wish."""
    empty = True
    for one in found:
        empty = False
        yield one
    if empty:
        yield Refused(path, "It names no film.", "Give a path on each line.")


def _frames_before(timeline: Timeline, moment: Fraction) -> int:
    """How many frames begin before this moment of the player's clock."""
    ticks = (moment + Fraction(timeline.offset_s) - SPARE_S) / timeline.time_base
    return int(np.searchsorted(timeline.pts, -(-ticks.numerator // ticks.denominator), side="left"))


def _source(row: Mapping[str, Any], folder: Path, line: str) -> Source:
    """What one record says. BadInput names the value, the rule and the mend."""
    said = {name: value for name, value in row.items() if value not in (None, "")}
    path = said.get("path")
    if not isinstance(path, str) or "\0" in path:
        raise BadInput("The line names no path.", mend="Give the film's path in the column path.")
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        raise BadInput("The path holds half a character.", mend="Write it as UTF-8.") from None
    clip, source_id = said.get("clip"), said.get("source_id")
    if clip is not None:
        check_name(str(clip), "The clip's name")
    if source_id is not None:
        check_text(str(source_id), "The source's id", limit=1000, blank=False)
    seconds = [name for name in ("start_s", "end_s") if name in said]
    frames = [name for name in ("start_frame", "end_frame") if name in said]
    if seconds and frames:
        raise BadInput(
            f"The line gives {' and '.join([*seconds, *frames])}.",
            mend="Give a part in seconds, or in frames.",
        )
    part = None
    if seconds:
        part = Part(unit="s", start=_number(said, "start_s"), end=_number(said, "end_s"))
    elif frames:
        part = Part(unit="frame", start=_number(said, "start_frame"), end=_number(said, "end_frame"))
        if any(at is not None and at.denominator != 1 for at in (part.start, part.end)):
            raise BadInput(f"{part} are no whole frames.", mend="Give whole numbers, from 0 on.")
    if part is not None and part.start is not None and part.end is not None and part.start >= part.end:
        raise BadInput(f"{part} is empty.", mend="Give a start before the end.")
    return Source(
        path=folder / path, line=line, clip=None if clip is None else str(clip),
        source_id=None if source_id is None else str(source_id), part=part,
        extra={name: value for name, value in row.items() if name not in COLUMNS},
    )  # fmt: skip


def _number(said: Mapping[str, Any], name: str) -> Fraction | None:
    if name not in said:
        return None
    value = said[name]
    text = f"{value:.9f}" if isinstance(value, float) else str(value).strip()
    if isinstance(value, bool) or not _NUMBER.fullmatch(text):
        raise BadInput(f"{name} is {str(value)[:40]!r}.", mend="Give a number from 0 on, such as 12 or 12.5.")
    return Fraction(text)


# ------------------------------------------------------------------------------------------------ lists and manifests


def _lines(path: Path) -> Iterator[tuple[int, str | Refused]]:
    """The file's lines with their numbers from 1 on. File names may hold bytes that are no UTF-8: they are kept."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise BadInput(f"{path} cannot be opened: {error.strerror}.", mend="Check its name and its rights.") from None
    with file:
        for number, line in enumerate(file, start=1):
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if b"\0" in line:
                at = Path(f"{path}:{number}")
                yield number, Refused(at, "The line is no text in UTF-8.", "Save the file as UTF-8.", str(at))
            else:
                yield number, line.decode("utf-8", "surrogateescape").rstrip("\r\n")


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]] | Refused]:
    """The records of a manifest with their line numbers. BadInput where its name or its header says that it is none."""
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".tsv", ".jsonl", ".ndjson"):
        raise BadInput(f"{path} is no manifest.", mend="Give a file that ends in .csv, .tsv or .jsonl.")
    parse: Callable[[str], Mapping[str, Any]] = _json_object
    for number, line in _lines(path):
        if isinstance(line, Refused):
            yield line
            continue
        try:
            if suffix in (".csv", ".tsv") and number == 1:
                parse = _table(line, "," if suffix == ".csv" else "\t")
            elif line.strip():
                yield number, parse(line)
        except BadInput as error:
            if number == 1 and suffix in (".csv", ".tsv"):
                raise BadInput(f"{path}, line 1: {error.message}", mend=error.mend) from None
            at = f"{path}:{number}"
            yield Refused(Path(at), error.message, error.mend, at)


def _table(header: str, delimiter: str) -> Callable[[str], Mapping[str, Any]]:
    columns = [name.strip() for name in _fields(header, delimiter)]
    if "path" not in columns or len(set(columns)) < len(columns):
        raise BadInput(
            f"The columns are {', '.join(columns)[:200] or 'none'}.",
            mend=f"Begin with a line of different names, one of them path; known are {', '.join(COLUMNS)}.",
        )

    def row(line: str) -> Mapping[str, Any]:
        values = _fields(line, delimiter)
        if len(values) != len(columns):
            raise BadInput(
                f"The line has {len(values)} values for {len(columns)} columns.",
                mend="Give each column a value, which may be empty; put values with commas into double quotes.",
            )
        return dict(zip(columns, values, strict=True))

    return row


def _fields(line: str, delimiter: str) -> list[str]:
    # Line by line: one quote that is never closed costs its own line and not the rest of the file.
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        raise BadInput(f"The line is no CSV: {error}.", mend="Double the quotes inside of quotes.") from None


def _json_object(line: str) -> Mapping[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"The line is no JSON: {error}.", mend="Write one object a line.") from None
    if not isinstance(found, dict):
        raise BadInput("The line is no JSON object.", mend='Write {"path": "film.mp4"}, one object a line.')
    return found


# ------------------------------------------------------------------------------------------------------------- folders


def _films(path: Path) -> Iterator[Source | Refused]:
    if not os.path.isdir(path):  # pathlib's raises where a folder above is closed
        yield Source(path=path)
        return
    empty = True
    for found in _films_in(path):
        empty = False
        yield found
    if empty:
        endings = " ".join(sorted(SUFFIXES))
        yield Refused(
            path, f"{path} holds no film.", f"Films in folders end in one of {endings}; name others one by one."
        )


def _films_in(folder: Path) -> Iterator[Source | Refused]:
    unreadable: list[OSError] = []
    # Links to folders are not followed: they may lead in a circle.
    for where, folders, files in os.walk(folder, onerror=unreadable.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield Source(path=Path(where, name))
    for error in unreadable:
        closed = Path(error.filename)
        yield Refused(closed, f"{closed} cannot be listed: {error.strerror}.", "Give this user the right to read it.")
