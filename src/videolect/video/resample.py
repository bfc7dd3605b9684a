"""Bicubic scaling of 8-bit pictures with antialiasing, the same to the last bit with torch and without it.

The reference is ``torch.nn.functional.interpolate(mode="bicubic", antialias=True)`` on uint8, which is what the image
processors of Qwen3-VL use: on floating-point pictures the same call differs by up to four levels, Pillow by one. It
works in whole numbers: weights of Keys' cubic (a = -0.5), stretched by the scale, are rounded to 16 bits, rows are
scaled before columns, and what lies between is rounded to 8 bits. Here the sums are made by matrix products in single
precision, in which they are exact (below 2 to the 24th), over short stretches of a row, as most weights of a whole one
are zero.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from videolect.errors import BadInput

NAME = "bicubic-aa-uint8"
"""In recipes: whoever changes a pixel of what this gives changes the name."""

_STRETCH = 32
"""Columns that are made by one product: wide enough for the product to be quick, narrow enough to hold few zeros."""
_LINES = 24
"""Lines at a time: what is made of them stays in the processor's cache, and the products too small for several
threads."""
_EXACT_SHIFT = 16
"""The absolute weights of one column add up to less than 1.3 times 2 to the shift, and a sample is at most 128 from the
middle: up to this shift every sum stays below 2 to the 24th, where single precision ends to be exact."""


def resample(picture: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """A picture [height, width, 3] at another size (width, height). BadInput where a side is not 1 or more."""
    width, height = size
    if width < 1 or height < 1:
        raise BadInput(f"A picture cannot be {width}x{height}.", mend="Give sides of 1 or more.")
    if picture.shape[:2] == (height, width):
        return picture
    if "torch" in sys.modules:  # never loaded for this: it takes seconds, and the pixels are the same
        from videolect.video.backends.torch_resample import resample_with_torch

        return resample_with_torch(picture, size)
    return resample_with_numpy(picture, size)


def resample_with_numpy(picture: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """The same without torch: three to seven times slower."""
    width, height = size
    across = _along_rows(picture, width) if picture.shape[1] != width else picture
    if picture.shape[0] == height:
        return across
    turned = np.ascontiguousarray(across.transpose(1, 0, 2))
    return np.ascontiguousarray(_along_rows(turned, height).transpose(1, 0, 2))


def _along_rows(picture: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    """[lines, columns, 3] -> [lines, width, 3]."""
    lines, columns, colours = picture.shape
    stretches, shift = _weights(columns, width)
    kind = stretches[0].weights.dtype
    scale = kind.type(1 / (1 << shift))  # a power of two: exact
    out = np.empty((lines, width, colours), np.uint8)
    for top in range(0, lines, _LINES):
        part = picture[top : top + _LINES]
        # Around zero the sums are half as large.
        planes = part.transpose(2, 0, 1).astype(kind) - kind.type(128)
        planes = planes.reshape(colours * len(part), columns)
        made = np.empty((colours * len(part), width), kind)
        for stretch in stretches:
            old = planes[:, stretch.old : stretch.old + len(stretch.weights)]
            np.matmul(old, stretch.weights, out=made[:, stretch.new])
            made[:, stretch.new] += stretch.rest
        made *= scale
        np.floor(made, out=made)
        np.clip(made + kind.type(128), 0, 255, out=made)
        out[top : top + _LINES] = made.reshape(colours, len(part), width).transpose(1, 2, 0)
    return out


@dataclass(frozen=True, slots=True)
class _Stretch:
    """New columns that are made by one product."""

    old: int
    """The first old column that they are made from."""
    new: slice
    weights: NDArray[Any]
    """[old columns, new columns], whole numbers."""
    rest: NDArray[Any]
    """[new columns]: half a step, and what the weights' sums lack, times 128."""


@lru_cache(maxsize=64)
def _weights(columns: int, width: int) -> tuple[tuple[_Stretch, ...], int]:
    """The stretches of the new row, and by how many bits the weights were shifted."""
    ratio = columns / width
    stretch = max(ratio, 1.0)
    support = 2.0 * stretch
    rows = []
    for column in range(width):
        centre = ratio * (column + 0.5)
        first = max(int(centre - support + 0.5), 0)
        behind = min(int(centre + support + 0.5), columns)
        weights = _cubic((np.arange(first, behind) - centre + 0.5) / stretch)
        rows.append((first, weights / weights.sum()))
    shift = _shift(max(float(weights.max()) for _, weights in rows))
    whole = [(first, np.trunc(weights * (1 << shift) + np.copysign(0.5, weights))) for first, weights in rows]
    kind = np.float32 if shift <= _EXACT_SHIFT else np.float64
    stretches = []
    for at in range(0, width, _STRETCH):
        part = whole[at : at + _STRETCH]
        begin = min(first for first, _ in part)
        block = np.zeros((max(first + len(weights) for first, weights in part) - begin, len(part)))
        for column, (first, weights) in enumerate(part):
            block[first - begin : first - begin + len(weights), column] = weights
        rest = (block.sum(axis=0) - (1 << shift)) * 128 + (1 << (shift - 1))
        stretches.append(_Stretch(begin, slice(at, at + len(part)), block.astype(kind), rest.astype(kind)))
    return tuple(stretches), shift


def _shift(largest: float) -> int:
    """As many bits behind the point as leave the largest weight below 2 to the 15th."""
    shift = 0
    while shift < 22 and int(0.5 + largest * (1 << (shift + 1))) < 1 << 15:
        shift += 1
    return shift


def _cubic(x: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Keys 1981 with a = -0.5."""
    a = -0.5
    x = np.abs(x)
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = (((x - 5) * x + 8) * x - 4) * a
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))
