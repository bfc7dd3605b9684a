"""Black bars are found to the pixel, and dark pictures are not taken for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.support import copies, movies
from videolect.video.bars import BarFinder, Bars, bars_from, find_bars
from videolect.video.frames import frames
from videolect.video.look import luma_of
from videolect.video.probe import probe

SIZE = (270, 480)


def scenes(count: int = 12, *, least: int = 20, most: int = 230, seed: int = 1) -> Iterator[np.ndarray]:
    """Smooth pictures, [270, 480] luma, the odd ones dark."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        coarse = rng.uniform(least, most if number % 2 else (least + most) / 4, (6, 8))
        rows = np.clip(np.arange(SIZE[0]) * 6 // SIZE[0], 0, 5)
        columns = np.clip(np.arange(SIZE[1]) * 8 // SIZE[1], 0, 7)
        yield coarse[rows][:, columns].astype(np.uint8)


def within(picture: np.ndarray, bars: tuple[int, int, int, int], *, black: int = 16, noise: int = 2) -> np.ndarray:
    top, bottom, left, right = bars
    framed = np.random.default_rng(picture.sum()).integers(black - noise, black + noise + 1, picture.shape)
    framed[top : SIZE[0] - bottom, left : SIZE[1] - right] = picture[top : SIZE[0] - bottom, left : SIZE[1] - right]
    return framed.astype(np.uint8)


@pytest.mark.parametrize(
    "bars",
    [
        (36, 36, 0, 0),
        (0, 0, 60, 60),
        (0, 0, 164, 164),  # an upright picture in a wide frame
        (30, 30, 50, 50),
        (40, 0, 0, 0),
        (5, 5, 0, 0),
        (0, 0, 17, 90),
    ],
)
@pytest.mark.parametrize("black", [2, 16])
def test_bars_are_found_to_the_pixel(bars: tuple[int, int, int, int], black: int):
    found = find_bars(within(picture, bars, black=black) for picture in scenes())
    assert found == Bars(top=bars[0], bottom=bars[1], left=bars[2], right=bars[3])


def test_no_bars_no_frames_nothing_but_dark():
    assert find_bars(scenes()) is None
    assert find_bars([]) is None
    assert find_bars(np.full(SIZE, 16, np.uint8) for _ in range(8)) is None
    assert find_bars(within(picture, (40, 40, 0, 0)) // 20 for picture in scenes()) is None


def test_a_line_or_two_at_an_edge_is_no_bar():
    assert find_bars(within(picture, (0, 0, 2, 0)) for picture in scenes()) is None


def test_a_logo_and_subtitles_in_a_bar_do_not_hide_it():
    def written() -> Iterator[np.ndarray]:
        for number, picture in enumerate(scenes()):
            framed = within(picture, (40, 40, 0, 0))
            framed[10:24, 420:460] = 200
            letters = framed[-34:-12, 60 + 5 * number : 400]
            letters[:, ::3] = 235
            yield framed

    assert find_bars(written()) == Bars(top=40, bottom=40, left=0, right=0)


def test_a_title_on_black_has_no_bars():
    def titles() -> Iterator[np.ndarray]:
        for _ in range(8):
            picture = np.full(SIZE, 16, np.uint8)
            picture[125:145, 150:330:2] = 235
            yield picture

    assert find_bars(titles()) is None


def test_a_scene_that_fades_into_the_dark_has_no_bars():
    ramp = np.clip((np.arange(SIZE[0]) - 60) * 1.2, 0, 200)
    night = (16 + np.repeat(ramp[:, None], SIZE[1], axis=1)).astype(np.uint8)
    assert find_bars([night] * 8) is None


def test_bars_that_a_scene_lacks_are_none():
    first, *rest = scenes()
    assert find_bars([first[::-1] // 2 + 90, *(within(picture, (36, 36, 0, 0)) for picture in rest)]) is None


def test_a_bar_beside_the_dark_is_as_wide_as_the_other():
    def dim_at_the_left(picture: np.ndarray) -> np.ndarray:
        slope = np.clip((np.arange(SIZE[1]) - 60) / 200, 0, 1)
        return within((16 + (np.maximum(picture, 60) - 16) * slope).astype(np.uint8), (0, 0, 60, 60))

    found = find_bars(map(dim_at_the_left, scenes()))
    assert found is not None
    assert (found.left, found.right) == (60, 60)


def test_the_tables_may_come_from_another_process():
    finder = BarFinder()
    for picture in scenes():
        finder.see(within(picture, (36, 30, 0, 0)))
        finder.see(np.zeros((9, 9), np.uint8))  # another size: passed over
    assert finder.rows.shape == (2, 270)
    assert bars_from(finder.rows, finder.columns) == finder.bars() == Bars(top=36, bottom=30, left=0, right=0)
    assert finder.bars().as_json() == {"top": 36, "bottom": 30, "left": 0, "right": 0}


@pytest.mark.parametrize("crf", [18, 40])
def test_bars_survive_coding(tmp_path: Path, crf: int):
    film = movies.constant(tmp_path / "film.mp4", 24)
    barred = copies.copy(
        film, tmp_path / "barred.mp4", change=lambda rgb: copies.barred(rgb, top=34, bottom=34), crf=crf
    )
    found = find_bars(map(luma_of, frames(barred, range(0, 24, 3))))
    assert found is not None
    assert max(abs(found.top - 34), abs(found.bottom - 34)) <= 2
    assert (found.left, found.right) == (0, 0)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["nasa_13013.mp4", "car-detection.mp4"])
def test_bars_of_real_clips(tmp_path: Path, clip_path: Callable[[str], Path], name: str):
    source = clip_path(name)
    for change, sides in ((copies.letterboxed, ("top", "bottom")), (copies.pillarboxed, ("left", "right"))):
        path = copies.copy(source, tmp_path / "barred.mp4", end_s=6, change=change, crf=30)
        count = probe(path).video.frames
        pictures = list(frames(path, np.linspace(0, count - 1, 12).astype(int).tolist()))
        found = find_bars(map(luma_of, pictures))
        assert found is not None
        height, width = pictures[0].shape[:2]
        side = height - height / 1.26 if sides[0] == "top" else width - width / 1.34
        for name_of_side in ("top", "bottom", "left", "right"):
            wanted = side / 2 if name_of_side in sides else 0
            assert abs(getattr(found, name_of_side) - wanted) <= 3
    assert find_bars(map(luma_of, frames(source, range(0, 300, 30)))) is None
