"""Bytes by the hash of their content: the one file that knows where bytes live.

A folder holds ``files/ab/abcd...`` (imported files, named by the BLAKE3 of their bytes) and ``KIND/ab/abcd...`` (what
was derived from one, such as a table of timestamps, behind a checksum of its own). A file appears under its name whole
or not at all: it is written to ``*.part``, flushed to the disk, and renamed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from blake3 import blake3

from videolect.errors import BadInput, CannotRead, NotFound, VideolectError

CHUNK = 1 << 20
"""Bytes per read: large enough that hashing and copying cost more than the calls."""

STALE_S = 24 * 3600.0
"""After this long an unfinished file belongs to nobody, whatever its name says."""

_FILES = "files"
_HASH = re.compile(r"[0-9a-f]{64}")
_KIND = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_PART = re.compile(r"(?P<host>.+)\.(?P<pid>\d+)\.[0-9a-f]{16}\.part")
_CHECKSUM = 32

Progress = Callable[[int], None]
"""Called with the number of bytes taken so far."""


class CannotStore(VideolectError):
    """The folder takes no more bytes: it is full, read-only, or not ours to write."""


def hash_file(path: Path, progress: Progress | None = None) -> tuple[str, int]:
    """BLAKE3 of a file's bytes in hex, and how many there are. CannotRead where it cannot be read to its end."""
    hasher, size = blake3(), 0
    with _reading(path) as source:
        for chunk in _chunks(source, path):
            hasher.update(chunk)
            size += len(chunk)
            if progress:
                progress(size)
    return hasher.hexdigest(), size


