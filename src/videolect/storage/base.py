"""What every storage promises, and what their modules share: hashing, names, the errors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from blake3 import blake3

from videolect.errors import BadInput, CannotRead, NotFound, VideolectError

CHUNK = 1 << 20
"""Bytes per read: large enough that hashing and copying cost more than the calls."""

STALE_S = 24 * 3600.0
"""After this long an unfinished file belongs to nobody, whatever its name says."""

FILES = "files"
"""The kind under which imported files stand; every other kind is derived."""

CHECKSUM = 32
"""Bytes of the BLAKE3 that stands before derived bytes."""

Progress = Callable[[int], None]
"""Called with the number of bytes taken so far."""

_HASH = re.compile(r"[0-9a-f]{64}")
_KIND = re.compile(r"[a-z][a-z0-9_-]{0,39}")


class CannotStore(VideolectError):
    """The storage takes no more bytes: it is full, read-only, or not ours to write."""


class CannotReach(VideolectError):
    """The storage does not answer, or not to us: the network, the bucket's name, the credentials."""


class Storage(Protocol):
    """Bytes by the BLAKE3 of their content. Several threads and processes may use one storage at the same time.

    Whatever the place: a file is there whole or not at all, the same bytes twice are stored once, what is no hash is
    BadInput, what is not there is NotFound, and a storage that fails is CannotStore or CannotReach.
    """

    def check(self) -> None:
        """CannotReach, or CannotStore, where it does not answer."""
        ...

    def put_file(
        self, source: Path | BinaryIO, progress: Progress | None = None, *, content_hash: str | None = None
    ) -> tuple[str, int]:
        """Take the bytes in, a piece at a time; their hash and number.

        ``content_hash``: what the caller found them to be; other bytes are CannotRead. CannotRead too where the source
        fails; either way nothing stays behind.
        """
        ...

    def exists(self, content_hash: str) -> bool:
        """Whether the bytes with this hash are here."""
        ...

    def size(self, content_hash: str) -> int:
        """How many bytes they are."""
        ...

    def open(self, content_hash: str) -> BinaryIO:
        """The bytes with this hash, to read and to seek in."""
        ...

    def read_range(self, content_hash: str, start: int, end: int) -> bytes:
        """Bytes ``start`` to ``end`` (half open), as far as there are so many."""
        ...

    def path(self, content_hash: str) -> Path | None:
        """Where the bytes with this hash lie for good as a file of this machine, whether or not they are there.

        To read. None where they lie elsewhere.
        """
        ...

    def local(self, content_hash: str) -> AbstractContextManager[Path]:
        """A path on this machine for as long as the block runs: decoders need one. To read, never to write."""
        ...

    def put_bytes(self, kind: str, content_hash: str, data: bytes) -> None:
        """Keep something derived under a kind and a hash; what stood there is replaced."""
        ...

    def get_bytes(self, kind: str, content_hash: str) -> bytes:
        """What ``put_bytes`` kept. CannotRead where it is damaged."""
        ...


def hash_file(path: Path) -> tuple[str, int]:
    """BLAKE3 of a file's bytes in hex, and how many there are. CannotRead where it cannot be read to its end."""
    hasher, size = blake3(), 0
    with reading(path) as source:
        for chunk in chunks(source, path):
            hasher.update(chunk)
            size += len(chunk)
    return hasher.hexdigest(), size


def place_of(kind: str, content_hash: str) -> str:
    """The name inside every storage, ``KIND/ab/abcd...``. BadInput unless the hash is 64 hex digits."""
    if not isinstance(content_hash, str) or not _HASH.fullmatch(content_hash):
        raise BadInput(f"{str(content_hash)[:80]!r} is not a hash.", mend="Give 64 hexadecimal digits in lower case.")
    return f"{kind}/{content_hash[:2]}/{content_hash}"


def derived(kind: str) -> str:
    """The kind, or BadInput where it is none of derived bytes."""
    if not _KIND.fullmatch(kind) or kind in (FILES, "incoming"):
        raise BadInput(
            f"{kind!r} is not a kind of derived bytes.", mend="Use a short word in lower case, such as 'pts'."
        )
    return kind


def sealed(data: bytes) -> bytes:
    """The bytes behind their checksum."""
    return blake3(data).digest() + data


def unsealed(held: bytes, kind: str, content_hash: str) -> bytes:
    """The bytes without their checksum; CannotRead where it does not fit."""
    data = held[CHECKSUM:]
    if len(held) < CHECKSUM or blake3(data).digest() != held[:CHECKSUM]:
        raise CannotRead(
            f"The stored {kind} of {content_hash[:12]}... is damaged.",
            mend="Delete it and import the file again; check the disk.",
        )
    return data


def missing(kind: str, content_hash: str) -> NotFound:
    """The error for bytes that are not there."""
    what = "file with hash" if kind == FILES else f"{kind} of"
    return NotFound(f"No {what} {content_hash[:12]}... is stored.", mend="Import the file again.")


def changed(name: object) -> CannotRead:
    """The error for a source that gave other bytes than it gave before."""
    return CannotRead(f"{name} changed while it was read.", mend="Import it when nothing writes to it any more.")


def chunks(stream: BinaryIO, name: object, size: int = CHUNK) -> Iterator[bytes]:
    """The stream in pieces of up to this size; CannotRead where it breaks off."""
    while True:
        try:
            chunk = stream.read(size)
        except OSError as error:
            raise CannotRead(f"{name} could not be read to its end: {error.strerror}.", mend="Copy it anew.") from error
        if not chunk:
            return
        yield chunk


@contextmanager
def reading(path: Path) -> Iterator[BinaryIO]:
    """The open file; CannotRead where it cannot be opened."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise CannotRead(
            f"{path} cannot be opened: {error.strerror}.", mend="Check its name and its rights."
        ) from error
    with stream:
        yield stream
