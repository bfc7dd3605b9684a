"""The file that a run writes: whole lines, one writer at a time, and what earlier runs left in it.

A run may be killed at any moment. What it left of a line is dropped, and what it had not answered is asked again; a
file that somebody else wrote stays as it is.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from videolect.errors import BadInput
from videolect.files import append, cannot_write, lock


@dataclass(frozen=True, kw_only=True, slots=True)
class RunFile:
    """An open file of answers, locked."""

    out: Path
    handle: int
    lines: list[dict[str, Any]] = field(default_factory=list)
    """What earlier runs wrote, without the first line."""

    def add(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Write lines; they are on the disk afterwards. BadInput where there is no room."""
        try:
            append(self.handle, (json.dumps(line, ensure_ascii=False) for line in lines))
        except OSError as error:
            raise cannot_write(self.out, error) from None


@contextmanager
def run_file(
    out: Path, told: Mapping[str, Any], *, same: Sequence[str], key: Callable[[Mapping[str, Any]], Hashable]
) -> Iterator[RunFile]:  # fmt: skip
    """The file with ``told`` as its first line. BadInput where another run is writing to it, or wrote it: its first
    line has to agree in ``same``. ``key``: what a line answers; KeyError for a line that is no answer."""
    try:
        handle = os.open(out, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
    except OSError as error:
        raise cannot_write(out, error) from None
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise BadInput(f"{out} is no file.", mend="Name a file: a run goes on in it where it was stopped.")
        if not lock(handle, wait_s=0):
            raise BadInput(f"Another run is writing to {out}.", mend="Wait for it, or name another file.")
        file = RunFile(out=out, handle=handle)
        file.lines.extend(_left(file, told, same, key))
        yield file
    finally:
        os.close(handle)


def _left(
    file: RunFile, told: Mapping[str, Any], same: Sequence[str], key: Callable[[Mapping[str, Any]], Hashable]
) -> list[dict[str, Any]]:  # fmt: skip
    whole = file.out.read_bytes()
    kept = whole[: whole.rfind(b"\n") + 1]
    first_line = (json.dumps(told, ensure_ascii=False) + "\n").encode("utf-8", errors="backslashreplace")
    if not whole.strip() or first_line.startswith(whole):  # new, or its run was killed in its first line
        os.ftruncate(file.handle, 0)
        file.add([told])
        return []
    try:
        first, *lines = (json.loads(words) for words in kept.decode("utf-8").split("\n") if words.strip())
        told_before = [first["format"], *(first.get(name) for name in same)]
        _ = {key(line) for line in lines}
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise BadInput(f"{file.out} holds no answers of a run: {error!r:.120}.", mend="Name another file.") from None
    wanted = json.loads(json.dumps([told["format"], *(told[name] for name in same)]))
    if differs := [name for name, one, two in zip(("format", *same), told_before, wanted, strict=True) if one != two]:
        raise BadInput(
            f"{file.out.name} holds the answers of another run: its {differs[0]} differs.", mend="Name another file."
        )
    if len(kept) < len(whole):
        os.ftruncate(file.handle, len(kept))
    return lines


def is_answer(line: Mapping[str, Any]) -> bool:
    """Whether the line answers its item: no error, and a text or a number."""
    return not line.get("error") and any(line.get(name) is not None for name in ("text", "p_yes"))
