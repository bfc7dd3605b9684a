"""Still pictures of strangers, decoded in the child."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from videolect.errors import BadInput, CannotRead
from videolect.video.recipe import Fit
from videolect.video.sandbox import Limits
from videolect.video.stills import fitted, stills

PICTURES = np.random.default_rng(3).integers(0, 256, (3, 20, 30, 3), dtype=np.uint8)


def encoded(picture: Any, form: str = "PNG", mode: str | None = None) -> bytes:
    out = io.BytesIO()
    image = Image.fromarray(picture)
    (image.convert(mode) if mode else image).save(out, form)
    return out.getvalue()


def test_pixels_come_back_as_they_were():
    assert (stills([encoded(picture) for picture in PICTURES]) == PICTURES).all()


def test_pictures_of_8_bits_become_red_green_and_blue():
    for mode in ("L", "1", "P", "RGBA"):
        made = stills([encoded(PICTURES[0], mode=mode)])
        assert made.shape == (1, 20, 30, 3)
    grey = stills([encoded(PICTURES[0], "JPEG", "L")])
    assert (grey[..., 0] == grey[..., 2]).all()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"hello", "no JPEG and no PNG"),
        (b"", "no JPEG and no PNG"),
        (encoded(PICTURES[0], "BMP"), "no JPEG and no PNG"),
        (encoded(PICTURES[0])[:40], "no JPEG and no PNG|damaged"),
        (encoded(np.zeros((4, 4), np.uint16)), "of the kind I;16"),
    ],
)
def test_what_is_no_picture_is_refused(data: bytes, words: str):
    with pytest.raises(CannotRead, match=words):
        stills([data])


def test_a_damaged_one_is_named_by_its_place():
    with pytest.raises(CannotRead, match="Picture 2 cannot be read: its data are damaged"):
        stills([encoded(PICTURES[0]), encoded(PICTURES[1])[:-700]])


def test_limits_hold_before_anything_is_decoded():
    data = [encoded(picture) for picture in PICTURES]
    with pytest.raises(CannotRead, match="30x20 pixels; at most 500"):
        stills(data, Limits(pixels=500))
    with pytest.raises(BadInput, match="3 pictures were given"):
        stills(data, Limits(frames=2))
    with pytest.raises(BadInput, match="3 pictures of 30x20 are 5,400 bytes"):
        stills(data, Limits(written_bytes=5_399))
    with pytest.raises(BadInput, match="0 pictures"):
        stills([])
    huge = encoded(np.zeros((1, 1, 3), np.uint8)).replace(b"\0\0\0\1\0\0\0\1", b"\0\1\0\0\0\1\0\0", 1)
    with pytest.raises(CannotRead):
        stills([huge])


def test_the_pictures_of_a_film_have_one_size():
    with pytest.raises(BadInput, match="of 30x10 and 30x20"):
        stills([encoded(PICTURES[0]), encoded(PICTURES[0][:10])])


def test_what_fits_stays_as_it_is():
    same, scaled = fitted(PICTURES, Fit(most_pixels=600, multiple=10))
    assert same is PICTURES
    assert not scaled
    smaller, scaled = fitted(PICTURES, Fit(most_pixels=300, multiple=4))
    assert scaled
    assert smaller.shape[1] * smaller.shape[2] <= 300
    assert smaller.shape[1] % 4 == smaller.shape[2] % 4 == 0
