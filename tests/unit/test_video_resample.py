"""Scaling gives the same bits with torch and without it."""

from __future__ import annotations

import numpy as np
import pytest
from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as st

from videolect.errors import BadInput
from videolect.video.resample import resample, resample_with_numpy

SIZES = [
    ((1080, 1920), (728, 420)),
    ((360, 640), (448, 252)),
    ((100, 77), (200, 300)),
    ((64, 64), (64, 32)),
    ((480, 854), (224, 224)),
    ((7, 5), (3, 2)),
    ((1, 1), (4, 4)),
    ((1600, 1200), (96, 128)),
    ((33, 1000), (1001, 33)),
]


def picture(height: int, width: int) -> np.ndarray:
    """Noise, and a board of black and white squares: sums as small and as large as they can be."""
    made = np.random.default_rng(height * width).integers(0, 256, (height, width, 3), dtype=np.uint8)
    rows, columns = np.mgrid[0:height, 0:width]
    board = ((rows // 3 + columns // 3) % 2 * 255).astype(np.uint8)
    made[: height // 2] = board[: height // 2, :, None]
    return made


@pytest.mark.parametrize(("shape", "size"), SIZES)
def test_the_bits_are_those_of_torch(shape: tuple[int, int], size: tuple[int, int]):
    pytest.importorskip("torch", reason="torch is not installed: the frozen digests below stand for it.")
    from videolect.video.backends.torch_resample import resample_with_torch

    given = picture(*shape)
    assert np.array_equal(resample_with_numpy(given, size), resample_with_torch(given, size))


FROZEN = {
    ((1080, 1920), (728, 420)): "a588a551bdbb8fcb",
    ((100, 77), (200, 300)): "3a3d75b363111149",
    ((1600, 1200), (96, 128)): "c35261f93e9d600d",
}
"""BLAKE3 of what torch 2.13.0 made of these pictures, on a CPU with AVX2."""


@pytest.mark.parametrize(("shape", "size"), FROZEN)
def test_the_bits_are_those_that_torch_once_gave(shape: tuple[int, int], size: tuple[int, int]):
    made = resample_with_numpy(picture(*shape), size)
    assert made.shape == (size[1], size[0], 3)
    assert blake3(made.tobytes()).hexdigest()[:16] == FROZEN[shape, size]


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 90), st.integers(1, 90), st.integers(1, 90), st.integers(1, 90), st.integers(0, 255))
def test_an_even_picture_stays_even(height: int, width: int, new_height: int, new_width: int, value: int):
    """Rounded weights add up to nearly one: a level more or less at most."""
    made = resample_with_numpy(np.full((height, width, 3), value, np.uint8), (new_width, new_height))
    assert made.shape == (new_height, new_width, 3)
    assert np.abs(made.astype(int) - value).max() <= 1


def test_the_same_size_is_the_same_picture():
    given = picture(20, 30)
    assert resample(given, (30, 20)) is given
    with pytest.raises(BadInput, match="cannot be 0x5"):
        resample(given, (0, 5))
