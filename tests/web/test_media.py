"""Films over HTTP, from a folder and from a bucket: the same answers to every kind of question about a range."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import HASH, Site
from videolect.storage import open_storage
from videolect.video.library import Library, StoredVideo
from videolect.web.ranges import PIECE, ranged, wanted_range

ETAG = f'"{HASH}"'
ADDRESS = f"/media/{HASH}"
FILM = bytes(range(256)) * 8


@dataclass
class Kept:
    """Bytes elsewhere, in memory; keeps what was asked for."""

    data: bytes
    asked: list[tuple[int, int]] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.data)

    def read(self, start: int, end: int) -> bytes:
        self.asked.append((start, end))
        return self.data[start:end]


@pytest.fixture(params=["folder", "elsewhere"])
def client(request: pytest.FixtureRequest, site: Site, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """Signed in; the films lie in a folder, or elsewhere."""
    if request.param == "elsewhere":
        monkeypatch.setattr("tests.web.conftest.OneFilm.file", lambda self, video_hash: Kept(FILM))
    return site.client("ann")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("headers", "status", "content", "content_range"),
    [
        ({}, 200, FILM, None),
        ({"Range": "bytes=0-0"}, 206, FILM[:1], "bytes 0-0/2048"),
        ({"Range": "bytes=256-511"}, 206, FILM[256:512], "bytes 256-511/2048"),
        ({"Range": "bytes=2000-"}, 206, FILM[2000:], "bytes 2000-2047/2048"),
        ({"Range": "bytes=2000-9999"}, 206, FILM[2000:], "bytes 2000-2047/2048"),
        ({"Range": "bytes=-8"}, 206, FILM[-8:], "bytes 2040-2047/2048"),
        ({"Range": "bytes=2048-"}, 416, None, "bytes */2048"),
        ({"Range": "bytes=99999-100000"}, 416, None, "bytes */2048"),
        ({"Range": "bytes=0-9", "If-Range": ETAG}, 206, FILM[:10], "bytes 0-9/2048"),
        ({"Range": "bytes=0-9", "If-Range": '"other"'}, 200, FILM, None),
    ],
)
def test_a_range_is_answered_alike_from_both_places(
    client: TestClient, headers: dict[str, str], status: int, content: bytes | None, content_range: str | None
) -> None:
    answer = client.get(ADDRESS, headers=headers)
    assert answer.status_code == status
    if content is not None:
        assert answer.content == content
        assert answer.headers["content-length"] == str(len(content))
        assert answer.headers["etag"] == ETAG
        assert answer.headers["accept-ranges"] == "bytes"
        assert answer.headers["content-type"] == "video/mp4"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert "immutable" in answer.headers["cache-control"]
    if content_range:
        # RFC 9110 writes "bytes */2048"; FileResponse leaves the unit out.
        assert answer.headers["content-range"].removeprefix("bytes ") == content_range.removeprefix("bytes ")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_head_says_how_much_there_is_and_reads_nothing(client: TestClient) -> None:
    answer = client.head(ADDRESS)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == "2048"
    assert answer.headers["etag"] == ETAG
    kept = Kept(FILM)
    assert ranged("HEAD", {"range": "bytes=0-9"}, kept, ETAG, {}).status_code == 200
    assert kept.asked == []


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,5-6", "bytes=5-3", "bytes=-", "bytes=a-b", "lines=0-1", "0-1", "bytes=" + "9" * 30 + "-"]
)
def test_what_is_not_one_range_of_bytes_is_not_looked_at(asked: str) -> None:
    assert wanted_range({"range": asked}, 100, ETAG) is None


@pytest.mark.parametrize(("asked", "size"), [("bytes=-0", 10), ("bytes=0-", 0), ("bytes=-5", 0), ("bytes=10-", 10)])
def test_a_range_of_nothing_cannot_be_given(asked: str, size: int) -> None:
    answer = ranged("GET", {"range": asked}, Kept(bytes(size)), ETAG, {})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{size}")


def test_pieces_are_fetched_one_at_a_time_and_in_a_thread() -> None:
    kept = Kept(bytes(5 * PIECE + 3))
    inside: list[str] = []
    plain = kept.read

    def read(start: int, end: int) -> bytes:
        inside.append(threading.current_thread().name)
        return plain(start, end)

    kept.read = read  # type: ignore[method-assign]
    sent: list[int] = []

    async def receive() -> Any:
        await asyncio.sleep(60)

    async def send(message: Any) -> None:
        if body := message.get("body"):
            sent.append(len(body))
            assert len(kept.asked) == len(sent), "nothing is fetched before the last piece was taken"

    answer = ranged("GET", {"range": f"bytes=1-{3 * PIECE}"}, kept, ETAG, {})
    asyncio.run(answer({"type": "http", "asgi": {"spec_version": "2.4"}}, receive, send))
    assert sent == [PIECE] * 3
    assert kept.asked[0] == (1, 1 + PIECE)
    assert threading.main_thread().name not in inside


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_film_comes_out_of_a_bucket(
    s3_url: str, tmp_path: Path, make_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = open_storage(s3_url, cache=tmp_path / "cache")
    content_hash, _ = storage.put_file(io.BytesIO(FILM))
    found = Library(storage).file(content_hash)
    assert isinstance(found, StoredVideo)
    monkeypatch.setattr("tests.web.conftest.OneFilm.file", lambda self, video_hash: found)
    client = make_site().client("ann")
    assert client.get(ADDRESS).content == FILM
    assert client.get(ADDRESS, headers={"Range": "bytes=-8"}).content == FILM[-8:]
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    lost = Library(open_storage(s3_url, cache=tmp_path / "cache"))
    monkeypatch.setattr("tests.web.conftest.OneFilm.file", lambda self, video_hash: lost.file(content_hash))
    answer = client.get(ADDRESS)
    assert (answer.status_code, answer.json()["error"]) == (503, "CannotReach")
