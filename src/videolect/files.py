"""How a file comes onto a disk: whole or not at all, or grown by whole lines; and the locks that keep two from one.

What is written stands beside its place, as ``.NAME.PID.part``, until it is flushed to the disk; then it is renamed. A
killed writer leaves only that: ``sweep`` takes it away, and a day later so does the next ``whole_folder`` of that name.
A folder that takes another's place needs two renames: the other is ``.NAME.PID.old`` between them, and where the writer
is killed there ``bring_back`` gives it its name again.
Locks are ``flock``: they end with their process.
"""

from __future__ import annotations

import errno
import fcntl
import glob
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from videolect.errors import BadInput


class CannotWrite(BadInput):
    """A file or folder cannot be written where it was named: no such folder, no right, no room."""


def cannot_write(path: Path, error: OSError) -> CannotWrite:
    """The error for a path and what the system said of it."""
    mend = "Make room, or name another place."
    if error.errno == errno.ENOENT and not path.parent.is_dir():
        mend = f"Make the folder {path.parent} first, or name another place."
    why = os.strerror(error.errno) if error.errno else str(error)
    return CannotWrite(f"{path} cannot be written: {why}.", mend=mend)


@contextmanager
def _told(path: Path, partial: Path) -> Iterator[None]:
    """CannotWrite for what the system says of this place; of all else nothing is claimed."""
    try:
        yield
    except OSError as error:
        about = (error.filename, error.filename2)
        if about == (None, None):  # libraries write names into their words
            ours = error.errno in _OF_THE_DISK or partial.name in str(error)
        else:
            ours = any(_is_of(name, path, partial) for name in about)
        if not ours:
            raise
        raise cannot_write(path, error) from error


_OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS)
"""What comes without a name, from a write to an open file."""


def _is_of(name: object, path: Path, partial: Path) -> bool:
    return name is not None and any(
        Path(os.fsdecode(name)).is_relative_to(place)  # type: ignore[arg-type]  # what the system calls a name
        for place in (path, partial)
    )


# -------------------------------------------------------------------------------------------------- whole or not at all

_RENAMING_S = 5.0
"""For how long the renames of another writer are waited for."""
_LEFT_S = 24 * 3600.0
"""What was begun so long ago and not touched since belongs to nobody who lives, on this machine or another."""


@contextmanager
def whole_file(path: Path, *, flush: bool = True) -> Iterator[Path]:
    """Where to write it; with the end of the block it replaces ``path``. CannotWrite where that cannot be done.

    ``flush``: wait until it is on the disk, so that a power cut leaves the old one or the new one. What can be made
    again need not wait.
    """
    partial = _beside(path)
    try:
        with _told(path, partial):
            yield partial
            if flush:
                sync(partial)
            partial.replace(path)
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def write_whole(path: Path, data: bytes | str) -> None:
    """Text in UTF-8 with its line ends as they are, or bytes. CannotWrite."""
    with whole_file(path) as partial:
        partial.write_bytes(data.encode() if isinstance(data, str) else data)


