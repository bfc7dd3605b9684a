"""Pillow: our own frames as JPEG and PNG, to be sent to a served model. Nothing is decoded here."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from videolect.vlm.served import Still


def still(picture: NDArray[np.uint8], form: Still) -> bytes:
    """[height, width, 3] RGB: as JPEG with its colours at full size, or as PNG, pixel for pixel."""
    out = io.BytesIO()
    if form == "jpeg":
        Image.fromarray(picture).save(out, "JPEG", quality=95, subsampling=0)
    else:
        Image.fromarray(picture).save(out, "PNG", compress_level=1)
    return out.getvalue()
