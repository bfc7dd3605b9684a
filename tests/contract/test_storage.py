"""What every storage promises: a folder, and a bucket behind a private S3 service."""

from __future__ import annotations

import errno
import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from blake3 import blake3
from tests.support import s3

from videolect.errors import BadInput, CannotRead, NotFound
from videolect.storage import Storage, open_storage

NONE = "a" * 64


@dataclass
class Place:
    """Where one storage keeps its bytes, seen from outside."""

    where: str
    cache: Path

    def open(self) -> Storage:
        return open_storage(self.where, cache=self.cache)

    @property
    def is_folder(self) -> bool:
        """Whether its files are this machine's own."""
        return "://" not in self.where

    def names(self) -> list[str]:
        """What can be seen under the prefix, without what is not finished."""
        if self.is_folder:
            root = Path(self.where)
            files = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
            return sorted(str(path) for path in files if path.parts[0] != "incoming")
        return s3.names(self.where)

    def spoil(self, name: str, data: bytes) -> None:
        """Write other bytes under a name, past the storage."""
        if self.is_folder:
            (Path(self.where) / name).chmod(0o644)
            (Path(self.where) / name).write_bytes(data)
            return
        s3.overwrite(f"{self.where}/{name}", data)


@pytest.fixture(params=["folder", pytest.param("s3", marks=pytest.mark.s3)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Both kinds of storage, empty."""
    where = request.getfixturevalue("s3_url") if request.param == "s3" else str(tmp_path / "store")
    return Place(where, tmp_path / "cache")


@pytest.fixture
def store(place: Place) -> Storage:
    return place.open()


def test_bytes_come_back(store: Storage, place: Place, tmp_path: Path):
    film = tmp_path / "film.mp4"
    film.write_bytes(os.urandom(1 << 20) * 20 + b"end")  # several parts of an upload
    told: list[int] = []
    content_hash, size = store.put_file(film, told.append)
    assert (content_hash, size) == (blake3(film.read_bytes()).hexdigest(), film.stat().st_size)
    assert told == sorted(told)
    assert told[-1] == size == store.size(content_hash)
    assert store.exists(content_hash)
    assert place.names() == [f"files/{content_hash[:2]}/{content_hash}"]
    with store.open(content_hash) as stream:
        assert stream.read(10) == film.read_bytes()[:10]
        assert stream.seek(-3, os.SEEK_END) == size - 3
        assert stream.read() == b"end"
        stream.seek(0)
        assert stream.read() == film.read_bytes()
    with store.local(content_hash) as path:
        assert path.read_bytes() == film.read_bytes()
    own = store.path(content_hash)
    if place.is_folder:
        assert own is not None
        assert own.read_bytes() == film.read_bytes()
    else:
        assert own is None


def test_the_same_bytes_again_are_stored_once(store: Storage, place: Place, tmp_path: Path):
    first = store.put_file(io.BytesIO(b"again"))
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(b"again")
    assert store.put_file(copy) == store.put_file(copy, content_hash=first[0]) == first
    assert len(place.names()) == 1


@pytest.mark.parametrize("size", [0, 1, 8 << 20, (8 << 20) + 1])
def test_any_size_comes_back(store: Storage, size: int):
    data = bytes(size)
    content_hash, taken = store.put_file(io.BytesIO(data))
    assert (taken, store.size(content_hash)) == (size, size)
    with store.local(content_hash) as path:
        assert path.read_bytes() == data


@pytest.mark.parametrize(
    ("start", "end"), [(0, 10), (0, 1), (3, 7), (9, 10), (9, 50), (10, 20), (50, 60), (4, 4), (5, 3)]
)
def test_ranges(store: Storage, start: int, end: int):
    content_hash, _ = store.put_file(io.BytesIO(b"0123456789"))
    assert store.read_range(content_hash, start, end) == b"0123456789"[start:end]


def test_what_is_not_there_is_not_found(store: Storage):
    asks: list[Callable[[], object]] = [
        lambda: store.open(NONE), lambda: store.size(NONE), lambda: store.read_range(NONE, 0, 1),
        lambda: store.local(NONE).__enter__(), lambda: store.get_bytes("pts", NONE),
    ]  # fmt: skip
    for ask in asks:
        with pytest.raises(NotFound, match="aaaaaaaaaaaa"):
            ask()
    assert not store.exists(NONE)


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 62 + "/b"])
def test_what_is_no_hash_names_nothing(store: Storage, name: str):
    asks: list[Callable[[], object]] = [
        lambda: store.exists(name), lambda: store.open(name), lambda: store.put_bytes("pts", name, b""),
        lambda: store.local(name).__enter__(), lambda: store.get_bytes("pts", name),
        lambda: store.path(name),
    ]  # fmt: skip
    for ask in asks:
        with pytest.raises(BadInput, match="not a hash"):
            ask()
    with pytest.raises(BadInput, match="kind"):
        store.put_bytes("files", NONE, b"")


def test_derived_bytes_come_back_the_newest(store: Storage):
    store.put_bytes("pts", NONE, b"old")
    store.put_bytes("pts", NONE, b"")
    assert store.get_bytes("pts", NONE) == b""
    store.put_bytes("pts", NONE, b"new")
    assert store.get_bytes("pts", NONE) == b"new"


@pytest.mark.parametrize("data", [b"", b"short", b"?" * 60])
def test_damaged_derived_bytes_are_found(store: Storage, place: Place, data: bytes):
    store.put_bytes("pts", NONE, b"a table of times")
    place.spoil(f"pts/aa/{NONE}", data)
    with pytest.raises(CannotRead, match="damaged"):
        store.get_bytes("pts", NONE)


def test_a_stored_file_of_another_size_is_replaced(store: Storage, place: Place, tmp_path: Path):
    content_hash, _ = store.put_file(io.BytesIO(b"whole"))
    place.spoil(f"files/{content_hash[:2]}/{content_hash}", b"who")
    again = tmp_path / "film.mp4"
    again.write_bytes(b"whole")
    store.put_file(again, content_hash=content_hash)
    assert store.read_range(content_hash, 0, 10) == b"whole"


@pytest.mark.parametrize("size", [100, 20 << 20])
def test_other_bytes_than_announced_leave_nothing(store: Storage, place: Place, tmp_path: Path, size: int):
    film = tmp_path / "film.mp4"
    film.write_bytes(bytes(size))
    with pytest.raises(CannotRead, match="changed while it was read"):
        store.put_file(film, content_hash=NONE)
    with pytest.raises(CannotRead, match="changed while it was read"):
        store.put_file(io.BytesIO(b"x"), content_hash=NONE)
    assert place.names() == []


def test_a_source_that_fails_leaves_nothing(store: Storage, place: Place):
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 0:
                raise OSError(errno.EIO, "Input/output error")
            return super().read(10)

    with pytest.raises(CannotRead, match="to its end: Input/output error"):
        store.put_file(Failing(b"x" * 100))
    with pytest.raises(CannotRead, match="No such file"):
        store.put_file(Path("nowhere.mp4"))
    assert place.names() == []


# In a process of its own: a file that is read slowly (a pipe is no file, so time is taken in the progress).
PUT = """
import resource, sys, time
from pathlib import Path
from videolect.storage import open_storage, s3
s3.STALE_S = 1e10  # moto says of every upload that it began in 2010: the other process would give it up
store = open_storage(sys.argv[1], cache=Path(sys.argv[2]))
store.exists("a" * 64)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
def told(done):
    print(done, flush=True)
    time.sleep(float(sys.argv[4]))
content_hash, size = store.put_file(Path(sys.argv[3]), told)
with store.local(content_hash) as path:
    with open(path, "rb") as file:
        file.read(10)
print(content_hash, size, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def putting(place: Place, film: Path, *, slow_s: float = 0.0) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", PUT, place.where, str(place.cache), str(film), str(slow_s)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def test_a_process_killed_in_the_midst_leaves_nothing_to_see(place: Place, tmp_path: Path):
    film = tmp_path / "film.mp4"
    film.write_bytes(bytes(40 << 20))
    with putting(place, film, slow_s=0.3) as child:
        assert child.stdout is not None
        child.stdout.readline()
        child.stdout.readline()
        child.send_signal(signal.SIGKILL)
    assert child.returncode == -signal.SIGKILL
    assert place.names() == []
    again = place.open()
    content_hash, _ = again.put_file(film)
    assert again.size(content_hash) == 40 << 20


def test_two_processes_at_once_store_one_file(place: Place, tmp_path: Path):
    film = tmp_path / "film.mp4"
    film.write_bytes(os.urandom(1 << 20) * 20)
    with putting(place, film, slow_s=0.01) as one, putting(place, film, slow_s=0.01) as other:
        said = [child.communicate(timeout=300)[0].splitlines()[-1].split()[:2] for child in (one, other)]
    assert said == [[blake3(film.read_bytes()).hexdigest(), str(20 << 20)]] * 2
    assert len(place.names()) == 1


def test_a_large_file_streams_in_bounded_memory(place: Place, tmp_path: Path):
    film = tmp_path / "film.mp4"
    with film.open("wb") as out:
        for number in range(128):
            out.write(number.to_bytes(2, "big") * (1 << 19))
    with putting(place, film) as child:
        said = child.communicate(timeout=300)[0].splitlines()[-1].split()
    grown_mib = int(said[2])
    assert said[1] == str(128 << 20)
    assert grown_mib < 72, f"{grown_mib} MiB for a file of 128 MiB"


def test_many_threads_read_at_once(store: Storage):
    data = os.urandom(200_000)
    content_hash, _ = store.put_file(io.BytesIO(data))
    starts = range(0, 200_000, 10_000)
    with ThreadPoolExecutor(8) as pool:
        read = pool.map(lambda start: store.read_range(content_hash, start, start + 10_000), starts)
        assert b"".join(read) == data


# -------------------------------------------------------------------------------------------------- of a bucket only


def test_a_damaged_film_is_found_before_a_decoder_sees_it(s3_url: str, tmp_path: Path):
    place = Place(s3_url, tmp_path / "cache")
    store = place.open()
    content_hash, _ = store.put_file(io.BytesIO(b"whole"))
    place.spoil(f"files/{content_hash[:2]}/{content_hash}", b"wrong")
    with pytest.raises(CannotRead, match="damaged"), store.local(content_hash):
        pass
    assert not any(path.suffix != ".lock" for path in place.cache.iterdir())


def test_uploads_of_the_dead_are_given_up(
    s3_url: str, s3_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    place = Place(s3_url, tmp_path / "cache")
    film = tmp_path / "film.mp4"
    film.write_bytes(bytes(30 << 20))
    with putting(place, film, slow_s=0.3) as child:
        assert child.stdout is not None
        child.stdout.readline()
        child.kill()
    bucket = s3_url.split("/")[2]
    assert s3.uploads_begun(s3_address, bucket) == 1
    monkeypatch.setattr("videolect.storage.s3.STALE_S", 1e10)  # moto says of every upload that it began in 2010
    place.open().put_file(film)
    assert s3.uploads_begun(s3_address, bucket) == 1, "it might still live"
    film.write_bytes(b"x" * (30 << 20))
    monkeypatch.setattr("videolect.storage.s3.STALE_S", 0.0)
    place.open().put_file(film)
    assert s3.uploads_begun(s3_address, bucket) == 0
