"""Sheets of small pictures, and the text that says which stands for which time."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tests.support import movies
from tests.support.burn_in import read_burn_in
from videolect.errors import BadInput
from videolect.video.backends import pillow
from videolect.video.probe import probe
from videolect.video.sprites import MOST, choose, sheet
from videolect.video.timeline import Timeline


def test_a_sheet_of_a_film_with_many_entries_decodes_only_these(tmp_path: Path):
    path = movies.constant(tmp_path / "film.mp4", 120, size=(640, 360), gop=24)
    probed = probe(path)
    made = sheet(path, probed, every_s=1.0, height=120, columns=3)
    assert (made.frames, made.exact, made.width) == ((0, 24, 48, 72, 96), False, 214)
    assert made.picture.shape == (240, 642, 3)
    for number, frame in enumerate(made.frames):
        x, y = made.place(number)
        assert read_burn_in(np.ascontiguousarray(made.picture[y : y + 120, x : x + 214])) == frame
    assert not made.picture[120:, 428:].any()
    assert pillow.picture_of(made.jpeg()).shape == made.picture.shape


def test_with_few_entries_the_frames_stand_at_even_times(tmp_path: Path):
    path = movies.constant(tmp_path / "film.mp4", 96, size=(640, 360), gop=250)
    made = sheet(path, probe(path), every_s=1.0, height=120)
    assert (made.frames, made.exact) == ((0, 24, 48, 72), True)
    seen = [read_burn_in(np.ascontiguousarray(made.picture[:, x : x + 214])) for x in range(0, 4 * 214, 214)]
    assert seen == [0, 24, 48, 72]


def test_the_text_covers_the_film_without_a_gap(tmp_path: Path):
    path = movies.late_start(tmp_path / "film.mp4", 72)
    probed = probe(path)
    text = sheet(path, probed, height=90).webvtt(probed.timeline, "sheet.jpg")
    assert text.startswith("WEBVTT\n\n00:00:01.400 --> ")
    cues = re.findall(r"(\S+) --> (\S+)\n(\S+)", text)
    assert [start for start, _, _ in cues[1:]] == [end for _, end, _ in cues[:-1]]
    assert cues[-1][1] == "00:00:04.400"
    assert [place for _, _, place in cues] == [f"sheet.jpg#xywh={x},0,160,90" for x in (0, 160, 320)]


def test_a_turned_film_stands_upright_on_the_sheet(tmp_path: Path):
    path = movies.constant(tmp_path / "film.mp4", 24, size=(640, 360), rotation=90)
    made = sheet(path, probe(path), height=214)
    assert (made.width, made.height) == (120, 214)
    assert read_burn_in(np.ascontiguousarray(np.rot90(made.picture[:, :120]))) == 0


def test_a_long_film_has_a_bounded_sheet():
    table = Timeline(time_base=Fraction(1, 25), pts=np.arange(25 * 7200), end_pts=25 * 7200)
    frames, exact = choose(table, table.duration_s / MOST)
    assert exact
    assert len(frames) <= MOST


def test_a_sheet_that_no_jpeg_can_hold_is_refused(tmp_path: Path):
    path = movies.variable(tmp_path / "film.mp4", 90)
    with pytest.raises(BadInput, match="too large for a JPEG"):
        sheet(path, probe(path), every_s=0.05, height=1000, columns=1)
    assert sheet(movies.constant(tmp_path / "one.mp4", 1), probe(tmp_path / "one.mp4"), every_s=0.001).frames == (0,)


@pytest.mark.parametrize("wrong", [{"every_s": 0}, {"every_s": float("inf")}, {"height": 3}, {"columns": 0}])
def test_what_is_no_sheet_is_refused(tmp_path: Path, wrong: dict[str, int]):
    path = movies.constant(tmp_path / "film.mp4", 3)
    with pytest.raises(BadInput, match="A sheet cannot have"):
        sheet(path, probe(path), **wrong)  # type: ignore[arg-type]
