"""Still pictures of strangers (JPEG, PNG) as pixels: decoded in the child process, like films."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from videolect.errors import BadInput, CannotRead
from videolect.video.recipe import Fit
from videolect.video.resample import resample
from videolect.video.said import clean
from videolect.video.sandbox import Limits, Refusal, listen


def stills(pictures: Sequence[bytes], limits: Limits | None = None) -> NDArray[np.uint8]:
    """[pictures, height, width, 3] RGB. CannotRead for what is no picture, BadInput where their sizes differ.

    One child decodes them all. ``limits.pixels`` holds for each,
    ``limits.frames`` for their number, ``limits.written_bytes`` for all of them decoded.
    """
    limits = limits or Limits()
    if not 0 < len(pictures) <= limits.frames:
        raise BadInput(f"{len(pictures)} pictures were given.", mend=f"Give 1 to {limits.frames:,}.")
    ends = np.cumsum([len(each) for each in pictures]).tolist()
    spans = [[end - len(each), end] for each, end in zip(pictures, ends, strict=True)]
    with tempfile.NamedTemporaryFile() as file:
        for each in pictures:
            file.write(each)
        file.flush()
        with listen({"what": "stills", "spans": spans}, Path(file.name), limits) as answer:
            if isinstance(answer, Refusal):
                raise _refused(answer)
            head, stream, ended = answer
            sizes = {(int(height), int(width)) for height, width in head["sizes"]}
            if len(sizes) > 1:
                told = " and ".join(f"{width}x{height}" for height, width in sorted(sizes)[:2])
                raise BadInput(f"The pictures of one film are of {told}.", mend="Give all of them one size.")
            height, width = sizes.pop()
            if (size := len(pictures) * height * width * 3) > limits.written_bytes:
                raise BadInput(
                    f"{len(pictures)} pictures of {width}x{height} are {size:,} bytes.",
                    mend=f"Give smaller or fewer ones: {limits.written_bytes:,} bytes at most.",
                )
            made = np.empty((len(pictures), height, width, 3), np.uint8)
            for number, picture in enumerate(made):
                if stream.readinto(picture.data.cast("B")) < picture.nbytes:
                    raise _refused(ended() or Refusal("died", "no reason told"), number)
    return made


def fitted(pictures: NDArray[np.uint8], fit: Fit) -> tuple[NDArray[np.uint8], bool]:
    """The same at a size that fits, and whether they had to be scaled for it."""
    height, width = pictures.shape[1:3]
    if width * height <= fit.most_pixels and not width % fit.multiple and not height % fit.multiple:
        return pictures, False
    return np.stack([resample(picture, fit.size(width, height)) for picture in pictures]), True


def _refused(refusal: Refusal, number: int | None = None) -> CannotRead:
    which = f"Picture {number + 1}" if number is not None else "A picture"
    mend = "Give JPEG or PNG of 8 bits a colour, within the limits."
    return CannotRead(f"{which} cannot be read: {clean(refusal.detail) or refusal.kind}.", mend=mend)
