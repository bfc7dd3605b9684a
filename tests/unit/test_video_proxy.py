"""A proxy shows frame for frame what the video shows, and browsers play it and seek in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tests.support import movies
from tests.support.burn_in import read_burn_in
from videolect.errors import CannotRead, MissingExtra
from videolect.video.backends import pyav
from videolect.video.frames import frames
from videolect.video.probe import Probed, probe, refused
from videolect.video.proxy import needs_proxy, proxy
from videolect.video.sandbox import Limits, Refusal

FILMS: dict[str, Callable[[Path], Path]] = {
    "hevc.mp4": lambda path: movies.constant(path, 60, codec="libx265"),
    "open.mp4": lambda path: movies.open_groups(path, 72),
    "mpeg4.avi": lambda path: movies.movie(path, range(60), codec="mpeg4", time_base=Fraction(1, 24)),
    "variable.mkv": lambda path: movies.variable(path, 60, codec="libx265"),
    "ten_bits.mkv": lambda path: movies.constant(path, 48, codec="libx265", pixel_format="yuv420p10le"),
    "late.ts": lambda path: movies.movie(
        path, movies.evenly(48, movies.CONSTANT, Fraction(1, 90000), 126_000), time_base=Fraction(1, 90000)
    ),
    "turned.mov": lambda path: movies.constant(path, 24, codec="libx265", rotation=90, size=(640, 360)),
}


@pytest.mark.parametrize("name", FILMS)
def test_a_proxy_shows_the_same_frames_at_the_same_times(tmp_path: Path, name: str):
    path = FILMS[name](tmp_path / name)
    probed = probe(path)
    assert needs_proxy(probed)
    with proxy(path, probed, folder=tmp_path) as made:
        assert made.probed.video.codec == "h264"
        shows_the_same(path, probed, made.path, made.probed)
    assert not made.path.exists()
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["open.mp4", "variable.mkv", "turned.mov"])
def test_an_ffmpeg_without_x264_makes_it_in_vp9(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str):
    path = FILMS[name](tmp_path / name)
    probed = probe(path)
    video, table = probed.video, probed.timeline
    monkeypatch.setattr(pyav, "ENCODERS", ("not-in-this-ffmpeg", *pyav.ENCODERS[1:]))
    out = tmp_path / "proxy.mp4"
    size = (video.width, video.height)
    times = table.pts.tolist()
    pyav.write_proxy(str(path), times, str(out), threads=1, size=size, fps=table.mean_rate)
    made = probe(out)
    assert made.video.codec == "vp9"
    shows_the_same(path, probed, out, made)


def test_an_ffmpeg_without_an_encoder_says_which_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = FILMS["hevc.mp4"](tmp_path / "hevc.mp4")
    monkeypatch.setattr(pyav, "ENCODERS", ("one", "other"))
    with pytest.raises(pyav.Refused, match="no_encoder") as refusal:
        pyav.write_proxy(str(path), [0], str(tmp_path / "proxy.mp4"), threads=1, size=(320, 180), fps=24)
    words = str(refused(path, Refusal(refusal.value.kind, refusal.value.detail)))
    assert "lacks one and other" in words
    assert "pip install" in words
    with pytest.raises(MissingExtra, match="lacks one and other"):
        pyav.write_mp4(tmp_path / "ours.mp4", [], fps=Fraction(24), size=(320, 180))


def shows_the_same(path: Path, probed: Probed, out: Path, made: Probed) -> None:
    """``out`` is played by browsers, opens at least once a second, and frame for frame is what ``path`` shows."""
    video, table = made.video, made.timeline
    assert (video.browser_playable, table.unreachable, table.detours) == (True, (), ())
    assert (video.pixel_format, video.rotation) == ("yuv420p", probed.video.rotation)
    assert table.frame_count == probed.timeline.frame_count
    theirs = (probed.timeline.pts - probed.timeline.pts[0]) * float(probed.timeline.time_base)
    assert np.abs((table.pts - table.pts[0]) * float(table.time_base) - theirs).max() < 1e-3
    times = np.array([*table.pts, table.end_pts]) * float(table.time_base)
    assert table.starts[0] == 0
    assert np.diff(times[[*table.starts, -1]]).max() <= 1 + np.diff(times).max()
    wanted = list(range(0, table.frame_count, 7))
    for original, shown in zip(
        frames(path, wanted, timeline=probed.timeline),
        frames(out, wanted, timeline=table),
        strict=True,
    ):
        assert read_burn_in(shown) == read_burn_in(original)


def test_a_slow_film_has_an_entry_for_each_second_at_most(tmp_path: Path):
    times = [*range(0, 3000, 100), *range(3000, 33_000, 3000)]
    path = movies.movie(tmp_path / "slow.mkv", times, time_base=Fraction(1, 1000), codec="libx265", bframes=0)
    with proxy(path, probe(path)) as made:
        table = made.probed.timeline
        seconds = [float(table.pts[at] * table.time_base) for at in table.starts]
    assert seconds == pytest.approx([0, 1, 2, *range(3, 33, 3)], abs=0.01)


def test_what_browsers_play_needs_none(tmp_path: Path):
    assert not needs_proxy(probe(movies.constant(tmp_path / "film.mp4", 24)))


def test_a_large_picture_becomes_smaller_and_keeps_its_shape(tmp_path: Path):
    path = movies.constant(tmp_path / "large.avi", 3, codec="mjpeg", size=(2500, 1440), pixel_format="yuvj420p")
    with proxy(path, probe(path)) as made:
        video = made.probed.video
        assert (video.width, video.height) == (1876, 1080)
        assert float(video.width * video.sample_aspect_ratio / video.height) == pytest.approx(2500 / 1440, rel=1e-3)


def test_a_file_that_changed_or_takes_too_long_gives_no_proxy(tmp_path: Path):
    path = movies.open_groups(tmp_path / "film.mp4", 48)
    probed = probe(path)
    with pytest.raises(CannotRead, match="could not be decoded within"), proxy(path, probed, limits=Limits(seconds=0)):
        pass
    other = replace(probed, timeline=replace(probed.timeline, pts=probed.timeline.pts + 1))
    with pytest.raises(CannotRead, match="gave 0 of its 48 frames"), proxy(path, other):
        pass
    assert [entry.name for entry in tmp_path.iterdir()] == ["film.mp4"]
