"""The picture that is asked for is the picture that comes: frame numbers are burnt in and read back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.support import movies
from videolect.errors import BadInput, CannotRead
from videolect.stage.burn_in import read_burn_in
from videolect.video.frames import frames
from videolect.video.probe import probe

FILMS: dict[str, Callable[[Path], Path]] = {
    "constant.mp4": lambda path: movies.constant(path, 240),
    "variable.mp4": lambda path: movies.variable(path, 240, bframes=3),
    "variable.webm": lambda path: movies.variable(path, 240, codec="libvpx-vp9"),
    "late.mp4": lambda path: movies.late_start(path, 240),
}


@pytest.mark.parametrize("name", FILMS)
def test_a_hundred_of_a_hundred_frames_are_the_right_ones(tmp_path: Path, name: str):
    path = FILMS[name](tmp_path / name)
    table = probe(path).timeline
    assert table.frame_count == 240
    wanted = sorted(np.random.default_rng(7).choice(240, 100, replace=False).tolist())
    assert [read_burn_in(picture) for picture in frames(path, wanted, timeline=table)] == wanted


def test_cut_off_frames_are_not_counted(tmp_path: Path):
    path = movies.early_start(tmp_path / "early.mp4", 48)
    first, last = frames(path, [0, 35])
    assert (read_burn_in(first), read_burn_in(last)) == (12, 47)


def test_frames_are_asked_for_in_order_and_exist(tmp_path: Path):
    path = movies.constant(tmp_path / "some.mp4", 12)
    assert list(frames(path, [])) == []
    for wrong in ([3, 2], [3, 3], [12], [-1]):
        with pytest.raises(BadInput):
            list(frames(path, wrong))


def test_one_may_stop_early(tmp_path: Path):
    path = movies.constant(tmp_path / "some.mp4", 48)
    running = frames(path, list(range(48)))
    assert read_burn_in(next(running)) == 0
    running.close()


def test_a_file_that_changed_is_noticed(tmp_path: Path):
    path = movies.constant(tmp_path / "some.mp4", 48)
    table = probe(path).timeline
    movies.constant(path, 24)
    with pytest.raises(CannotRead, match="no longer gives frame 30"):
        list(frames(path, [3, 30], timeline=table))
