"""What a model is shown of a clip: the frames that it wants, with their times from the clip's own beginning."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.support.acts import clip as some_clip
from tests.support.village import render_clip
from videolect.errors import NotFound
from videolect.record.clip import Clip
from videolect.video.probe import Probed, probe
from videolect.vlm.base import Wanted
from videolect.writing.looks import looks

WANTED = Wanted(frames=6, most_pixels=64 * 64, multiple=16)


class Shelf:
    """One film, and how often it was asked for."""

    def __init__(self, path: Path) -> None:
        self.path, self.probed, self.asked = path, probe(path), 0

    @contextmanager
    def __call__(self, video_hash: str) -> Iterator[tuple[Path, Probed]]:
        if video_hash != self.probed.video.hash:
            raise NotFound("It is elsewhere.", mend="Import it.")
        self.asked += 1
        yield self.path, self.probed

    def clip(self, start: int, end: int) -> Clip:
        timeline, video = self.probed.timeline, self.probed.video
        return replace(
            some_clip(), video_hash=video.hash, start_frame=start, end_frame=end, start_pts=timeline.pts_of(start),
            end_pts=timeline.pts_of(end), time_base=video.time_base,
        )  # fmt: skip


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    render_clip(path, movement="pan_right", seconds=2.0, size=(160, 90), seed=3)
    return Shelf(path)


def test_frames_are_even_in_the_clip_and_times_count_from_its_first(shelf: Shelf):
    rate = float(1 / (shelf.probed.timeline.pts_of(1) * shelf.probed.video.time_base))
    film = looks(shelf)(shelf.clip(10, 31), WANTED)
    assert film.times_s == pytest.approx([at / rate for at in (0, 4, 8, 12, 16, 20)], abs=1e-6)
    count, height, width, _ = film.pictures.shape
    assert (count, height % 16, width % 16) == (6, 0, 0)
    assert height * width <= WANTED.most_pixels


def test_a_clip_of_fewer_frames_shows_them_all(shelf: Shelf):
    assert len(looks(shelf)(shelf.clip(5, 8), WANTED).times_s) == 3


def test_the_last_clip_is_not_taken_again_and_another_one_is(shelf: Shelf):
    look, before = looks(shelf), shelf.asked
    first = look(shelf.clip(0, 20), WANTED)
    assert look(shelf.clip(0, 20), WANTED) is first
    assert shelf.asked == before + 1
    other = look(shelf.clip(20, 40), WANTED)
    assert not np.array_equal(other.pictures, first.pictures)
    assert look(shelf.clip(0, 20), replace(WANTED, frames=3)).pictures.shape[0] == 3
    assert shelf.asked == before + 3


def test_several_threads_may_look(shelf: Shelf):
    look, found = looks(shelf), []
    clips = [shelf.clip(start, start + 10) for start in (0, 10, 20)] * 4
    threads = [threading.Thread(target=lambda clip=clip: found.append(look(clip, WANTED))) for clip in clips]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == len(clips)


def test_a_film_that_is_not_there_is_told(shelf: Shelf):
    with pytest.raises(NotFound, match="elsewhere"):
        looks(shelf)(some_clip(), WANTED)
