"""Broken and odd files: each is read as far as it goes, or refused in words; never a crash, a hang or a traceback.

`make bench ARGS=odd` does the same with thousands; its table is in docs/video.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import movies
from tests.support.odd_files import (
    BASES,
    FAILED,
    WAYS,
    Corpus,
    grows,
    interlaced,
    lying_pictures,
    lying_size,
    names_another_file,
    no_key_frame,
    pictures_of,
    probed,
    recipes,
    repeated,
    retimed,
    slow_to_decode,
    zero_matrix,
)
from videolect.errors import CannotRead
from videolect.record.clip import Video
from videolect.video.backends.pyav import inspect
from videolect.video.frames import frames
from videolect.video.lengths import promised_bytes
from videolect.video.probe import Probed, probe
from videolect.video.sandbox import Limits
from videolect.video.seeking import detours

LIMITS = Limits(memory_bytes=1 << 30, threads=1)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return Corpus(tmp_path_factory.mktemp("odd"))


@pytest.fixture(scope="module")
def whole(corpus: Corpus) -> dict[str, Probed]:
    """What each base film is, while it is whole."""
    found = {}
    for name, (suffix, _) in BASES.items():
        corpus.base(name)
        found[name] = probe(corpus.folder / f"{name}.{suffix}", limits=LIMITS)
    return found


def test_the_base_films_are_films(whole: dict[str, Probed]):
    assert all(one.video.frames in (12, 24, 36) for one in whole.values())
    assert len({(one.video.container, one.video.codec) for one in whole.values()}) > 12


def test_the_same_recipe_makes_the_same_file(corpus: Corpus, tmp_path: Path):
    for recipe in ("noise/mp4-h264/3", "sizes/mkv-vp9/5", "dimensions/avi-mpeg4/2"):
        assert corpus.make(recipe).read_bytes() == Corpus(tmp_path).make(recipe).read_bytes()
        assert corpus.make(recipe).read_bytes() != corpus.base(recipe.split("/")[1])


@pytest.mark.slow
def test_broken_films_are_read_as_far_as_they_go_or_refused(corpus: Corpus, whole: dict[str, Probed]):
    # Every way, and every base at least four times.
    chosen = [recipe for number, recipe in enumerate(recipes(13 * 18, first=50)) if number % 18 % 3 == number // 18 % 3]
    assert len(chosen) == 78
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda recipe: probed(corpus, recipe, LIMITS, whole), chosen))
    kinds = Counter(outcome.kind for outcome in outcomes)
    assert not [
        outcome for outcome in outcomes if outcome.kind in (FAILED, "other", "died", "killed", "time", "memory")
    ]
    assert kinds["told"] > 20
    assert kinds["as the whole"] > 10
    assert kinds["incomplete"] > 3
    assert kinds["unsaid"] < 6


@pytest.mark.slow
def test_frames_of_a_film_that_broke_after_its_import(corpus: Corpus, whole: dict[str, Probed]):
    chosen = list(recipes(len(WAYS) * len(BASES), first=60))[::9]
    chosen.append("sizes/mp4-h264/1001")  # an index in which no jump succeeds
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda recipe: pictures_of(corpus, recipe, LIMITS, whole), chosen))
    kinds = Counter(outcome.kind for outcome in outcomes)
    assert not [
        outcome for outcome in outcomes if outcome.kind in (FAILED, "other", "died", "killed", "time", "memory")
    ]
    assert kinds["all frames"] > 5
    assert kinds["frames until one is missing"] > 2


# -------------------------------------------------------------------------------------------------- odd in a known way


def told(path: Path, **limits: Any) -> str:
    with pytest.raises(CannotRead) as refusal:
        probe(path, limits=Limits(**limits))
    assert refusal.value.mend
    return refusal.value.message


def said(video: Video, words: str) -> bool:
    return any(words in problem for problem in video.problems)


@pytest.mark.slow
def test_a_hundred_thousand_tiny_frames(tmp_path: Path):
    found = probe(repeated(tmp_path / "many.mp4", 100_000))
    assert (found.video.frames, found.video.variable_rate) == (100_000, False)
    assert found.timeline.seek_time(99_999) == pytest.approx(99_999.5 / 24)
    assert (tmp_path / "many.mp4").stat().st_size < 450_000


def test_a_small_file_that_would_be_decoded_for_hours(tmp_path: Path):
    film = slow_to_decode(tmp_path / "slow.mp4")
    assert film.stat().st_size < 600_000
    assert "could not be decoded within 3 s" in told(film, seconds=3)
    assert "more than 5 frames" in told(film, frames=5)


def test_a_film_without_a_key_frame(tmp_path: Path):
    assert "not one frame can be decoded" in told(no_key_frame(tmp_path / "none.ts"))


@pytest.mark.parametrize(
    ("times", "frames", "start", "words"),
    [
        ([40 * i - 400 for i in range(30)], 30, -400, "Starts at -0.4 s"),
        ([40 * (i // 2) for i in range(30)], 15, 0, "15 frames had the timestamp of another"),
        ([4000 - 40 * i for i in range(30)], 30, 2840, "Starts at 2.84 s"),
        ([0, 40, 40, 2**40, 2**40 + 40], 4, 0, "Variable frame rate"),
        ([-(2**62), 0, 80, 2**62, 2**62 + 40], 5, -(2**62), "Variable frame rate"),
    ],
    ids=["negative", "twice", "falling", "far", "farthest"],
)
def test_times_that_no_camera_writes(tmp_path: Path, times: list[int], frames: int, start: int, words: str):
    found = probe(retimed(tmp_path / "odd.ivf", times))
    assert (found.video.frames, found.video.start_pts) == (frames, start)
    assert said(found.video, words), found.video.problems


def test_a_picture_that_changes_its_size(tmp_path: Path):
    film = grows(tmp_path / "grows.ivf")
    video = probe(film).video
    assert (video.frames, video.width, video.height) == (8, 160, 90)
    assert said(video, "changes its size, at frame 4 to 320x180")
    for wanted in ([0, 3, 4, 7], [5, 6]):
        pictures = list(frames(film, wanted))
        assert [picture.shape for picture in pictures] == [(90, 160, 3)] * len(wanted)
    # Bytes that were cut at the wrong places would be stripes.
    assert abs(pictures[0].astype(int) - pictures[1]).mean() < 20


def test_an_interlaced_film(tmp_path: Path):
    assert said(probe(interlaced(tmp_path / "lines.mpg")).video, "Interlaced")


def test_a_display_matrix_that_leaves_no_picture(tmp_path: Path):
    video = probe(zero_matrix(tmp_path / "zero.mp4")).video
    assert video.rotation == 0
    assert video.problems == ("The file asks players to shrink the picture to nothing: shown as it is.",)


def test_a_film_that_names_another_file_does_not_make_us_read_it(tmp_path: Path):
    other = tmp_path / "other.mov"
    film = names_another_file(tmp_path / "pointer.mov", other)
    assert probe(other).video.frames == 36
    # The pointer works for those who follow it.
    with av.open(str(film), options={"enable_drefs": "1", "use_absolute_path": "1"}) as followed:
        assert sum(1 for _ in followed.decode(video=0)) == 36
    assert "not one frame can be decoded" in told(film)


def test_a_size_that_lies_is_damage_and_no_lack_of_memory(tmp_path: Path):
    assert "a part of it claims to be far larger than the file" in told(lying_size(tmp_path / "lie.mp4"))


def test_pictures_that_claim_to_be_huge(tmp_path: Path):
    assert "pictures of 16383x8191, more than the limit" in told(lying_pictures(tmp_path / "lie.webm"))


def test_an_index_that_is_there_and_not_whole(tmp_path: Path):
    film = movies.constant(tmp_path / "film.mp4", 24)
    data = film.read_bytes()
    for box in (b"mvhd", b"mdhd", b"stsd"):
        film.write_bytes(data[: data.index(box) + 6])
        assert "is incomplete: it ends within its index" in told(film)
    at = data.index(b"stsd") + 8
    film.write_bytes(data[:at] + b"\xff\xff\xff\xff" + data[at + 4 :])
    assert "is damaged: its index is not whole" in told(film)


@pytest.mark.parametrize("size", [b"\xff\xff\xff\x7f", b"\xff\xff\xff\x00"])
def test_a_frame_of_which_a_part_is_missing(tmp_path: Path, size: bytes):
    film = retimed(tmp_path / "lie.ivf", [0, 40, 80, 120])
    data = bytearray(film.read_bytes())
    first = int.from_bytes(data[32:36], "little")
    data[44 + first : 48 + first] = size
    film.write_bytes(data)
    video = probe(film).video
    assert video.frames == 2
    assert said(video, "Of 1 frame the file holds only a part."), video.problems


@pytest.mark.parametrize("name", ["mkv-h264", "mkv-vp9", "avi-mpeg4", "mp4-front"])
def test_a_missing_end_is_told_by_the_bytes(corpus: Corpus, tmp_path: Path, name: str):
    # Eight frames less are under half a second: the seconds alone would not show it.
    path = tmp_path / f"short.{BASES[name][0]}"
    path.write_bytes(corpus.base(name)[: int(len(corpus.base(name)) * 0.86)])
    assert promised_bytes(path) == len(corpus.base(name))
    assert said(probe(path).video, "Ends early"), probe(path).video.problems


def test_a_whole_file_promises_its_own_size_or_none(corpus: Corpus, tmp_path: Path):
    promised = {}
    for name in BASES:
        path = tmp_path / name
        path.write_bytes(corpus.base(name))
        promised[name] = promised_bytes(path)
        assert promised[name] in (None, len(corpus.base(name)))
    assert sum(size is not None for size in promised.values()) > 9
    for data in (b"", b"\x1a\x45\xdf\xa3", b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\xff", b"RIFF\0\0\0\0AVI ", b"RIFF"):
        (tmp_path / "head").write_bytes(data)
        assert promised_bytes(tmp_path / "head") is None


def broken_off(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Reading ends with this error after the last packet."""
    opened, demux = av.open, av.container.InputContainer.demux

    class Ending:
        def __init__(self, container: Any) -> None:
            self.container = container

        def __getattr__(self, name: str) -> Any:
            return getattr(self.container, name)

        def __enter__(self) -> Ending:
            return self

        def __exit__(self, *_: object) -> None:
            self.container.close()

        def demux(self, stream: Any) -> Iterator[Any]:
            yield from demux(self.container, stream)
            raise error

    monkeypatch.setattr(av, "open", lambda *given, **named: Ending(opened(*given, **named)))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        # PyAV 18 counts the tracks at the beginning and may look past them at the end.
        (IndexError("list index out of range"), []),
        (av.error.MemoryError(12, "Cannot allocate memory"), ["a part of it claims to be far larger than the file"]),
        (av.error.InvalidDataError(1094995529, "Invalid data"), ["Invalid data"]),
    ],
)
def test_reading_that_ends_in_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, words: list[str]
):
    film = movies.constant(tmp_path / "film.ts", 24)
    broken_off(monkeypatch, error)
    facts, times, _, _ = inspect(str(film), threads=1, most_pixels=10**6, most_frames=100)
    assert (len(times), [said for _, said in facts["errors"]]) == (24, words)


