"""Looks are what they say they are, and come back from bytes and JSON as they went."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tests.support import movies
from videolect.errors import BadInput, CannotRead
from videolect.video.look import (
    BACK,
    MIRROR,
    RATE,
    RECIPE,
    Fingerprint,
    fingerprint,
    hashes,
    sample_frames,
)
from videolect.video.probe import probe
from videolect.video.timeline import Timeline


def pictures(count: int = 6, *, seed: int = 5) -> np.ndarray:
    """[count, 96, 96]: coarse patches, never symmetric."""
    coarse = np.random.default_rng(seed).integers(20, 230, (count, 12, 12), dtype=np.uint8)
    return coarse.repeat(8, axis=1).repeat(8, axis=2)


def bits(look: np.uint64) -> np.ndarray:
    return np.array([(int(look) >> place) & 1 for place in range(64)]).reshape(8, 8)


def test_a_look_is_the_signs_of_the_cosine_transform():
    picture = pictures(1)[0]
    small = picture.reshape(32, 3, 32, 3).mean(axis=(1, 3))
    at = (2 * np.arange(32) + 1) * np.pi / 64
    wanted = np.zeros((8, 8), int)
    for row in range(8):
        for column in range(8):
            down = 8 if (row, column) == (0, 0) else row
            wanted[row, column] = (small * np.outer(np.cos(down * at), np.cos(column * at))).sum() > 0
    assert np.array_equal(bits(hashes(picture[None])[0][0]), wanted)


def test_the_look_of_the_mirrored_picture_is_known_without_it():
    looks, contrast, changes, motion = hashes(pictures())
    flipped, _, flipped_changes, _ = hashes(np.ascontiguousarray(pictures()[:, :, ::-1]))
    assert np.array_equal(looks ^ MIRROR, flipped)
    assert np.array_equal((changes ^ MIRROR)[BACK:], flipped_changes[BACK:])
    assert (contrast > 0).all()
    assert (motion[:BACK] == 0).all()
    assert (motion[BACK:] > 0).all()


def test_bars_do_not_count():
    plain = pictures()
    barred = np.zeros((len(plain), 120, 96), np.uint8)
    barred[:, 12:108] = plain
    assert np.array_equal(hashes(barred)[0], hashes(plain)[0])


def test_black_has_no_contrast_and_a_still_no_motion():
    black = np.full((6, 96, 96), 16, np.uint8)
    assert not hashes(black)[1].any()
    still = pictures(1).repeat(6, axis=0)
    _, contrast, _, motion = hashes(still)
    assert (contrast > 20).all()
    assert not motion.any()


def test_slow_films_show_a_frame_several_times_and_short_ones_once():
    def table(count: int, step: int) -> Timeline:
        return Timeline(time_base=Fraction(1, 1000), pts=np.arange(count) * step, end_pts=count * step)

    assert sample_frames(table(3, 1000), 0, 3000).tolist() == [0] * RATE + [1] * RATE + [2] * RATE
    assert sample_frames(table(2, 10), 0, 20).tolist() == [1]
    assert sample_frames(table(100, 40), 1000, 2000).tolist() == [28, 34, 40, 46]
    with pytest.raises(BadInput, match="no stretch"):
        sample_frames(table(3, 1000), 0, 3001)


@pytest.fixture
def taken(tmp_path: Path) -> Fingerprint:
    path = movies.constant(tmp_path / "film.mp4", 30)
    return fingerprint(path, probe(path))


def test_a_fingerprint_comes_back_as_it_went(taken: Fingerprint):
    assert len(taken.looks) == 5
    assert taken.duration_s == pytest.approx(1.25)
    assert Fingerprint.from_bytes(taken.to_bytes()) == taken
    line = json.loads(json.dumps(taken.as_json()))
    assert Fingerprint.from_json(line) == taken
    assert (line["recipe"], line["shot_id"], line["video_hash"]) == (RECIPE, taken.shot_id, taken.video_hash)


def test_a_part_of_a_film_has_its_own(tmp_path: Path):
    path = movies.constant(tmp_path / "film.mp4", 48)
    whole, part = (fingerprint(path, probe(path), start_pts=start) for start in (None, 12800))
    assert part.shot_id != whole.shot_id
    assert np.array_equal(part.looks, whole.looks[4:])


def test_damage_and_other_recipes_are_refused(taken: Fingerprint):
    data, line = taken.to_bytes(), taken.as_json()
    for wrong in (b"", data[:-1], data + b"\0", b"x" + data[1:], data[:17]):
        with pytest.raises(CannotRead, match="no fingerprint"):
            Fingerprint.from_bytes(wrong)
    for change in ({"recipe": "look-0"}, {"video_hash": "cd" * 32}, {"data": "?"}, {"data": 3}):
        with pytest.raises(CannotRead, match="no fingerprint"):
            Fingerprint.from_json({**line, **change})
    with pytest.raises(CannotRead, match="no fingerprint"):
        Fingerprint.from_json({"recipe": RECIPE})
