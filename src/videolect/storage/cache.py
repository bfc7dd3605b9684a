"""A bounded folder of whole files on this machine, for decoders that need a path: the least recently used goes first.

Several processes may use one folder. A file in use is locked (shared ``flock``), so nobody takes it away; one that is
being fetched is a locked ``*.part``, counted at its full size from the start. Locks end with their process, so a killed
one leaves nothing that the next does not see through. A file's hash is checked when it is fetched, and again by every
process before its first use.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from blake3 import blake3

from videolect.errors import CannotRead
from videolect.files import lock
from videolect.storage.base import CHUNK
from videolect.storage.folder import writing

CACHE_BYTES = 20 << 30
"""Room for copies unless another is asked for."""

_YOUNG_S = 60.0
"""An unlocked unfinished file of this age may be one that its maker is about to lock."""


class Cache:
    """Files by content hash. One that is larger than the limit is held alone, for as long as it is used."""

    def __init__(self, root: Path, limit_bytes: int = CACHE_BYTES) -> None:
        self.root = root
        self.limit_bytes = limit_bytes
        self._checked = set[tuple[int, int, int]]()  # (inode, time of change, size) of what this process has hashed

    @contextmanager
    def holding(self, content_hash: str, size: int, fetch: Callable[[BinaryIO], None]) -> Iterator[Path]:
        """The file's path for as long as the block runs. ``fetch`` writes its bytes, where they are not here.

        CannotRead where what was fetched has another hash; CannotStore where the disk is full.
        """
        with writing(self.root):
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = self._held(content_hash)
        if handle is None:
            # Of several who need the same file one fetches it. 256 locks, or their number would grow for ever.
            with self._alone(f"{content_hash[:2]}.lock"):
                handle = self._held(content_hash)
                if handle is None:
                    handle = self._fetched(content_hash, size, fetch)
        try:
            yield self.root / content_hash
        finally:
            os.close(handle)
            self.make_room()

    def make_room(self) -> None:
        """Remove what was longest unused and is not in use, until the limit holds."""
        with self._alone("room.lock"):
            found = []
            for path in self.root.iterdir():
                if path.suffix != ".lock":
                    with contextlib.suppress(FileNotFoundError):
                        found.append((path.stat().st_atime_ns, path, path.stat().st_size))
            taken = sum(size for _, _, size in found)
            for _, path, size in sorted(found):
                dead = path.suffix == ".part" and time.time() - path.stat().st_mtime > _YOUNG_S
                if (dead or (taken > self.limit_bytes and path.suffix != ".part")) and _removed_unless_used(path):
                    taken -= size

    # -------------------------------------------------------------------------------------------------- inside

    def _held(self, content_hash: str) -> int | None:
        """A handle with the shared lock on a whole file, or None where there is none."""
        path = self.root / content_hash
        try:
            handle = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            return None
        lock(handle, shared=True)
        if _same(handle, path) and self._whole(handle, content_hash):
            os.utime(handle, ns=(time.time_ns(), os.fstat(handle).st_mtime_ns))
            return handle
        os.close(handle)
        return None

    def _whole(self, handle: int, content_hash: str) -> bool:
        found = os.fstat(handle)
        identity = (found.st_ino, found.st_mtime_ns, found.st_size)
        if identity not in self._checked:
            hasher = blake3()
            with open(os.dup(handle), "rb") as file:
                while chunk := file.read(CHUNK):
                    hasher.update(chunk)
            if hasher.hexdigest() != content_hash:
                return False  # what is fetched anew takes its place
            self._checked.add(identity)
        return True

    def _fetched(self, content_hash: str, size: int, fetch: Callable[[BinaryIO], None]) -> int:
        part = self.root / f"{content_hash}.{secrets.token_hex(8)}.part"
        with writing(self.root):
            handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            lock(handle)
            with writing(self.root):
                os.ftruncate(handle, size)
            self.make_room()
            with writing(self.root), open(os.dup(handle), "wb") as out:
                fetch(out)
            os.lseek(handle, 0, os.SEEK_SET)
            if not self._whole(handle, content_hash):
                raise CannotRead(
                    f"The stored file {content_hash[:12]}... is damaged.",
                    mend="Delete it from the storage and import the file again.",
                )
            os.fchmod(handle, 0o400)
            # Nobody makes room between the new name and the shared lock.
            with self._alone("room.lock"):
                part.replace(self.root / content_hash)
                lock(handle, shared=True)
        except BaseException:
            os.close(handle)
            part.unlink(missing_ok=True)
            raise
        return handle

    @contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        with writing(self.root):
            handle = os.open(self.root / name, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            lock(handle)
            yield
        finally:
            os.close(handle)


def _same(handle: int, path: Path) -> bool:
    """Whether the open file still bears this name."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _removed_unless_used(path: Path) -> bool:
    with contextlib.suppress(FileNotFoundError):
        handle = os.open(path, os.O_RDONLY)
        try:
            if not lock(handle, wait_s=0):
                return False
            path.unlink()
            return True
        finally:
            os.close(handle)
    return False
