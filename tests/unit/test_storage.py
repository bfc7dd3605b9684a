"""Bytes by content hash: whole or not at all, once however often they come, and never outside the folder."""

from __future__ import annotations

import errno
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as st

from videolect.errors import BadInput, CannotRead, NotFound
from videolect.storage import STALE_S, CannotStore, FolderStorage, folder, hash_file

NOBODY = 2**22 + 1
"""A process id beyond what Linux gives out."""


@pytest.fixture
def store(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "store")


def test_bytes_come_back_by_their_hash(store: FolderStorage, tmp_path: Path):
    source = tmp_path / "film.mp4"
    source.write_bytes(b"moving pictures" * 100_000)
    told: list[int] = []
    content_hash, size = store.put_file(source, told.append)
    assert content_hash == blake3(source.read_bytes()).hexdigest() == hash_file(source)[0]
    assert size == told[-1] == source.stat().st_size
    assert held(store, content_hash) == source.read_bytes()
    assert store.exists(content_hash)
    assert store.path(content_hash).is_relative_to(store.root)


@given(data=st.binary(max_size=5000))
@settings(max_examples=40, deadline=None)
def test_any_bytes_come_back(tmp_path_factory: pytest.TempPathFactory, data: bytes):
    store = FolderStorage(tmp_path_factory.mktemp("any"))
    content_hash, size = store.put_file(io.BytesIO(data))
    store.put_bytes("pts", content_hash, data)
    assert (held(store, content_hash), size) == (data, len(data))
    assert store.get_bytes("pts", content_hash) == data


def test_the_same_bytes_again_are_written_once(store: FolderStorage):
    first = store.put_file(io.BytesIO(b"again"))
    inode = store.path(first[0]).stat().st_ino
    assert store.put_file(io.BytesIO(b"again")) == first
    assert store.path(first[0]).stat().st_ino == inode
    assert unfinished(store) == []


def test_a_stored_file_of_another_size_is_replaced(store: FolderStorage):
    content_hash, _ = store.put_file(io.BytesIO(b"whole"))
    place = store.path(content_hash)
    place.chmod(0o644)
    place.write_bytes(b"who")
    store.put_file(io.BytesIO(b"whole"))
    assert held(store, content_hash) == b"whole"


@pytest.mark.parametrize(
    "name", ["", "..", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 65, "a" * 62 + "/b", "٣" * 64]
)
def test_what_is_no_hash_names_no_path(store: FolderStorage, name: str):
    with pytest.raises(BadInput, match="not a hash"):
        store.path(name)


def test_a_link_does_not_lead_out_of_the_folder(store: FolderStorage, tmp_path: Path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (store.root / "files").mkdir()
    (store.root / "files" / "aa").symlink_to(outside)
    with pytest.raises(BadInput, match="leads out"):
        store.open("a" * 64)


@pytest.mark.parametrize("kind", ["files", "incoming", "..", "a/b", "", "Pts"])
def test_derived_bytes_have_a_plain_kind(store: FolderStorage, kind: str):
    with pytest.raises(BadInput, match="kind"):
        store.put_bytes(kind, "a" * 64, b"")


def test_what_is_not_there_is_not_found(store: FolderStorage):
    with pytest.raises(NotFound):
        store.open("a" * 64)
    with pytest.raises(NotFound):
        store.get_bytes("pts", "a" * 64)
    assert not store.exists("a" * 64)


@pytest.mark.parametrize(
    "spoil", [lambda kept: kept[:-1], lambda kept: kept[:-1] + b"?", lambda kept: b"", lambda kept: kept[:10]]
)
def test_damaged_derived_bytes_are_noticed(store: FolderStorage, spoil):
    store.put_bytes("pts", "a" * 64, b"table")
    place = store.root / "pts" / "aa" / ("a" * 64)
    place.chmod(0o644)
    place.write_bytes(spoil(place.read_bytes()))
    with pytest.raises(CannotRead, match="damaged"):
        store.get_bytes("pts", "a" * 64)


def test_derived_bytes_may_be_made_anew(store: FolderStorage):
    store.put_bytes("pts", "a" * 64, b"old")
    store.put_bytes("pts", "a" * 64, b"new")
    assert store.get_bytes("pts", "a" * 64) == b"new"


def test_a_source_that_fails_leaves_nothing(store: FolderStorage):
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 0:
                raise OSError(errno.EIO, "Input/output error")
            return super().read(10)

    with pytest.raises(CannotRead, match="to its end: Input/output error"):
        store.put_file(Failing(b"x" * 100))
    assert unfinished(store) == []
    with pytest.raises(CannotRead, match="No such file"):
        store.put_file(Path("nowhere.mp4"))


@pytest.mark.parametrize(("number", "mend"), [(errno.ENOSPC, "Free some space"), (errno.EROFS, "right to write")])
def test_a_folder_that_takes_no_more_says_so(
    store: FolderStorage, monkeypatch: pytest.MonkeyPatch, number: int, mend: str
):
    def full(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(folder.os, "fsync", full)
    with pytest.raises(CannotStore, match=os.strerror(number)) as told:
        store.put_file(io.BytesIO(b"too much"))
    assert mend in told.value.mend
    assert unfinished(store) == []
    assert not store.exists(blake3(b"too much").hexdigest())


def test_a_limit_on_file_sizes_is_told_and_leaves_nothing(tmp_path: Path):
    script = f"""
import io, resource
from pathlib import Path
from videolect.storage import CannotStore, FolderStorage
store = FolderStorage(Path({str(tmp_path)!r}))
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
try:
    store.put_file(io.BytesIO(bytes(3 << 20)))
except CannotStore as error:
    print(error)
print(sum(1 for path in Path({str(tmp_path)!r}).rglob("*") if path.is_file()))
"""
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert "File too large" in told
    assert told.splitlines()[-1] == "0"


def test_kill_in_the_middle_leaves_nothing_visible(tmp_path: Path):
    script = f"""
import io, sys, time
from pathlib import Path
from videolect.storage import FolderStorage
class Slow(io.RawIOBase):
    def read(self, size=-1):
        print("reading", flush=True)
        time.sleep(0.02)
        return b"x" * 100_000
FolderStorage(Path({str(tmp_path)!r})).put_file(Slow())
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        for _ in range(5):
            child.stdout.readline()
        child.send_signal(signal.SIGKILL)
    assert len(list((tmp_path / "incoming").iterdir())) == 1
    assert not (tmp_path / "files").exists()
    store = FolderStorage(tmp_path)
    assert unfinished(store) == []


def test_the_sweep_spares_what_lives(store: FolderStorage):
    host = os.uname().nodename
    mine = store.root / "incoming" / f"{host}.{os.getpid()}.{'0' * 16}.part"
    dead = store.root / "incoming" / f"{host}.{NOBODY}.{'0' * 16}.part"
    elsewhere = store.root / "incoming" / f"another.{NOBODY}.{'0' * 16}.part"
    old = store.root / "incoming" / f"another.{NOBODY}.{'1' * 16}.part"
    for part in (mine, dead, elsewhere, old):
        part.write_bytes(b"half")
    long_ago = time.time() - STALE_S - 60
    os.utime(old, (long_ago, long_ago))
    again = FolderStorage(store.root)
    assert unfinished(again) == sorted([mine.name, elsewhere.name])


def unfinished(store: FolderStorage) -> list[str]:
    return sorted(path.name for path in (store.root / "incoming").iterdir())


def held(store: FolderStorage, content_hash: str) -> bytes:
    with store.open(content_hash) as stream:
        return stream.read()
