"""The storage that is a folder.

It holds ``files/ab/abcd...`` (imported files, named by the BLAKE3 of their bytes) and ``KIND/ab/abcd...`` (what was
derived from one, such as a table of timestamps, behind a checksum of its own). A file appears under its name whole or
not at all: it is written to ``*.part``, flushed to the disk, and renamed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from blake3 import blake3

from videolect.errors import BadInput, CannotRead
from videolect.files import sync
from videolect.storage.base import (
    FILES,
    STALE_S,
    CannotStore,
    Progress,
    changed,
    chunks,
    derived,
    missing,
    place_of,
    reading,
    sealed,
    unsealed,
)

_PART = re.compile(r"(?P<host>.+)\.(?P<pid>\d+)\.[0-9a-f]{16}\.part")


class FolderStorage:
    """As ``Storage``, in a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        with writing(self.root):
            self._incoming.mkdir(parents=True, exist_ok=True)
            self._sweep()

    @property
    def _incoming(self) -> Path:
        # In the same file system as what it becomes, or the rename would be a copy.
        return self.root / "incoming"

    def check(self) -> None:
        """As ``Storage.check``."""
        with self._part():
            pass

    def put_file(
        self, source: Path | BinaryIO, progress: Progress | None = None, *, content_hash: str | None = None
    ) -> tuple[str, int]:
        """As ``Storage.put_file``. A known hash whose bytes are here costs one look, and no copy."""
        if isinstance(source, Path):
            with reading(source) as stream:
                size = os.fstat(stream.fileno()).st_size
                if content_hash is not None and self._holds(content_hash, size):
                    return content_hash, size
                return self._take_in(stream, source, progress, content_hash)
        return self._take_in(source, getattr(source, "name", "the stream"), progress, content_hash)

    def path(self, content_hash: str) -> Path:
        """As ``Storage.path``: never None."""
        return self._place(FILES, content_hash)

    def exists(self, content_hash: str) -> bool:
        """As ``Storage.exists``."""
        return self.path(content_hash).is_file()

    def size(self, content_hash: str) -> int:
        """As ``Storage.size``."""
        try:
            return self.path(content_hash).stat().st_size
        except FileNotFoundError:
            raise missing(FILES, content_hash) from None

    def open(self, content_hash: str) -> BinaryIO:
        """As ``Storage.open``."""
        try:
            return self.path(content_hash).open("rb")
        except FileNotFoundError:
            raise missing(FILES, content_hash) from None

    def read_range(self, content_hash: str, start: int, end: int) -> bytes:
        """As ``Storage.read_range``."""
        with self.open(content_hash) as stream:
            stream.seek(start)
            return stream.read(max(0, end - start))

    @contextmanager
    def local(self, content_hash: str) -> Iterator[Path]:
        """As ``Storage.local``: the folder's own file."""
        if not self.exists(content_hash):
            raise missing(FILES, content_hash)
        yield self.path(content_hash)

    def put_bytes(self, kind: str, content_hash: str, data: bytes) -> None:
        """As ``Storage.put_bytes``."""
        place = self._place(derived(kind), content_hash)
        with self._part() as (part, out):
            with writing(self.root):
                out.write(sealed(data))
            self._publish(part, out, place)

    def get_bytes(self, kind: str, content_hash: str) -> bytes:
        """As ``Storage.get_bytes``."""
        place = self._place(derived(kind), content_hash)
        try:
            return unsealed(place.read_bytes(), kind, content_hash)
        except FileNotFoundError:
            raise missing(kind, content_hash) from None
        except OSError as error:
            raise CannotRead(
                f"The stored {kind} of {content_hash[:12]}... cannot be read: {error.strerror}.",
                mend="Give this user the right to read it, or check the disk.",
            ) from error

    # -------------------------------------------------------------------------------------------------- inside

    def _place(self, kind: str, content_hash: str) -> Path:
        place = self.root / place_of(kind, content_hash)
        if not place.resolve().is_relative_to(self.root):
            raise BadInput(f"{place} leads out of the storage.", mend="Remove the link that stands in its way.")
        return place

    def _holds(self, content_hash: str, size: int) -> bool:
        place = self.path(content_hash)
        return place.is_file() and place.stat().st_size == size

    def _take_in(
        self, stream: BinaryIO, name: object, progress: Progress | None, expected: str | None
    ) -> tuple[str, int]:
        hasher, size = blake3(), 0
        with self._part() as (part, out):
            for chunk in chunks(stream, name):
                hasher.update(chunk)
                with writing(self.root):
                    out.write(chunk)
                size += len(chunk)
                if progress:
                    progress(size)
            content_hash = hasher.hexdigest()
            if expected not in (None, content_hash):
                raise changed(name)
            if not self._holds(content_hash, size):
                self._publish(part, out, self.path(content_hash))
        return content_hash, size

    @contextmanager
    def _part(self) -> Iterator[tuple[Path, BinaryIO]]:
        """An unfinished file of this process, gone at the end of the block unless it was published."""
        part = self._incoming / f"{socket.gethostname()}.{os.getpid()}.{secrets.token_hex(8)}.part"
        with writing(self.root):
            out = part.open("xb")
        try:
            yield part, out
        finally:
            with contextlib.suppress(OSError):  # a full disk fails again when the rest is flushed: told already
                out.close()
            part.unlink(missing_ok=True)

    def _publish(self, part: Path, out: BinaryIO, place: Path) -> None:
        with writing(self.root):
            out.flush()
            # What has a name by its content is never written again.
            os.fchmod(out.fileno(), 0o444)
            os.fsync(out.fileno())
            place.parent.mkdir(parents=True, exist_ok=True)
            part.replace(place)
            for folder in (place.parent, place.parent.parent, self.root):
                sync(folder)  # a name is on the disk only when its folder is

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


@contextmanager
def writing(root: Path) -> Iterator[None]:
    """CannotStore, with what to do about it, where the disk fails."""
    try:
        yield
    except OSError as error:
        mend = {
            errno.ENOSPC: "Free some space, or put the storage on another disk.",
            errno.EDQUOT: "Free some space, or have the quota raised.",
            errno.EFBIG: "Raise the limit on the size of files (ulimit -f), or use another file system.",
        }.get(error.errno or 0, "Give this user the right to write there, or name another folder.")
        raise CannotStore(f"{root} takes no bytes: {error.strerror}.", mend=mend) from error


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
