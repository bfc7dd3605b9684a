"""The stage: the camera does what its labels say, and burnt-in numbers come back."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.burn_in import LAST_NUMBER, bits_of, draw_burn_in, read_burn_in
from tests.support.village import MOVEMENTS, Movement, render_clip, rendered_frames, true_answers
from videolect.errors import BadInput
from videolect.language import load_spec
from videolect.language.values import Segment
from videolect.video.frames import frames
from videolect.video.probe import probe

SIZE = (192, 108)


def shots(movement: Movement, seconds: float = 2.0, seed: int = 1) -> list[np.ndarray]:
    return list(rendered_frames(movement, seconds=seconds, fps=Fraction(4), size=SIZE, seed=seed))


def shift(before: np.ndarray, after: np.ndarray, rows: slice) -> tuple[int, int]:
    """By how many pixels (right, down) a part of the picture went: the peak of the phase correlation."""
    a, b = (picture[rows].mean(axis=2) - picture[rows].mean() for picture in (before, after))
    cross = np.fft.fft2(b) * np.conj(np.fft.fft2(a))
    peak = np.fft.ifft2(cross / (np.abs(cross) + 1e-6)).real
    down, right = np.unravel_index(int(peak.argmax()), peak.shape)
    h, w = peak.shape
    return int((right + w // 2) % w - w // 2), int((down + h // 2) % h - h // 2)


def test_nothing_moves_when_the_camera_is_static():
    first, *others = shots("static")
    assert all(np.array_equal(first, other) for other in others)


def test_the_picture_goes_against_the_camera():
    whole = slice(0, SIZE[1])
    pan, tilt, truck = (shots(movement) for movement in ("pan_right", "tilt_down", "truck_left"))
    assert shift(pan[3], pan[4], whole)[0] < -2
    assert shift(tilt[3], tilt[4], whole)[1] < -2
    assert shift(truck[3], truck[4], slice(SIZE[1] * 2 // 3, None))[0] > 2


def test_travelling_has_parallax_and_turning_has_none():
    far, near = slice(25, 45), slice(90, None)
    truck, pan = shots("truck_left"), shots("pan_right")
    assert shift(truck[3], truck[4], near)[0] > shift(truck[3], truck[4], far)[0] + 2
    assert abs(shift(pan[3], pan[4], near)[0] - shift(pan[3], pan[4], far)[0]) <= 1


@pytest.mark.parametrize("movement", ["shaky", "zoom_in", "dolly_forward"])
def test_other_movements_change_the_picture(movement: Movement):
    pictures = shots(movement)
    assert np.abs(pictures[0].astype(int) - pictures[-1]).mean() > 3


def test_a_seed_is_a_scene():
    assert np.array_equal(shots("pan_right", 0.5)[0], shots("pan_right", 0.5)[0])
    assert not np.array_equal(shots("static", 0.25, seed=1)[0], shots("static", 0.25, seed=2)[0])


@pytest.mark.parametrize("movement", MOVEMENTS)
def test_the_true_answers_are_a_whole_record(movement: Movement):
    spec = load_spec("core")
    answers = true_answers(movement, frames=96)
    assert spec.check_answers(answers) == ()
    assert spec.contradictions(answers) == ()
    assert spec.normalise(answers) == answers
    # Every question about the clip and its movement is answered that applies.
    headings = {"clip", "scene", "camera", "directions", "following"}
    asked = {id_ for id_ in spec.applicable(answers) if spec.field(id_).group in headings}
    assert asked <= set(answers) | {"support_look", "complex_motion_description"}


def test_the_truth_says_from_when_to_when_the_camera_moves():
    assert true_answers("tilt_down", frames=96)["camera_segments"] == (
        Segment(movements=("tilt_down",), start_frame=0, end_frame=96),
    )
    assert true_answers("tilt_down")["camera_segments"] == (Segment(movements=("tilt_down",)),)
    assert "camera_segments" not in true_answers("shaky")


@pytest.mark.parametrize("movement", ["pan_right", "shaky"])
def test_a_clip_is_a_film_that_browsers_play(tmp_path: Path, movement: Movement):
    path = tmp_path / "clip.mp4"
    answers = render_clip(path, movement=movement, seconds=2, fps=24, size=(320, 180), seed=3, burn_in=True)
    assert answers["has_overlays"] is True
    probed = probe(path)
    assert (probed.video.frames, probed.video.browser_playable, probed.video.problems) == (48, True, ())
    assert [read_burn_in(picture) for picture in frames(path, list(range(48)), timeline=probed.timeline)] == list(
        range(48)
    )
    # The index stands in front, so that playing starts before the whole file is here.
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_the_same_arguments_give_the_same_file(tmp_path: Path):
    for name in ("one.mp4", "two.mp4"):
        render_clip(tmp_path / name, movement="dolly_forward", seconds=0.5, size=SIZE, seed=5)
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()


def test_what_the_stage_does_not_do(tmp_path: Path):
    with pytest.raises(BadInput, match="no movement 'fly'"):
        render_clip(tmp_path / "x.mp4", movement="fly")  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="odd"):
        render_clip(tmp_path / "x.mp4", movement="static", size=(321, 180))
    with pytest.raises(BadInput, match="no frame"):
        render_clip(tmp_path / "x.mp4", movement="static", seconds=0)


# ------------------------------------------------------------------------------------------------------- burnt in


@given(
    number=st.integers(0, LAST_NUMBER),
    width=st.integers(104, 900),
    height=st.integers(40, 600),
    seed=st.integers(0, 99),
)
@settings(max_examples=60, deadline=None)
def test_any_number_comes_back_from_any_picture(number: int, width: int, height: int, seed: int):
    picture = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    draw_burn_in(picture, number)
    assert read_burn_in(picture) == number


def test_half_the_size_still_reads():
    picture = np.full((360, 640, 3), 90, np.uint8)
    draw_burn_in(picture, 4321)
    assert read_burn_in(picture[::2, ::2]) == 4321


def test_without_a_code_there_is_no_number():
    for plain in (0, 128, 255):
        assert read_burn_in(np.full((180, 320, 3), plain, np.uint8)) is None
    assert read_burn_in(np.zeros((4, 4, 3), np.uint8)) is None
    assert sum(read_burn_in(picture) is not None for picture in shots("pan_right")) == 0


def test_one_wrong_cell_is_noticed():
    for cell in range(24):
        picture = np.zeros((180, 320, 3), np.uint8)
        draw_burn_in(picture, 1234)
        side = 320 / 26
        part = np.s_[round(side) : round(2 * side), round(side * (1 + cell)) : round(side * (2 + cell))]
        picture[part] = 255 - picture[part]
        assert read_burn_in(picture) is None


def test_numbers_have_bounds():
    with pytest.raises(BadInput):
        bits_of(LAST_NUMBER + 1)
    with pytest.raises(BadInput, match="too small"):
        draw_burn_in(np.zeros((30, 50, 3), np.uint8), 1)
