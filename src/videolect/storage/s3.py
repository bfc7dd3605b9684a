"""The storage that is a prefix in a bucket of S3, or of what speaks like it (MinIO, Ceph, R2), through s3fs.

Objects bear the folder's names below the prefix. An object appears only whole: a small one with one request, a larger
one as a multipart upload that becomes an object when it is completed, and only after the hash of what was sent has been
compared. An upload whose process died is invisible; it is given up the next time that something is stored, a day later.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from blake3 import blake3

from videolect.errors import INSTALL, CannotRead, MissingExtra, VideolectError
from videolect.storage.base import (
    FILES,
    STALE_S,
    CannotReach,
    Progress,
    changed,
    chunks,
    derived,
    hash_file,
    missing,
    place_of,
    reading,
    sealed,
    unsealed,
)
from videolect.storage.cache import Cache
from videolect.storage.folder import writing

PART = 8 << 20
"""Bytes per request: what a put or a copy holds in memory. S3 takes no less than 5 MiB, and 10,000 parts."""

_MOST_PARTS = 10_000
_READ_AHEAD = 1 << 20
_THEIRS = ("botocore", "aiobotocore", "aiohttp", "fsspec", "s3fs")


class S3Storage:
    """As ``Storage``, in a bucket. ``url`` is ``s3://BUCKET/PREFIX``; ``cache`` holds the copies that decoders read."""

    def __init__(self, url: str, cache: Cache) -> None:
        self.url = url
        self.cache = cache
        self.bucket, _, self.prefix = url.removeprefix("s3://").partition("/")
        self._swept = False
        try:
            import s3fs  # noqa: F401  # told now and not at the first film
        except ImportError:
            raise MissingExtra("Storage in S3 needs s3fs.", mend=INSTALL.format("s3")) from None

    @cached_property
    def _fs(self) -> Any:
        import s3fs

        # Not s3fs's shared instance, and nothing listed from memory: other processes write there too.
        return s3fs.S3FileSystem(
            skip_instance_cache=True, use_listings_cache=False,
            config_kwargs={"connect_timeout": 10, "read_timeout": 60, "retries": {"max_attempts": 2}},
        )  # fmt: skip

    def check(self) -> None:
        """As ``Storage.check``: the bucket has to be there already, and to answer to these credentials."""
        with self._speaking():
            self._ask("list_objects_v2", Prefix=self._key(""), MaxKeys=1)

    def put_file(
        self, source: Path | BinaryIO, progress: Progress | None = None, *, content_hash: str | None = None
    ) -> tuple[str, int]:
        """As ``Storage.put_file``. The name is the hash, so a source whose hash is not known yet is read twice."""
        if isinstance(source, Path):
            content_hash = content_hash or hash_file(source)[0]
            with reading(source) as stream:
                return self._take_in(stream, source, progress, content_hash)
        with tempfile.TemporaryFile() as kept:
            name = getattr(source, "name", "the stream")
            hasher = blake3()
            for chunk in chunks(source, name):
                hasher.update(chunk)
                with writing(Path(tempfile.gettempdir())):
                    kept.write(chunk)
            if content_hash not in (None, hasher.hexdigest()):
                raise changed(name)
            kept.seek(0)
            return self._take_in(kept, name, progress, hasher.hexdigest())

    def exists(self, content_hash: str) -> bool:
        """As ``Storage.exists``."""
        return self._size(content_hash) is not None

    def size(self, content_hash: str) -> int:
        """As ``Storage.size``."""
        found = self._size(content_hash)
        if found is None:
            raise missing(FILES, content_hash)
        return found

    def open(self, content_hash: str) -> BinaryIO:
        """As ``Storage.open``; each refill of its buffer is one request."""
        return io.BufferedReader(_Object(self, content_hash, self.size(content_hash)), _READ_AHEAD)

    def read_range(self, content_hash: str, start: int, end: int) -> bytes:
        """As ``Storage.read_range``: one request."""
        if start >= end:
            self.size(content_hash)  # which says whether there is such a file
            return b""
        key = self._key(place_of(FILES, content_hash))
        with self._speaking():
            try:
                return bytes(self._fs.cat_file(f"{self.bucket}/{key}", start=start, end=end))
            except FileNotFoundError:
                raise missing(FILES, content_hash) from None
            except OSError as error:
                if error.errno == errno.EINVAL:  # it ends before this range begins
                    return b""
                raise

    def path(self, content_hash: str) -> None:
        """As ``Storage.path``: they lie elsewhere."""
        place_of(FILES, content_hash)

    @contextmanager
    def local(self, content_hash: str) -> Iterator[Path]:
        """As ``Storage.local``: a copy in the cache."""
        size = self.size(content_hash)

        def fetch(out: BinaryIO) -> None:
            for start in range(0, size, PART):
                out.write(self._range(content_hash, start, min(start + PART, size)))

        with self.cache.holding(content_hash, size, fetch) as path:
            yield path

    def put_bytes(self, kind: str, content_hash: str, data: bytes) -> None:
        """As ``Storage.put_bytes``."""
        place = place_of(derived(kind), content_hash)
        with self._speaking():
            self._ask("put_object", Key=self._key(place), Body=sealed(data))

    def get_bytes(self, kind: str, content_hash: str) -> bytes:
        """As ``Storage.get_bytes``."""
        place = place_of(derived(kind), content_hash)
        with self._speaking():
            try:
                held = self._fs.cat_file(f"{self.bucket}/{self._key(place)}", max_concurrency=1)
            except FileNotFoundError:
                raise missing(kind, content_hash) from None
        return unsealed(held, kind, content_hash)

    # -------------------------------------------------------------------------------------------------- inside

    def _key(self, place: str) -> str:
        return f"{self.prefix}/{place}" if self.prefix else place

    def _ask(self, what: str, **how: Any) -> Any:
        return self._fs.call_s3(what, Bucket=self.bucket, **how)

    def _size(self, content_hash: str) -> int | None:
        key = self._key(place_of(FILES, content_hash))
        with self._speaking():
            try:
                return int(self._ask("head_object", Key=key)["ContentLength"])
            except FileNotFoundError:
                return None

    def _range(self, content_hash: str, start: int, end: int) -> bytes:
        """All of these bytes; CannotRead where there are fewer."""
        data = self.read_range(content_hash, start, end) if start < end else b""
        if len(data) != end - start:
            raise CannotRead(
                f"The stored file {content_hash[:12]}... gave {len(data)} bytes of {end - start}.", mend="Try again."
            )
        return data

    def _take_in(self, stream: BinaryIO, name: object, progress: Progress | None, content_hash: str) -> tuple[str, int]:
        key = self._key(place_of(FILES, content_hash))
        size = os.fstat(stream.fileno()).st_size
        if self._size(content_hash) != size:
            pieces = _told(_checked(stream, name, size, content_hash), progress)
            with self._speaking():
                if size <= PART:
                    self._ask("put_object", Key=key, Body=b"".join(pieces))
                else:
                    self._sweep()
                    self._upload(key, pieces, size)
        elif progress:
            progress(size)
        return content_hash, size

    def _upload(self, key: str, pieces: Iterator[bytes], size: int) -> None:
        upload = {"Key": key, "UploadId": self._ask("create_multipart_upload", Key=key)["UploadId"]}
        try:
            parts = [
                {
                    "PartNumber": number,
                    "ETag": self._ask("upload_part", PartNumber=number, Body=piece, **upload)["ETag"],
                }
                for number, piece in enumerate(pieces, start=1)
            ]
            try:
                self._ask("complete_multipart_upload", MultipartUpload={"Parts": parts}, **upload)
            except FileNotFoundError:
                # A request that was sent again because its answer was lost: the upload is complete and so is gone.
                if int(self._ask("head_object", Key=key)["ContentLength"]) != size:
                    raise
        except BaseException:
            with contextlib.suppress(Exception):  # the network may be what failed: the sweep gives it up later
                self._ask("abort_multipart_upload", **upload)
            raise

    def _sweep(self) -> None:
        """Give up uploads that nobody completes any more; they are invisible, but are paid for."""
        if self._swept:
            return
        self._swept = True
        with contextlib.suppress(Exception):  # not every key may list uploads, and nothing depends on it
            begun = self._ask("list_multipart_uploads", Prefix=self._key("")).get("Uploads", ())
            for upload in begun:
                if datetime.now(UTC) - upload["Initiated"] > timedelta(seconds=STALE_S):
                    self._ask("abort_multipart_upload", Key=upload["Key"], UploadId=upload["UploadId"])

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        """CannotReach, with what to do about it, where the bucket does not do what it should."""
        try:
            yield
        except VideolectError:
            raise
        except FileNotFoundError as error:
            raise CannotReach(
                f"There is no bucket {self.bucket!r}: {error}.", mend="Make it, or check the name and AWS_ENDPOINT_URL."
            ) from error
        except PermissionError as error:
            raise CannotReach(
                f"{self.url} refuses us: {error}.",
                mend="Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and their rights (list, get and put objects).",
            ) from error
        except Exception as error:
            # Failures of the network come as errors of four libraries; everything else is a fault of ours.
            if not isinstance(error, OSError) and type(error).__module__.partition(".")[0] not in _THEIRS:
                raise
            raise CannotReach(
                f"{self.url} does not answer: {str(error).strip('.') or type(error).__name__}.",
                mend="Check the network, AWS_ENDPOINT_URL and the credentials, and do it again: nothing is half done.",
            ) from error


