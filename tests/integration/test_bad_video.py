"""Files that are no films, or that try to cost too much: each is a clear refusal, soon, and never a hang or a crash."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import pytest

from tests.support import movies
from videolect.errors import CannotRead
from videolect.video.probe import probe
from videolect.video.sandbox import Limits, Refusal, ask, listen

MB = 1 << 20


def refusal(path: Path, **limits: object) -> CannotRead:
    with pytest.raises(CannotRead) as told:
        probe(path, limits=Limits(**limits))  # type: ignore[arg-type]
    assert str(path) in told.value.message
    assert told.value.mend
    return told.value


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.mp4", b"", "is empty: 0 bytes"),
        ("text.mp4", b"INT. KITCHEN - DAY\n" * 100, "it is text"),
        ("umlaut.mp4", "Küche, Tag – Außen\n".encode() * 300, "it is text"),
        ("picture.mp4", b"\x89PNG\r\n\x1a\n" + bytes(100), "it is a PNG image"),
        ("photo.mov", b"\xff\xd8\xff\xe0" + bytes(100), "it is a JPEG image"),
        ("paper.mp4", b"%PDF-1.7\n" + bytes(100), "it is a PDF"),
        ("archive.mkv", b"PK\x03\x04" + bytes(100), "ZIP"),
        ("zeros.mp4", bytes(5000), "no container of films is recognised"),
        ("list.mp4", b"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:10,\nfile:///etc/passwd\n", "a playlist"),
        ("concat.mp4", b"ffconcat version 1.0\nfile /etc/passwd\n", "it is text"),
    ],
)
def test_what_is_no_film(tmp_path: Path, name: str, content: bytes, words: str):
    path = tmp_path / name
    path.write_bytes(content)
    assert words in refusal(path).message


def test_a_real_picture_is_no_film(tmp_path: Path):
    from PIL import Image

    Image.new("RGB", (64, 48), "green").save(tmp_path / "green.png")
    assert "it is a PNG image" in refusal((tmp_path / "green.png").rename(tmp_path / "green.mp4")).message


def test_places_that_are_no_files(tmp_path: Path):
    assert "is a folder" in refusal(tmp_path).message
    assert "No such file" in refusal(tmp_path / "nowhere.mp4").message
    os.mkfifo(tmp_path / "pipe.mp4")
    assert "no ordinary file" in refusal(tmp_path / "pipe.mp4").message
    (tmp_path / "loop.mp4").symlink_to(tmp_path / "loop.mp4")
    assert "cannot be opened" in refusal(tmp_path / "loop.mp4").message


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = movies.constant(tmp_path / "mine.mp4", 6)
    path.chmod(0)
    if os.geteuid() == 0:  # the superuser may read everything
        monkeypatch.setattr(os, "access", lambda *_: False)
    assert "may not be read" in refusal(path).message


def test_sound_and_announcements_without_a_picture(tmp_path: Path):
    assert "sound and no picture" in refusal(movies.audio_only(tmp_path / "tone.mp4")).message
    assert "breaks off" in refusal(movies.no_frames(tmp_path / "none.webm")).message


def test_half_a_file_without_its_index(tmp_path: Path):
    whole = movies.constant(tmp_path / "whole.mp4", 48)
    assert "is incomplete: it ends before its index" in refusal(movies.cut_off(whole, tmp_path / "half.mp4")).message


@pytest.mark.parametrize("name", ["front.mp4", "blocks.mkv", "blocks.webm", "stream.ts", "pieces.mp4"])
def test_half_a_file_is_read_as_far_as_it_goes(tmp_path: Path, name: str):
    options: dict[str, dict[str, object]] = {
        "front.mp4": {"container_options": {"movflags": "faststart"}},
        "pieces.mp4": {"container_options": {"movflags": "frag_keyframe+empty_moov+default_base_moof"}},
        "blocks.webm": {"codec": "libvpx-vp9"},
    }
    whole = movies.constant(tmp_path / f"whole-{name}", 120, **options.get(name, {}))
    video = probe(movies.cut_off(whole, tmp_path / name, 0.6)).video
    assert 20 < video.frames < 115
    # Neither a transport stream nor a file in pieces says how long it should be.
    if name not in ("stream.ts", "pieces.mp4"):
        assert any("Ends early" in problem for problem in video.problems), video.problems


def test_spoilt_bytes_are_told(tmp_path: Path):
    whole = movies.constant(tmp_path / "whole.mp4", 120, bframes=0)
    video = probe(movies.spoilt(whole, tmp_path / "spoilt.mp4", 0.5, 3000)).video
    assert any("errors" in problem or "damaged" in problem or "Ends early" in problem for problem in video.problems)


def test_a_film_that_needs_more_memory_than_it_may(tmp_path: Path):
    big = movies.constant(tmp_path / "big.mp4", 3, size=(6144, 3456))
    told = refusal(big, memory_bytes=230 * MB)
    assert "needs more memory" in told.message
    assert "memory_bytes" in told.mend
    assert probe(big).video.frames == 3


@pytest.mark.parametrize("megabytes", [1, 20, 60, 120])
def test_even_a_child_that_cannot_start_is_a_refusal(tmp_path: Path, megabytes: int):
    refusal(movies.constant(tmp_path / "small.mp4", 6), memory_bytes=megabytes * MB)


def test_limits_on_size_and_length(tmp_path: Path):
    film = movies.constant(tmp_path / "film.mp4", 48)
    assert "320x180" in refusal(film, pixels=320 * 180 - 1).message
    assert "more than 47 frames" in refusal(film, frames=47).message
    assert probe(film, limits=Limits(pixels=320 * 180, frames=48)).video.frames == 48


def test_a_film_that_takes_too_long(tmp_path: Path):
    long = movies.constant(tmp_path / "long.mp4", 48)
    assert "could not be decoded within" in refusal(long, seconds=0.02).message


def test_the_child_is_gone_afterwards(tmp_path: Path):
    film = movies.constant(tmp_path / "film.mp4", 200)
    before = children()
    with pytest.raises(CannotRead):
        probe(film, limits=Limits(seconds=0.05))
    with listen({"what": "frames", "groups": [[None, [0]]], "size": None}, film, Limits()) as answer:
        assert not isinstance(answer, Refusal)
    assert children() == before


def test_many_at_once(tmp_path: Path):
    film = movies.constant(tmp_path / "film.mp4", 24)
    bad = movies.cut_off(film, tmp_path / "bad.mp4")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda path: ask({"what": "inspect"}, path, Limits()), [film, bad] * 4))
    assert [isinstance(answer, Refusal) for answer in answers] == [False, True] * 4


def test_a_name_is_only_a_name(tmp_path: Path):
    for name in ("-i.mp4", "concat:a|b.mp4", "http:x.mp4", "%03d.mp4", "sp ace;$(touch x).mp4", "ümläut-映画.mp4"):
        film = movies.constant(tmp_path / "film.mp4", 3)
        assert probe(film.rename(tmp_path / name)).video.frames == 3


def test_the_child_sees_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from videolect.video import sandbox

    monkeypatch.setenv("SOME_API_KEY", "secret")
    assert "SOME_API_KEY" not in sandbox._environment()


def test_a_rate_that_means_nothing_is_survived(tmp_path: Path):
    # One tick between frames, of an hour each.
    path = movies.movie(tmp_path / "slow.mkv", [0, 3_600_000, 7_200_000], time_base=Fraction(1, 1000))
    assert probe(path).video.duration_s > 7200


def children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())
