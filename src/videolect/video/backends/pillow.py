"""Pillow: still pictures as JPEG and PNG, written and read. It sees only pictures of our own making."""

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
