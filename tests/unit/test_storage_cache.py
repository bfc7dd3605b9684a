"""Copies for decoders: bounded, checked, never taken away from one who reads; and what names a storage."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

import pytest
from blake3 import blake3

from videolect.errors import BadInput, CannotRead, MissingExtra
from videolect.storage import FolderStorage, open_storage, storage_name
from videolect.storage.cache import Cache

KIB = 1024


class Bucket:
    """Gives files of 10 KiB and counts how often."""

    def __init__(self, cache: Cache) -> None:
        self.cache = cache
        self.fetched: list[int] = []

    def hold(self, number: int, size: int = 10 * KIB):  # type: ignore[no-untyped-def]
        data = bytes([number]) * size

        def fetch(out: BinaryIO) -> None:
            self.fetched.append(number)
            out.write(data)

        return self.cache.holding(blake3(data).hexdigest(), size, fetch)

    def use(self, *numbers: int) -> None:
        for number in numbers:
            with self.hold(number) as path:
                assert path.read_bytes() == bytes([number]) * 10 * KIB


@pytest.fixture
def bucket(tmp_path: Path) -> Bucket:
    return Bucket(Cache(tmp_path / "cache", 35 * KIB))


def kept(cache: Cache) -> int:
    return sum(path.stat().st_size for path in cache.root.iterdir() if path.suffix != ".lock")


def test_what_is_here_is_not_fetched_again(bucket: Bucket):
    bucket.use(1, 1, 2, 1)
    assert bucket.fetched == [1, 2]


def test_the_longest_unused_goes_first(bucket: Bucket):
    bucket.use(1, 2, 3, 1, 4)
    assert kept(bucket.cache) == 30 * KIB
    bucket.use(1, 3, 4)
    assert bucket.fetched == [1, 2, 3, 4]
    bucket.use(2)
    assert bucket.fetched[-1] == 2


def test_nothing_is_taken_from_one_who_reads(bucket: Bucket):
    with bucket.hold(1) as path:
        bucket.use(2, 3, 4, 5, 6)
        assert path.read_bytes() == b"\x01" * 10 * KIB
        assert kept(bucket.cache) <= 35 * KIB


def test_one_that_is_larger_than_the_limit_stays_as_long_as_it_is_used(bucket: Bucket):
    with bucket.hold(7, 90 * KIB) as path:
        assert path.stat().st_size == 90 * KIB
    assert kept(bucket.cache) <= 35 * KIB


def test_another_hash_is_no_copy(bucket: Bucket):
    with (
        pytest.raises(CannotRead, match="damaged"),
        bucket.cache.holding("a" * 64, 3, lambda out: out.write(b"abc") and None),
    ):
        pass
    with (
        pytest.raises(CannotRead, match="damaged"),
        bucket.cache.holding(blake3(b"abcd").hexdigest(), 4, lambda out: out.write(b"abc") and None),
    ):
        pass
    assert kept(bucket.cache) == 0


def test_a_spoilt_copy_is_fetched_anew(bucket: Bucket):
    with bucket.hold(1) as path:
        pass
    path.chmod(0o600)
    path.write_bytes(b"\x02" * 10 * KIB)
    bucket.use(1)
    assert bucket.fetched == [1, 1]


def test_a_fetch_that_fails_leaves_nothing(bucket: Bucket):
    def fail(out: BinaryIO) -> None:
        out.write(b"half")
        raise CannotRead("The network is gone.", mend="Wait.")

    with pytest.raises(CannotRead, match="network"), bucket.cache.holding("a" * 64, 10, fail):
        pass
    assert kept(bucket.cache) == 0


def test_what_a_killed_process_left_is_removed(bucket: Bucket):
    script = f"""
import os, signal
from pathlib import Path
from videolect.storage.cache import Cache
def fetch(out):
    out.write(b"half"); out.flush()
    os.kill(os.getpid(), signal.SIGKILL)
with Cache(Path({str(bucket.cache.root)!r}), 35 * 1024).holding("a" * 64, 9000, fetch):
    pass
"""
    subprocess.run([sys.executable, "-c", script], check=False)
    (left,) = bucket.cache.root.glob("*.part")
    bucket.use(1)
    assert left.exists(), "its maker might be about to lock it"
    os.utime(left, (1, 1))
    bucket.use(2)
    assert not left.exists()


def test_several_processes_fetch_once_and_keep_the_limit(tmp_path: Path):
    script = f"""
import random, sys
from pathlib import Path
from blake3 import blake3
from videolect.storage.cache import Cache
root = Path({str(tmp_path)!r})
cache = Cache(root / "cache", 35 * 1024)
dice = random.Random(int(sys.argv[1]))
for _ in range(150):
    number = dice.randrange(8)
    data = bytes([number]) * 10240
    def fetch(out):
        with (root / "log").open("a") as log: log.write("x")
        out.write(data)
    with cache.holding(blake3(data).hexdigest(), len(data), fetch) as path:
        assert path.read_bytes() == data
"""
    children = [subprocess.Popen([sys.executable, "-c", script, str(seed)]) for seed in range(3)]
    assert [child.wait(timeout=300) for child in children] == [0, 0, 0]
    assert kept(Cache(tmp_path / "cache")) <= 35 * KIB
    assert len((tmp_path / "log").read_text()) < 450, "some were found where they lay"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("s3://films", "s3://films"), ("s3://films/", "s3://films"), ("s3://films//a/b/", "s3://films/a/b"),
        ("/a/../b", "/b"),
    ],
)  # fmt: skip
def test_the_name_of_a_storage(given: str, name: str):
    assert storage_name(given) == name


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("http://films", "names no storage"), ("s3://", "names no storage"), ("s3:///x", "names no storage"),
        ("s3://key:secret@films/x", "more than a bucket"), ("s3://films?endpoint_url=x", "more than a bucket"),
        ("s3://films/../x", "dots"),
    ],
)  # fmt: skip
def test_what_names_no_storage(given: str, why: str):
    with pytest.raises(BadInput, match=why) as told:
        open_storage(given)
    assert "secret" not in str(told.value)


def test_a_path_is_a_folder(tmp_path: Path):
    assert isinstance(open_storage(tmp_path / "store"), FolderStorage)


def test_without_the_extra_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(MissingExtra, match=r"videolect\[s3\]"):
        open_storage("s3://films")


def test_a_folder_needs_no_s3():
    script = "import sys, videolect.storage, videolect.wiring; print({'s3fs', 'fsspec', 'botocore'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert told.strip() == "set()"
