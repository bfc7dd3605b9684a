"""The picture that is asked for is the picture that comes: frame numbers are burnt in and read back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from tests.support import movies
from tests.support.burn_in import read_burn_in
from videolect.errors import BadInput, CannotRead
from videolect.video.frames import frames, take
from videolect.video.probe import probe
from videolect.video.recipe import Fit, Recipe
from videolect.video.resample import resample
from videolect.video.sampling import At, Uniform
from videolect.video.sandbox import Limits

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


# ------------------------------------------------------------------------------------------ what need not be decoded


MEDIUM = {"preset": "medium", "x264-params": "keyint=24:min-keyint=24:scenecut=0:bframes=3:b-pyramid=normal:b-adapt=0"}
SPARED: dict[str, Callable[[Path], Path]] = {
    "pyramid.mp4": lambda path: movies.constant(path, 96, bframes=3, options=MEDIUM),
    "pyramid.mkv": lambda path: movies.constant(path, 96, bframes=3, options=MEDIUM, time_base=Fraction(1, 1000)),
    "pyramid.ts": lambda path: movies.constant(path, 96, bframes=3, options=MEDIUM, time_base=Fraction(1, 90000)),
    "open.mp4": lambda path: movies.open_groups(path, 96),
    "fragments.mp4": lambda path: movies.constant(
        path, 96, bframes=3, options=MEDIUM, container_options={"movflags": "frag_keyframe+empty_moov"}
    ),
    "hevc.mp4": lambda path: movies.constant(path, 96, codec="libx265", bframes=3, options={"preset": "medium"}),
    "vp9.webm": lambda path: movies.constant(path, 96, codec="libvpx-vp9", time_base=Fraction(1, 1000)),
    "vp8.webm": lambda path: movies.constant(path, 96, codec="libvpx", time_base=Fraction(1, 1000)),
    "av1.mp4": lambda path: movies.constant(path, 96, codec="libsvtav1"),
    "mpeg4.avi": lambda path: movies.constant(path, 96, codec="mpeg4", time_base=Fraction(1, 24)),
    "mpeg2.ts": lambda path: movies.movie(path, range(96), codec="mpeg2video", time_base=Fraction(1, 24)),
    "mjpeg.avi": lambda path: movies.constant(
        path, 96, codec="mjpeg", pixel_format="yuvj420p", time_base=Fraction(1, 24)
    ),
    "late.mp4": lambda path: movies.late_start(path, 96),
}


@pytest.mark.parametrize(("name", "threads"), [*((name, 1) for name in SPARED), ("pyramid.mp4", 3), ("hevc.mp4", 3)])
def test_what_is_spared_changes_no_pixel(tmp_path: Path, name: str, threads: int):
    """Few frames, from the middle of groups and from their edges, beside the same frames when all are decoded."""
    path = SPARED[name](tmp_path / name)
    table, limits = probe(path).timeline, Limits(threads=threads)
    every = [picture.tobytes() for picture in frames(path, range(table.frame_count), timeline=table, limits=limits)]
    for wanted in ([0, 95], [23, 24, 25], [1, 47, 73], [14, 27, 30, 66, 90]):
        given = [picture.tobytes() for picture in frames(path, wanted, timeline=table, limits=limits)]
        assert [every[index] == picture for index, picture in zip(wanted, given, strict=True)] == [True] * len(wanted)


def test_a_table_that_names_wrong_places_to_begin_costs_time_and_no_frame(tmp_path: Path):
    path = SPARED["pyramid.mp4"](tmp_path / "film.mp4")
    table = probe(path).timeline
    assert table.starts == (0, 24, 48, 72)
    wrong = replace(table, starts=(0, 30, 61, 95))
    wanted = [3, 31, 32, 62, 95]
    assert [read_burn_in(picture) for picture in frames(path, wanted, timeline=wrong)] == wanted


def test_a_container_that_calls_every_frame_a_key_frame_is_not_believed(tmp_path: Path):
    """MPEG-4 part 2 in MP4 without its table of key frames: all of them count as such."""
    path = movies.constant(tmp_path / "film.mp4", 60, codec="mpeg4", bframes=0, gop=300)
    every = [picture.tobytes() for picture in frames(path, range(60))]
    data = path.read_bytes()
    assert data.count(b"stss") == 1
    path.write_bytes(data.replace(b"stss", b"free"))
    for wanted in ([20], [5, 30, 59], list(range(60))):
        assert [picture.tobytes() for picture in frames(path, wanted)] == [every[index] for index in wanted]


def test_a_missing_frame_is_told_and_no_other_takes_its_place(tmp_path: Path):
    times = movies.evenly(72, movies.CONSTANT, Fraction(1, 12800))
    whole = movies.movie(tmp_path / "whole.mp4", times)
    table = probe(whole).timeline
    movies.movie(whole, times[:30] + times[31:])
    running = frames(whole, [3, 30, 60], timeline=table)
    assert read_burn_in(next(running)) == 3
    with pytest.raises(CannotRead, match="no longer gives frame 30"):
        next(running)


def test_when_the_time_runs_out_in_the_midst_that_is_what_is_said(tmp_path: Path):
    path = movies.constant(tmp_path / "film.mp4", 240, size=(1280, 720))
    table = probe(path).timeline
    running = frames(path, range(240), timeline=table, limits=Limits(seconds=2))
    next(running)
    time.sleep(2.5)
    with pytest.raises(CannotRead, match="could not be decoded within"):
        list(running)


def test_the_first_key_frame_of_matroska_is_a_place_to_begin(tmp_path: Path):
    path = SPARED["pyramid.mkv"](tmp_path / "film.mkv")
    assert probe(path).timeline.starts == (0, 24, 48, 72)


def test_open_groups_are_no_places_to_begin(tmp_path: Path):
    assert probe(movies.open_groups(tmp_path / "open.mp4", 96)).timeline.starts == (0,)


def test_a_film_that_changes_its_size_gives_pictures_of_one_size(tmp_path: Path):
    small = movies.constant(tmp_path / "a.ts", 24, size=(320, 180), time_base=Fraction(1, 90000))
    large = movies.movie(
        tmp_path / "b.ts", movies.evenly(24, movies.CONSTANT, Fraction(1, 90000), 90000), time_base=Fraction(1, 90000),
        size=(640, 360),
    )  # fmt: skip
    both = tmp_path / "both.ts"
    both.write_bytes(small.read_bytes() + large.read_bytes())
    found = list(frames(both, [2, 40]))
    assert [picture.shape for picture in found] == [(180, 320, 3)] * 2
    assert read_burn_in(found[0]) == 2
    assert read_burn_in(found[1]) == 16


# --------------------------------------------------------------------------------------------------- by a recipe


def test_frames_of_a_recipe_are_those_it_picks_at_its_size(tmp_path: Path):
    path = movies.constant(tmp_path / "film.mp4", 48, size=(640, 360))
    probed = probe(path)
    recipe = Recipe(pick=Uniform(count=5), size=Fit(most_pixels=320 * 192, multiple=32))
    found = take(path, recipe, probed)
    assert found.indices == (0, 11, 23, 35, 47)
    assert found.pts == tuple(probed.timeline.pts_of(index) for index in found.indices)
    assert found.times_s[1] == pytest.approx(11 / 24, abs=1e-4)
    assert found.pictures.shape == (5, 160, 320, 3)
    assert [read_burn_in(picture) for picture in found.pictures] == list(found.indices)
    full = next(frames(path, [11], timeline=probed.timeline))
    assert np.array_equal(found.pictures[1], resample(full, (320, 160)))
    part = take(path, replace(recipe, resampler="area"), probed, start=24, end=36)
    assert part.indices == (24, 26, 29, 32, 35)
    assert [read_burn_in(picture) for picture in part.pictures] == list(part.indices)


@pytest.mark.parametrize("rotation", [90, 180, 270])
@pytest.mark.parametrize("resampler", ["bicubic", "area"])
def test_a_turned_film_stands_upright(tmp_path: Path, rotation: int, resampler: Any):
    """The film is as a telephone that was turned writes it: what is upright lies on its side in the file."""
    lying = movies.constant(tmp_path / "lying.mp4", 12, size=(640, 360), rotation=rotation)
    probed = probe(lying)
    assert probed.video.rotation == rotation
    given = take(lying, Recipe(pick=At(frames=(7,)), resampler=resampler), probed).pictures[0]
    assert given.shape[:2] == ((360, 640) if rotation == 180 else (640, 360))
    back = np.rot90(given, rotation // 90)
    assert read_burn_in(np.ascontiguousarray(back)) == 7
    as_coded = take(lying, Recipe(pick=At(frames=(7,)), resampler=resampler, upright=False), probed).pictures[0]
    assert read_burn_in(as_coded) == 7


def test_pixels_that_are_not_square_are_made_so(tmp_path: Path):
    path = movies.constant(tmp_path / "wide.mp4", 12, size=(360, 288), sample_aspect=Fraction(64, 45))
    recipe = Recipe(pick=Uniform(count=1), size=Fit(most_pixels=512 * 288, multiple=32))
    assert take(path, recipe, probe(path)).pictures.shape == (1, 288, 512, 3)


def test_untagged_pictures_have_the_colours_of_their_size(tmp_path: Path):
    """A saturated red that BT.601 and BT.709 read differently."""
    for size, green in (((320, 180), 0), ((1280, 720), 23)):
        path = tmp_path / f"{size[0]}.mkv"
        with av.open(str(path), "w") as out:
            stream = out.add_stream("ffv1", rate=24)
            stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
            red = av.VideoFrame(*size, "yuv420p")
            for plane, value in zip(red.planes, (81, 90, 240), strict=True):
                plane.update(bytes([value]) * plane.buffer_size)
            red.pts = 0
            out.mux(stream.encode(red))
            out.mux(stream.encode(None))
        picture = next(frames(path, [0]))
        assert abs(int(picture[90, 90, 1]) - green) <= 2
