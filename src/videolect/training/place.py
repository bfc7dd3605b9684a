"""The folder of one run: free before it begins, one process's while it learns, and clean where it never began."""

from __future__ import annotations

import json
import logging
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from videolect.errors import BadInput, CannotRead, HeldByAnother
from videolect.files import cannot_write, lock, sweep, write_json
from videolect.training.checkpoints import check_same
from videolect.training.recipe import NO_WEIGHT

log = logging.getLogger(__name__)

MANIFEST = "run.json"
REFERENCE = "reference"
"""What a preference's reference said: of use to whatever is begun here next."""
_LOCK = ".lock"
_MAY_CHANGE = NO_WEIGHT | {"hash", "missing", "too_long"}


def check_place(out: Path, *, resume: bool) -> None:
    """BadInput where a run cannot begin here, or has nothing to go on from; before anything is loaded. What is tried
    is taken away again."""
    if resume:
        if not (out / MANIFEST).is_file():
            raise BadInput(f"{out} holds no run.", mend="Begin one there: leave --resume out.")
    elif out.is_dir() and {path.name for path in out.iterdir()} - {REFERENCE, _LOCK}:
        raise BadInput(
            f"{out} is there and not empty.", mend="Name a new folder, or go on with what is there: --resume."
        )
    there = out.is_dir()
    tried = out / f".{secrets.token_hex(4)}.part"
    try:
        out.mkdir(parents=True, exist_ok=True)
        try:
            tried.write_bytes(bytes(4096))
        finally:
            tried.unlink(missing_ok=True)
            if not there:
                out.rmdir()
    except OSError as error:
        raise cannot_write(out, error) from None


def begin(out: Path, told: Mapping[str, Any]) -> None:
    """Write what the run is. BadInput where the folder is taken or cannot be written."""
    check_place(out, resume=False)
    write_json(out / MANIFEST, told)


def never_began(out: Path) -> None:
    """Take that away again: nothing was learned, and the next may begin here."""
    with suppress(OSError):
        (out / MANIFEST).unlink(missing_ok=True)


def check_begun(out: Path, began_with: Mapping[str, str], recipe: Mapping[str, Any]) -> None:
    """BadInput where the run that began here was another one: what differs is named. CannotRead."""
    path = out / MANIFEST
    check_place(out, resume=True)
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        before, had = dict(told["began_with"]), dict(told["recipe"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CannotRead(
            f"{path} is no manifest of a run: {type(error).__name__} {str(error)[:80]}.",
            mend="Bring the file back from a copy, or begin a new run in another folder.",
        ) from None
    now = json.loads(json.dumps(recipe))
    named = ["name"] if had.get("name") != now.get("name") else [name for name in now if name not in _MAY_CHANGE]
    changed = [
        f"{name} {_short(had.get(name))} and not {_short(now[name])}" for name in named if had.get(name) != now[name]
    ]
    check_same(before, began_with, more={"recipe": ", ".join(changed)})


def _short(value: Any) -> str:
    words = json.dumps(value)
    return words if len(words) < 60 else f"{words[:57]}..."


@contextmanager
def claimed(out: Path) -> Iterator[None]:
    """No other run works here while the block runs. HeldByAnother where one does. On a file system that knows no locks
    nothing is promised."""
    try:
        there = out.is_dir()
        out.mkdir(parents=True, exist_ok=True)
        file = _locked(out / _LOCK)
    except OSError as error:
        raise cannot_write(out, error) from None
    sweep(out)
    try:
        yield
    finally:
        with suppress(OSError):
            (out / _LOCK).unlink()  # while it is ours
            if not there:
                out.rmdir()  # where nothing came of it
        file.close()


def _locked(path: Path) -> IO[str]:
    while True:
        file = path.open("a+", encoding="utf-8")
        try:
            ours = lock(file, wait_s=0)
        except OSError as error:
            log.warning("%s cannot be locked (%s): take care that only one run works there.", path, error.strerror)
            ours = True
        if not ours:
            file.seek(0)
            who = file.read().strip()
            file.close()
            raise HeldByAnother(
                f"Another run is at work in {path.parent}{f' ({who})' if who else ''}.",
                mend="Wait until it has ended, or end it, or name another folder.",
            )
        # The one before may have removed the file between its opening and our lock.
        if path.exists() and os.path.samestat(path.stat(), os.fstat(file.fileno())):
            file.truncate(0)
            file.write(f"process {os.getpid()} on {os.uname().nodename}\n")
            file.flush()
            return file
        file.close()
