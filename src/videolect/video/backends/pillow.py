"""Pillow: still pictures as JPEG and PNG, written and read. ``opened`` and ``pixels`` take those of strangers, and are
called in the child process only; everything else sees only pictures of our own making."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def jpeg(picture: NDArray[np.uint8], *, quality: int = 85, subsampling: int = 2) -> bytes:
    """[height, width, 3] RGB as JPEG; ``subsampling`` 0 keeps the colours at full size."""
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "JPEG", quality=quality, subsampling=subsampling)
    return out.getvalue()


def png(picture: NDArray[np.uint8]) -> bytes:
    """[height, width, 3] RGB as PNG."""
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG", compress_level=4)
    return out.getvalue()


def picture_of(data: bytes) -> NDArray[np.uint8]:
    """[height, width, 3] RGB of what ``jpeg`` or ``png`` wrote."""
    with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
        return np.array(image.convert("RGB"))


class NoPicture(Exception):
    """Private to the child: what was given is no picture that is taken."""


_DEPTHS = ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr")
"""Modes of 8 bits and fewer: more of them would have to be mapped, and nobody says how."""


def opened(data: bytes, most_pixels: int) -> Image.Image:
    """A JPEG or PNG of which only the head has been read."""
    try:
        image = Image.open(io.BytesIO(data), formats=("JPEG", "PNG"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise NoPicture("it is no JPEG and no PNG") from None
    if image.width * image.height > most_pixels:
        raise NoPicture(f"it has {image.width}x{image.height} pixels; at most {most_pixels:,} are taken")
    if image.mode not in _DEPTHS:
        raise NoPicture(f"it is of the kind {image.mode}, not of 8 bits a colour")
    return image


def pixels(image: Image.Image) -> bytes:
    """Its red, green and blue; what is transparent shows the colour that it hides."""
    try:
        return image.convert("RGB").tobytes()
    except (OSError, ValueError, SyntaxError) as error:
        raise NoPicture(f"its data are damaged ({str(error)[:80]})") from None
