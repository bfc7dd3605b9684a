"""A frame number drawn into the picture so that a machine reads it back: tests compare it with the one they asked for.

The layout, for a reader in any language (the browser's test reads a canvas of any size, the whole picture drawn on it).
``W`` and ``H`` are the width and height of what is read, ``c = min(W / 26, H / 8)`` a cell's side, not rounded.

- 24 cells stand in one row. Cell ``i`` (0..23) covers ``x`` from ``c * (1 + i)`` to ``c * (2 + i)``, ``y`` from ``c``
  to ``2 c``. The value of a cell is the mean of red, green and blue over its middle half (from a quarter to three
  quarters of the side, both ways).
- Cell 0 is white, cell 1 black, cell 22 black, cell 23 white. ``light`` is the smaller of cells 0 and 23, ``dark`` the
  larger of 1 and 22. If ``light - dark < 60`` there is no code. A cell is 1 if its value exceeds ``(light + dark) /
  2``.
- Cells 2..17 are the frame number, 16 bits, the highest first. Cells 18..21 are its check, 4 bits, the highest first:
  the exclusive or of the number's four nibbles and of 10. If it differs there is no code.
- A black band half a cell wide surrounds the row; the same number in decimal digits, for people, stands below it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from videolect.errors import BadInput

Picture = NDArray[np.uint8]
"""[height, width, 3] red, green, blue."""

LAST_NUMBER = (1 << 16) - 1
_CELLS = 24
_CHECK = 10
_LEAST_CONTRAST = 60
_LEAST_CELL = 4
"""Pixels: H.264 at ordinary quality blurs less than a quarter of this."""

# A 3x5 face: one octal digit per row, the highest bit left.
_DIGITS = ["75557", "26227", "71747", "71717", "55711", "74717", "74757", "71111", "75757", "75717"]


def bits_of(number: int) -> list[int]:
    """The 24 cells of a number: guard, 16 bits, 4 bits of check, guard."""
    if not 0 <= number <= LAST_NUMBER:
        raise BadInput(f"{number} cannot be burnt in.", mend=f"Give a frame number from 0 to {LAST_NUMBER:,}.")
    check = _CHECK ^ (number >> 12) ^ (number >> 8 & 15) ^ (number >> 4 & 15) ^ (number & 15)
    return [1, 0, *((number >> k) & 1 for k in range(15, -1, -1)), *((check >> k) & 1 for k in range(3, -1, -1)), 0, 1]


def draw_burn_in(picture: Picture, number: int) -> None:
    """Draw the code of ``number`` into the picture, in place."""
    height, width = picture.shape[:2]
    cell = _cell(width, height)
    if cell < _LEAST_CELL:
        raise BadInput(
            f"A picture of {width}x{height} is too small for a frame number.",
            mend=f"Use at least {26 * _LEAST_CELL}x{8 * _LEAST_CELL}.",
        )
    picture[round(cell / 2) : round(cell * 4.4), round(cell / 2) : round(cell * (_CELLS + 1.5))] = 0
    for i, bit in enumerate(bits_of(number)):
        picture[round(cell) : round(cell * 2), round(cell * (1 + i)) : round(cell * (2 + i))] = 255 * bit
    _draw_digits(picture, str(number), left=cell, top=cell * 2.4, dot=cell * 0.32)


def read_burn_in(picture: Picture) -> int | None:
    """The number drawn into the picture, or None where there is none that can be trusted."""
    height, width = picture.shape[:2]
    cell = _cell(width, height)
    if cell < 2:
        return None
    values = []
    for i in range(_CELLS):
        top, bottom = round(cell * 1.25), max(round(cell * 1.75), round(cell * 1.25) + 1)
        left, right = round(cell * (1.25 + i)), max(round(cell * (1.75 + i)), round(cell * (1.25 + i)) + 1)
        values.append(float(picture[top:bottom, left:right].mean()))
    light, dark = min(values[0], values[23]), max(values[1], values[22])
    if light - dark < _LEAST_CONTRAST:
        return None
    bits = [int(value > (light + dark) / 2) for value in values]
    number = int("".join(map(str, bits[2:18])), 2)
    return number if bits == bits_of(number) else None


def _cell(width: int, height: int) -> float:
    return min(width / 26, height / 8)


def _draw_digits(picture: Picture, text: str, *, left: float, top: float, dot: float) -> None:
    for place, digit in enumerate(text):
        for row, octal in enumerate(_DIGITS[int(digit)]):
            for column in range(3):
                if int(octal) >> (2 - column) & 1:
                    x, y = left + (place * 4 + column) * dot, top + row * dot
                    picture[round(y) : round(y + dot), round(x) : round(x + dot)] = 255