def test_frames_of_a_film_that_was_cut_after_its_import(tmp_path: Path):
    film = movies.constant(tmp_path / "film.mkv", 48)
    timeline = probe(film).timeline
    film.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
    given = frames(film, [0, 47], timeline=timeline)
    assert next(given).shape == (180, 320, 3)
    with pytest.raises(CannotRead, match="no longer gives frame 47"):
        next(given)


# ------------------------------------------------------------------------------------------ what odd times cost to read

MS = Fraction(1, 1000)


def limits_one_by_one(pts: list[int], ends: list[int], keys: list[tuple[int, int]]) -> list[int]:
    """Each key frame by itself, as the rule says it."""
    limits = list(ends)
    for frame, start in enumerate(pts):
        for shown, taken_from in keys:
            if start < shown:
                limits[frame] = max(start, min(limits[frame], taken_from))
    return limits


@given(
    st.sets(st.integers(0, 300), min_size=1, max_size=30),
    st.lists(st.tuples(st.integers(0, 300), st.integers(-50, 350)), max_size=10),
)
def test_key_frames_in_one_pass_are_as_one_by_one(times: set[int], keys: list[tuple[int, int]]):
    from videolect.video.seeking import _before_key_frames

    pts = sorted(times)
    ends = [*pts[1:], 320]
    assert _before_key_frames(pts, ends, keys) == limits_one_by_one(pts, ends, keys)


def test_many_key_frames_that_all_reach_to_the_beginning():
    # One after the other they would take 10**10 steps.
    pts = list(range(0, 200_000_000, 1000))
    keys = [(time, number) for number, time in enumerate(pts)]
    found, lost = detours(pts, pts[-1] + 1000, Fraction(1, 1_000_000), key_frames=keys)
    assert (len(found), len(lost)) == (0, 199_999)
