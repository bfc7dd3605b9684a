"""Bytes by the hash of their content: the one room that knows where bytes live, a folder or an S3 bucket.

``open_storage`` is the one place where that is chosen. Both keep the same names (``files/ab/abcd...``,
``KIND/ab/abcd...``), so a folder that is copied into a bucket is a storage there.
"""

from __future__ import annotations

import os
from pathlib import Path

from videolect.errors import BadInput
from videolect.storage.base import (
    STALE_S,
    CannotReach,
    CannotStore,
    Progress,
    Storage,
    hash_file,
)
from videolect.storage.cache import CACHE_BYTES, Cache
from videolect.storage.folder import FolderStorage

__all__ = [
    "Storage",
    "open_storage",
    "storage_name",
    "FolderStorage",
    "hash_file",
    "Progress",
    "CannotStore",
    "CannotReach",
    "CACHE_BYTES",
    "STALE_S",
]


def open_storage(where: str | Path, *, cache: Path | None = None, cache_bytes: int = CACHE_BYTES) -> Storage:
    """The storage at a path or at ``s3://BUCKET/PREFIX``.

    A bucket's films are copied for decoding into the folder ``cache``, up to ``cache_bytes``. Endpoint and credentials
    are those of the environment (docs/storage.md). MissingExtra where s3fs is not installed.
    """
    name = storage_name(where)
    if "://" not in name:
        return FolderStorage(Path(name))
    from videolect.storage.s3 import S3Storage

    return S3Storage(name, Cache(cache or Path.home() / ".cache" / "videolect", cache_bytes))


def storage_name(where: str | Path) -> str:
    """The name under which a workspace remembers a storage: a whole path, or the bucket's URL. BadInput for others."""
    given = os.fspath(where)
    scheme, found, rest = given.partition("://")
    if not found:
        return os.path.realpath(given)
    bucket, _, prefix = rest.partition("/")
    if scheme != "s3" or not bucket:
        raise BadInput(f"{given!r} names no storage.", mend="Give a folder, or s3://BUCKET/PREFIX.")
    if "@" in bucket or "?" in rest or "#" in rest:
        # The name is written into the workspace's settings, for everyone who may read them.
        raise BadInput(
            "The storage's name holds more than a bucket and a prefix.",
            mend="Put credentials and the endpoint into the environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, "
            "AWS_ENDPOINT_URL.",
        )
    kept = [part for part in prefix.split("/") if part]
    if any(part in (".", "..") for part in kept):
        raise BadInput(f"{given!r} has dots for a folder.", mend="Give s3://BUCKET/PREFIX in plain names.")
    return "/".join([f"s3://{bucket}", *kept])
