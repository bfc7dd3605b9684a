"""The frame cache: the same pixels, bounded, shared by processes, and never a damaged one."""

from __future__ import annotations

import multiprocessing
import os
import signal
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tests.support import movies
from videolect.errors import BadInput, CannotRead
from videolect.video import cache as caches
from videolect.video.cache import FrameCache
from videolect.video.frames import take
from videolect.video.probe import Probed, probe
from videolect.video.recipe import Fixed, Recipe
from videolect.video.sampling import Uniform

RECIPE = Recipe(pick=Uniform(count=4), size=Fixed(width=64, height=36), resampler="area")
SHARD = 4 * 64 * 36 * 3


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Probed]:
    path = movies.constant(tmp_path_factory.mktemp("films") / "film.mp4", 48)
    return path, probe(path)


@pytest.fixture
def cache(tmp_path: Path) -> FrameCache:
    return FrameCache(tmp_path / "frames")


def counted(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Every decoding."""
    made: list[Path] = []

    def counting(path: Path, *args: object, **named: object) -> object:
        made.append(path)
        return take(path, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(caches, "take", counting)
    return made


def test_what_is_kept_is_what_was_made(film, cache: FrameCache, monkeypatch: pytest.MonkeyPatch):
    path, probed = film
    made = counted(monkeypatch)
    first, again = cache.take(path, RECIPE, probed), cache.take(path, RECIPE, probed)
    assert made == [path]
    assert np.array_equal(first.pictures, again.pictures)
    assert (first.indices, first.pts, first.times_s) == (again.indices, again.pts, again.times_s)
    assert (again.recipe_hash, again.pts_table_hash) == (RECIPE.hash, probed.timeline.hash)
    assert np.array_equal(take(path, RECIPE, probed).pictures, again.pictures)
    assert cache.usage().shards == 1
    assert SHARD < cache.usage().bytes < SHARD + 1000


def test_another_stretch_recipe_or_film_is_another_shard(film, cache: FrameCache, monkeypatch: pytest.MonkeyPatch):
    path, probed = film
    made = counted(monkeypatch)
    other = replace(probed, video=replace(probed.video, hash="cd" * 32))
    cache.take(path, RECIPE, probed)
    cache.take(path, RECIPE, probed, end=48)  # the same stretch, said otherwise
    for recipe, of, start, end in (
        (RECIPE, probed, 0, 47),
        (RECIPE, probed, 1, None),
        (replace(RECIPE, pick=Uniform(count=3)), probed, 0, None),
        (replace(RECIPE, resampler="bicubic"), probed, 0, None),
    ):
        cache.take(path, recipe, of, start=start, end=end)
    assert len(made) == cache.usage().shards == 5
    assert cache.place(RECIPE, other) != cache.place(RECIPE, probed)


def test_a_small_cache_keeps_jpeg_and_gives_the_same_at_first_and_later(film, tmp_path: Path):
    path, probed = film
    small = FrameCache(tmp_path / "small", keep="small")
    first, again = small.take(path, RECIPE, probed), small.take(path, RECIPE, probed)
    assert np.array_equal(first.pictures, again.pictures)
    exact = take(path, RECIPE, probed).pictures.astype(int)
    assert 0 < np.abs(exact - again.pictures).mean() < 3
    assert small.usage().bytes < SHARD
    assert small.place(RECIPE, probed).name != FrameCache(tmp_path / "other").place(RECIPE, probed).name


def test_a_damaged_shard_is_made_anew(film, cache: FrameCache, monkeypatch: pytest.MonkeyPatch):
    path, probed = film
    good = cache.take(path, RECIPE, probed).pictures
    made = counted(monkeypatch)
    place = cache.place(RECIPE, probed)
    whole = place.read_bytes()
    for damaged in (whole[:-1], whole[:500] + bytes([whole[500] ^ 1]) + whole[501:], b"", b"\n" * 40):
        place.write_bytes(damaged)
        assert np.array_equal(cache.take(path, RECIPE, probed).pictures, good)
        assert place.read_bytes() == whole
    assert len(made) == 4


def test_a_file_that_changed_since_it_was_probed_is_not_kept(film, cache: FrameCache, tmp_path: Path):
    path, _ = film
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(path.read_bytes())
    probed_copy = probe(copy)
    movies.movie(copy, movies.evenly(48, movies.CONSTANT, Fraction(1, 12800)), options={"crf": "40"})
    with pytest.raises(CannotRead, match="has changed since"):
        cache.take(copy, RECIPE, probed_copy)
    assert cache.usage().shards == 0


def test_a_cache_that_cannot_keep_gives_the_frames_all_the_same(
    film, cache: FrameCache, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    path, probed = film
    good = take(path, RECIPE, probed).pictures
    place = cache.place(RECIPE, probed)
    place.mkdir(parents=True)
    assert np.array_equal(cache.take(path, RECIPE, probed).pictures, good)
    assert "keeps nothing more" in caplog.text
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(BadInput, match="no folder for a cache"):
        FrameCache(tmp_path / "file")


def test_the_folder_is_bounded_and_the_longest_unasked_goes_first(film, tmp_path: Path):
    path, probed = film
    bounded = FrameCache(tmp_path / "frames", most_bytes=5 * (SHARD + 1000))
    places = []
    for start in range(9):
        bounded.take(path, RECIPE, probed, start=start)
        places.append(bounded.place(RECIPE, probed, start))
        assert bounded.usage().bytes <= bounded.most_bytes
        for age, place in enumerate(reversed(places)):
            if place.exists() and place != places[0]:
                os.utime(place, (1e9 - age, 1e9 - age))
        os.utime(places[0])  # the first is asked for all the time
    assert places[0].exists()
    assert not places[1].exists()
    assert places[-1].exists()
    bounded.clear()
    assert bounded.usage() == caches.Usage(0, 0)
    tiny = FrameCache(tmp_path / "tiny", most_bytes=100)
    assert len(tiny.take(path, RECIPE, probed).pictures) == 4
    assert tiny.usage().shards == 0
    with pytest.raises(BadInput, match="may hold 0"):
        FrameCache(tmp_path, most_bytes=0)


def test_what_is_asked_for_is_kept_longer(film, cache: FrameCache):
    path, probed = film
    cache.take(path, RECIPE, probed)
    place = cache.place(RECIPE, probed)
    os.utime(place, (1e9, 1e9))
    cache.take(path, RECIPE, probed)
    assert place.stat().st_mtime > 1e9 + 1


def ask_often(folder: str, path: str, probed: Probed, seed: int) -> None:
    """In a process of its own."""
    cache = FrameCache(Path(folder), most_bytes=4 * SHARD)
    dice = np.random.default_rng(seed)
    for _ in range(25):
        start = int(dice.integers(0, 8))
        found = cache.take(Path(path), RECIPE, probed, start=start)
        assert found.indices[0] == start
        assert len(found.pictures) == 4


def test_several_processes_use_one_folder(film, tmp_path: Path):
    path, probed = film
    context = multiprocessing.get_context("forkserver")
    asking = [context.Process(target=ask_often, args=(str(tmp_path), str(path), probed, seed)) for seed in range(3)]
    for process in asking:
        process.start()
    for process in asking:
        process.join(100)
    assert [process.exitcode for process in asking] == [0, 0, 0]
    assert list(tmp_path.glob("*/.*.part")) == []


def write_and_die(folder: str, path: str, probed: Probed) -> None:
    """Killed between the writing and the renaming."""
    Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[method-assign]
    FrameCache(Path(folder)).take(Path(path), RECIPE, probed)


def test_a_killed_writer_leaves_no_shard_and_is_swept_up_after(film, cache: FrameCache):
    path, probed = film
    process = multiprocessing.get_context("forkserver").Process(
        target=write_and_die, args=(str(cache.folder), str(path), probed)
    )
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    [left] = cache.folder.glob("??/.*.part")
    assert cache.usage().shards == 0
    os.utime(left, (1e9, 1e9))
    cache.take(path, RECIPE, probed)
    assert cache.usage().shards == 1
    assert not left.exists()