class _Object(io.RawIOBase):
    """One object as a file that can be read and sought in."""

    def __init__(self, storage: S3Storage, content_hash: str, size: int) -> None:
        self.storage = storage
        self.content_hash = content_hash
        self.size = size
        self.at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        self.at = max(0, offset + {os.SEEK_SET: 0, os.SEEK_CUR: self.at, os.SEEK_END: self.size}[whence])
        return self.at

    def readall(self) -> bytes:
        # The base class asks for 8 KiB at a time: each would be a request.
        pieces = []
        while data := self.read(PART):
            pieces.append(data)
        return b"".join(pieces)

    def readinto(self, buffer: Any, /) -> int:
        end = min(self.at + len(buffer), self.size)
        data = self.storage._range(self.content_hash, self.at, end)
        buffer[: len(data)] = data
        self.at += len(data)
        return len(data)


def _checked(stream: BinaryIO, name: object, size: int, content_hash: str) -> Iterator[bytes]:
    """The stream in parts. CannotRead before the last one where it is not what was hashed."""
    hasher, read = blake3(), 0
    part = max(PART, -(-size // _MOST_PARTS))
    held = b""
    for chunk in chunks(stream, name, part):
        hasher.update(chunk)
        read += len(chunk)
        if held:
            yield held
        held = chunk
    if hasher.hexdigest() != content_hash or read != size:
        raise changed(name)
    yield held


def _told(pieces: Iterator[bytes], progress: Progress | None) -> Iterator[bytes]:
    done = 0
    for piece in pieces:
        yield piece
        done += len(piece)
        if progress:
            progress(done)