def write_json(path: Path, told: Mapping[str, Any]) -> None:
    """A small object, for people to read too. CannotWrite."""
    write_whole(path, json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def write_secret(path: Path, text: str) -> None:
    """A file that only its owner reads, whole or as it was. CannotWrite."""
    with whole_file(path) as partial:
        partial.touch(0o600)
        partial.write_text(text, encoding="utf-8")


@contextmanager
def whole_folder(
    folder: Path, *, instead: bool = False, may_replace: Callable[[Path], None] = lambda folder: None
) -> Iterator[Path]:
    """Which folder to fill; with the end of the block it is ``folder``. CannotWrite where that cannot be done.

    ``instead``: takes the place of what is there, which is put aside until the new one has its name; else BadInput as
    ``check_free``. ``may_replace`` raises for a folder that must stay: asked at once, so that nobody works for nothing,
    and again when the place is taken. What a killed writer had put aside is brought back first, so that no end of this
    one loses it.
    """
    bring_back(folder)
    may_replace(folder)
    if not instead:
        check_free(folder)
    partial = _beside(folder)
    aside = partial.with_suffix(".old")
    sweep(folder.parent, *(glob.escape(left.name) for left in _left_of(folder, "part")), older_s=_LEFT_S)
    try:
        with _told(folder, partial):
            partial.mkdir()
            yield partial
            for written in (partial, *partial.rglob("*")):
                sync(written)
            with _renaming_in(folder.parent):
                may_replace(folder)
                try:
                    if instead and _is_there(folder):
                        folder.rename(aside)
                    elif folder.is_dir():
                        folder.rmdir()  # it is empty
                    partial.rename(folder)
                except BaseException:
                    if _is_there(aside) and not _is_there(folder):
                        aside.rename(folder)
                    raise
                sync(folder.parent)
                going = []
                for old in _put_aside(folder):  # this one's, and what others left who were killed a moment later
                    going.append(_beside(folder))  # a name that is never brought back: at a kill half of it may be gone
                    old.rename(going[-1])
            for old in going:
                _remove(old)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def bring_back(folder: Path) -> None:
    """Give a folder its name again that was put aside by a writer who was killed before the new one had it.

    For whoever opens a folder that may have been replaced. Waits for a living writer's two renames, and does nothing
    where the folder is there or nothing was put aside.
    """
    if _is_there(folder) or not _put_aside(folder):
        return
    with suppress(OSError), _renaming_in(folder.parent):
        if not _is_there(folder):  # its writer may have come to the end
            for aside in _put_aside(folder)[:1]:
                aside.rename(folder)
                sync(folder.parent)


def _put_aside(folder: Path) -> list[Path]:
    """The latest first: with several, the older ones were on their way out already."""

    def since(path: Path) -> int:
        with suppress(OSError):  # it may be gone by now
            return path.lstat().st_ctime_ns
        return 0

    return sorted(_left_of(folder, "old"), key=since, reverse=True)


def _left_of(folder: Path, suffix: str) -> list[Path]:
    name = re.compile(rf"\.{re.escape(folder.name)}\.\d+-[0-9a-f]+\.{suffix}")
    return [folder.with_name(each) for each in names_in(folder.parent) if name.fullmatch(each)]


@contextmanager
def _renaming_in(parent: Path) -> Iterator[None]:
    """Alone with the names of this folder, among those who ask here.

    Without, where it cannot be locked (NFS), or where somebody keeps it for longer than two renames take: it is the
    user's folder, and a script of the user's may run us under a lock of its own.
    """
    handle = os.open(parent, os.O_RDONLY)
    try:
        with suppress(OSError):
            lock(handle, wait_s=_RENAMING_S)
        yield
    finally:
        os.close(handle)


def _is_there(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        with suppress(OSError):
            path.unlink()
    else:
        shutil.rmtree(path, ignore_errors=True)


def check_free(folder: Path) -> None:
    """BadInput for a folder that is there and holds something, or that has no parent."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput(f"{folder} is there and not empty.", mend="Name a new folder: what is in one is never mixed.")
    if not folder.parent.is_dir():
        raise BadInput(f"The folder {folder.parent} is not there.", mend="Make it first.")


def names_in(folder: Path) -> list[str]:
    """What stands in a folder; nothing where it cannot be listed."""
    with suppress(OSError):
        return sorted(path.name for path in folder.iterdir())
    return []


def sync(path: Path) -> None:
    """Onto the disk: a file's bytes, or the names in a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep(folder: Path, *patterns: str, older_s: float = 0.0) -> None:
    """Remove files and folders that somebody left half done, and has not touched for so long."""
    for path in (each for pattern in patterns or (".*.part",) for each in folder.glob(pattern)):
        with suppress(OSError):  # another process sweeps at the same time
            if older_s and time.time() - path.stat().st_mtime < older_s:
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()


def _beside(path: Path) -> Path:
    if not path.name:
        raise BadInput(f"{path} has no name of its own.", mend="Name a file or folder in it.")
    # Threads of one process may write the same file: each beside it under a name of its own.
    return path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(3)}.part")


# ------------------------------------------------------------------------------------------------------- grown by lines


def append(handle: int, lines: Iterable[str]) -> None:
    """Add lines to a file that is open for reading and appending; they are on the disk afterwards. OSError.

    The caller holds the file's lock (``lock``) where others may add too. What a killed writer left of a line gets an
    end first, so that nothing is glued to it. Half a character, which UTF-8
    does not have, is written as its escape in JSON.
    """
    size = os.fstat(handle).st_size
    left = b"" if not size or os.pread(handle, 1, size - 1) == b"\n" else b"\n"
    data = memoryview(left + "".join(f"{line}\n" for line in lines).encode("utf-8", errors="backslashreplace"))
    while data:
        data = data[os.write(handle, data) :]
    os.fsync(handle)


# ---------------------------------------------------------------------------------------------------------------- locks


def lock(file: int | IO[Any], *, shared: bool = False, wait_s: float | None = None) -> bool:
    """Take the lock of an open file, which goes with its closing; False where another kept it for ``wait_s`` seconds.

    ``shared``: others may hold it too, as long as they also say so. None waits for as long as it takes, 0 not at all.
    OSError on a file system that knows no locks.
    """
    how = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    if wait_s is None:
        fcntl.flock(file, how)
        return True
    until = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(file, how | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(0.02)


@contextmanager
def alone(path: Path, *, wait_s: float | None = None) -> Iterator[bool]:
    """Whether this block has the lock of the file ``path``, which is made; as ``lock``. OSError where it cannot be."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield lock(handle, wait_s=wait_s)
    finally:
        os.close(handle)
