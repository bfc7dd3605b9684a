"""The small pictures under the mouse: which frames, how large, kept once, made anew when that no longer holds."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tests.support import movies
from tests.support.burn_in import read_burn_in
from videolect.errors import BadInput
from videolect.record.clip import Video
from videolect.storage import Storage, open_storage
from videolect.video import previews
from videolect.video.backends import pillow
from videolect.video.imports import import_videos
from videolect.video.library import PREVIEWS
from videolect.video.previews import BOX, ENTRIES, EXACT_FRAMES, MOST, PreviewMaker, choose, size_of
from videolect.video.timeline import Timeline


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return open_storage(str(tmp_path / "films"))


def imported(storage: Storage, path: Path) -> Video:
    (found,) = import_videos([path], storage)
    return found.video  # type: ignore[union-attr]


def table(frames: int, rate: int = 25, starts: range | tuple[int, ...] = ()) -> Timeline:
    return Timeline(time_base=Fraction(1, rate), pts=np.arange(frames), end_pts=frames, starts=tuple(starts))


def cell(found: previews.Previews, number: int) -> np.ndarray:
    picture = pillow.picture_of(found.jpeg)
    x, y = number % found.columns * found.width, number // found.columns * found.height
    return np.ascontiguousarray(picture[y : y + found.height, x : x + found.width])


def test_each_cell_is_the_frame_that_the_table_names(storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(previews, "BOX", (320, 240))  # large enough to read the numbers that are burnt in
    video = imported(storage, movies.ntsc_film(tmp_path / "film.mp4", 60))
    found = PreviewMaker(storage).made(video, 0, 60)
    assert found is not None
    assert found.frames[:4] == (0, 2, 4, 7)  # a tenth of a second is 2.4 frames
    assert [read_burn_in(cell(found, number)) for number in range(len(found.frames))] == list(found.frames)


def test_a_part_begins_with_its_own_first_frame_and_holds_nothing_from_outside(storage: Storage, tmp_path: Path):
    video = imported(storage, movies.variable(tmp_path / "film.mp4", 90))
    maker = PreviewMaker(storage)
    part = maker.made(video, 31, 70)
    assert part is not None
    assert part.frames[0] == 31
    assert part.frames[-1] < 70
    assert maker.made(video, 0, 90).frames[0] == 0  # type: ignore[union-attr]
    assert maker.kept(video, 31, 70) == part
    assert maker.kept(video, 31, 71) is None


@pytest.mark.parametrize("stretch", [(0, 0), (5, 5), (-1, 5), (0, 91), (80, 20)])
def test_a_stretch_that_is_not_there_is_refused(storage: Storage, tmp_path: Path, stretch: tuple[int, int]):
    video = imported(storage, movies.constant(tmp_path / "film.mp4", 24))
    with pytest.raises(BadInput, match="There is no stretch"):
        PreviewMaker(storage).made(video, *stretch)


@pytest.mark.parametrize("frames", [1, 2, 25, EXACT_FRAMES, EXACT_FRAMES + 1, 25 * 7200])
def test_a_sheet_is_bounded_and_begins_at_the_beginning(frames: int):
    chosen, exact = choose(table(frames), 0, frames)
    assert exact  # nothing says where decoding can begin
    assert len(chosen) <= MOST
    assert chosen[0] == 0
    assert list(chosen) == sorted(set(chosen))


def test_of_a_long_film_only_frames_are_decoded_at_which_decoding_can_begin():
    chosen, exact = choose(table(25 * 7200, starts=range(0, 25 * 7200, 50)), 0, 25 * 7200)
    assert not exact
    assert len(chosen) > MOST * 0.9
    assert all(frame % 50 == 0 for frame in chosen)
    part, exact = choose(table(25 * 7200, starts=range(0, 25 * 7200, 50)), 1030, 3030)
    assert (part[:3], exact) == ((1030, 1050, 1100), False)
    few, exact = choose(table(1000, starts=range(0, 1000, 1000 // (ENTRIES - 2))), 0, 1000)
    assert exact
    assert len(few) == MOST


@pytest.mark.parametrize(
    ("options", "shape"),
    [
        ({"size": (320, 180)}, 16 / 9), ({"size": (320, 180), "rotation": 90}, 9 / 16), ({"size": (180, 320)}, 9 / 16),
        ({"size": (360, 288), "sample_aspect": Fraction(64, 45)}, 16 / 9), ({"size": (480, 200)}, 2.4),
        ({"size": (360, 288), "sample_aspect": Fraction(16, 11), "rotation": 270}, 11 / 20),
    ],
)  # fmt: skip
def test_a_picture_is_upright_and_its_pixels_are_square(
    storage: Storage, tmp_path: Path, options: dict[str, object], shape: float
):
    video = imported(storage, movies.constant(tmp_path / "film.mp4", 3, **options))
    found = PreviewMaker(storage).made(video, 0, 3)
    assert found is not None
    assert (found.width, found.height) == size_of(video)
    assert found.width / found.height == pytest.approx(shape, rel=0.03)
    assert found.width <= BOX[0]
    assert found.height <= BOX[1]
    assert found.width > BOX[0] - 2 or found.height > BOX[1] - 2


def test_what_is_kept_is_not_made_again(storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    video = imported(storage, movies.constant(tmp_path / "film.mp4", 24))
    first = PreviewMaker(storage).made(video, 0, 24)
    monkeypatch.setattr(previews, "laid_out", None)
    assert PreviewMaker(storage).made(video, 0, 24) == first


def test_another_table_another_version_and_damage_make_it_anew(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    video = imported(storage, movies.constant(tmp_path / "film.mp4", 24))
    maker = PreviewMaker(storage)
    first = maker.made(video, 0, 24)
    assert maker.kept(replace(video, pts_table_hash="ee" * 32), 0, 24) is None
    monkeypatch.setattr(previews, "MADE", "previews-next")
    assert maker.kept(video, 0, 24) is None
    assert maker.made(video, 0, 24) == first == maker.kept(video, 0, 24)
    for damaged in (
        b"",
        b"something else",
        b"videolect-previews\n\xff\xff\xff\xff{",
        b"videolect-previews\n\2\0\0\0{}",
    ):
        storage.put_bytes(PREVIEWS, video.hash, damaged)
        assert maker.kept(video, 0, 24) is None
        assert maker.made(video, 0, 24) == first == maker.kept(video, 0, 24)
    file = next(path for path in (tmp_path / "films" / PREVIEWS).rglob("*") if path.is_file())
    file.write_bytes(file.read_bytes()[:-9])
    assert maker.kept(video, 0, 24) is None
    assert maker.made(video, 0, 24) == first == maker.kept(video, 0, 24)


def test_a_film_that_cannot_be_decoded_has_none_and_is_not_tried_again(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    video = imported(storage, movies.constant(tmp_path / "film.mp4", 24))
    with storage.local(video.hash) as path:
        data = path.read_bytes()
        path.chmod(0o600)
        path.write_bytes(data[:60])
    maker = PreviewMaker(storage)
    assert maker.made(video, 0, 24) is None
    assert maker.failed(video, 0, 24)
    monkeypatch.setattr(previews, "laid_out", None)
    assert maker.made(video, 0, 24) is None
    assert maker.kept(video, 0, 24) is None


def test_a_film_whose_bytes_are_gone_has_none_until_they_are_back(storage: Storage, tmp_path: Path):
    path = movies.constant(tmp_path / "film.mp4", 24)
    video = imported(storage, path)
    with storage.local(video.hash) as held:
        held.unlink()
    maker = PreviewMaker(storage)
    assert maker.made(video, 0, 24) is None
    assert not maker.failed(video, 0, 24)
    storage.put_file(path)
    assert maker.made(video, 0, 24) is not None