class FolderStorage:
    """A folder of files by content hash. Several processes may use one folder at the same time."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        with _writing(self.root):
            self._incoming.mkdir(parents=True, exist_ok=True)
            self._sweep()

    @property
    def _incoming(self) -> Path:
        # In the same file system as what it becomes, or the rename would be a copy.
        return self.root / "incoming"

    def put_file(self, source: Path | BinaryIO, progress: Progress | None = None) -> tuple[str, int]:
        """Take the bytes in; their hash and number. The same bytes again are the same file: nothing is written twice.

        Raises CannotRead where the source fails, CannotStore where the folder does; either way nothing stays behind.
        """
        if isinstance(source, Path):
            with _reading(source) as stream:
                return self._take_in(stream, source, progress)
        return self._take_in(source, getattr(source, "name", "the stream"), progress)

    def path(self, content_hash: str) -> Path:
        """Where the bytes with this hash lie, whether or not they are there. BadInput unless it is 64 hex digits."""
        return self._place(_FILES, content_hash)

    def exists(self, content_hash: str) -> bool:
        """Whether the bytes with this hash are here."""
        return self.path(content_hash).is_file()

    def open(self, content_hash: str) -> BinaryIO:
        """The bytes with this hash, to read from the start."""
        path = self.path(content_hash)
        try:
            return path.open("rb")
        except FileNotFoundError:
            raise NotFound(
                f"No file with hash {content_hash[:12]}... is stored.", mend="Import the file again."
            ) from None

    def put_bytes(self, kind: str, content_hash: str, data: bytes) -> None:
        """Keep something derived under a kind and a hash; what stood there is replaced."""
        place = self._place(_kind(kind), content_hash)
        with self._part() as (part, out):
            with _writing(self.root):
                out.write(blake3(data).digest())
                out.write(data)
            self._publish(part, out, place)

    def get_bytes(self, kind: str, content_hash: str) -> bytes:
        """What ``put_bytes`` kept. NotFound where there is none, CannotRead where it is damaged."""
        place = self._place(_kind(kind), content_hash)
        try:
            held = place.read_bytes()
        except FileNotFoundError:
            raise NotFound(f"No {kind} of {content_hash[:12]}... is stored.", mend="Import the file again.") from None
        data = held[_CHECKSUM:]
        if len(held) < _CHECKSUM or blake3(data).digest() != held[:_CHECKSUM]:
            raise CannotRead(
                f"The stored {kind} of {content_hash[:12]}... is damaged.",
                mend="Delete it and import the file again; check the disk.",
            )
        return data

    # -------------------------------------------------------------------------------------------------- inside

    def _place(self, kind: str, content_hash: str) -> Path:
        if not isinstance(content_hash, str) or not _HASH.fullmatch(content_hash):
            raise BadInput(
                f"{str(content_hash)[:80]!r} is not a hash.", mend="Give 64 hexadecimal digits in lower case."
            )
        place = self.root / kind / content_hash[:2] / content_hash
        if not place.resolve().is_relative_to(self.root):
            raise BadInput(f"{place} leads out of the storage.", mend="Remove the link that stands in its way.")
        return place

    def _take_in(self, stream: BinaryIO, name: object, progress: Progress | None) -> tuple[str, int]:
        hasher, size = blake3(), 0
        with self._part() as (part, out):
            for chunk in _chunks(stream, name):
                hasher.update(chunk)
                with _writing(self.root):
                    out.write(chunk)
                size += len(chunk)
                if progress:
                    progress(size)
            content_hash = hasher.hexdigest()
            place = self.path(content_hash)
            if not (place.is_file() and place.stat().st_size == size):
                self._publish(part, out, place)
        return content_hash, size

    @contextmanager
    def _part(self) -> Iterator[tuple[Path, BinaryIO]]:
        """An unfinished file of this process, gone at the end of the block unless it was published."""
        part = self._incoming / f"{socket.gethostname()}.{os.getpid()}.{secrets.token_hex(8)}.part"
        with _writing(self.root):
            out = part.open("xb")
        try:
            yield part, out
        finally:
            with contextlib.suppress(OSError):  # a full disk fails again when the rest is flushed: told already
                out.close()
            part.unlink(missing_ok=True)

    def _publish(self, part: Path, out: BinaryIO, place: Path) -> None:
        with _writing(self.root):
            out.flush()
            # What has a name by its content is never written again.
            os.fchmod(out.fileno(), 0o444)
            os.fsync(out.fileno())
            place.parent.mkdir(parents=True, exist_ok=True)
            part.replace(place)
            for folder in (place.parent, place.parent.parent, self.root):
                _sync_folder(folder)

    def _sweep(self) -> None:
        """Remove what processes that died left unfinished."""
        for part in self._incoming.glob("*.part"):
            named = _PART.fullmatch(part.name)
            with contextlib.suppress(FileNotFoundError):  # another process sweeps at the same time
                old = time.time() - part.stat().st_mtime > STALE_S
                # A process id says something only on the machine that gave it.
                ours = named is not None and named["host"] == socket.gethostname()
                if old or (ours and named is not None and not _alive(int(named["pid"]))):
                    part.unlink()


def _kind(kind: str) -> str:
    if not _KIND.fullmatch(kind) or kind in (_FILES, "incoming"):
        raise BadInput(
            f"{kind!r} is not a kind of derived bytes.", mend="Use a short word in lower case, such as 'pts'."
        )
    return kind


def _chunks(stream: BinaryIO, name: object) -> Iterator[bytes]:
    while True:
        try:
            chunk = stream.read(CHUNK)
        except OSError as error:
            raise CannotRead(f"{name} could not be read to its end: {error.strerror}.", mend="Copy it anew.") from error
        if not chunk:
            return
        yield chunk


@contextmanager
def _reading(path: Path) -> Iterator[BinaryIO]:
    try:
        stream = path.open("rb")
    except OSError as error:
        raise CannotRead(
            f"{path} cannot be opened: {error.strerror}.", mend="Check its name and its rights."
        ) from error
    with stream:
        yield stream


@contextmanager
def _writing(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        mend = {
            errno.ENOSPC: "Free some space, or put the storage on another disk.",
            errno.EDQUOT: "Free some space, or have the quota raised.",
            errno.EFBIG: "Raise the limit on the size of files (ulimit -f), or use another file system.",
        }.get(error.errno or 0, "Give this user the right to write there, or name another folder.")
        raise CannotStore(f"{root} takes no bytes: {error.strerror}.", mend=mend) from error


def _sync_folder(folder: Path) -> None:
    # A name is on the disk only when its folder is.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
