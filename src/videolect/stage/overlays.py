"""What is laid over a picture, drawn with Pillow: titles, subtitles, watermarks, interfaces, borders."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from videolect.stage.camera.render import Picture
from videolect.stage.effects import OVERLAYS, Effect


def laid_over(picture: Picture, number: int, overlays: Sequence[Effect]) -> Picture:
    """The picture with what is laid over it at this frame."""
    shown = [each for each in overlays if each.what in OVERLAYS and each.start_frame <= number < each.end_frame]
    if not shown:
        return picture
    image = Image.fromarray(picture)
    draw = ImageDraw.Draw(image, "RGBA")
    width, height = image.size
    for effect in shown:
        _DRAW[effect.what](draw, width, height, effect.words, number)
    return np.asarray(image)


def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(max(7, round(size)))


def _title(draw: ImageDraw.ImageDraw, width: int, height: int, words: str, number: int) -> None:
    draw.text((width / 2, height / 2), words, font=_font(height * 0.14), anchor="mm", fill=(255, 255, 255, 235))


def _subtitle(draw: ImageDraw.ImageDraw, width: int, height: int, words: str, number: int) -> None:
    draw.text(
        (width / 2, height * 0.92), words, font=_font(height * 0.07), anchor="mm", fill=(255, 255, 255, 255),
        stroke_width=1, stroke_fill=(0, 0, 0, 220),
    )  # fmt: skip


def _watermark(draw: ImageDraw.ImageDraw, width: int, height: int, words: str, number: int) -> None:
    draw.text((width * 0.97, height * 0.95), words, font=_font(height * 0.065), anchor="rs", fill=(255, 255, 255, 120))


def _hud(draw: ImageDraw.ImageDraw, width: int, height: int, words: str, number: int) -> None:
    green = (120, 255, 150, 220)
    draw.rectangle((width * 0.04, height * 0.06, width * 0.28, height * 0.11), outline=green)
    draw.rectangle((width * 0.04, height * 0.06, width * (0.22 - 0.0006 * (number % 120)), height * 0.11), fill=green)
    draw.text((width * 0.96, height * 0.06), words, font=_font(height * 0.065), anchor="ra", fill=green)
    x, y, r = width * 0.88, height * 0.82, height * 0.11
    draw.ellipse((x - r, y - r, x + r, y + r), outline=green)
    draw.line((width / 2 - 6, height / 2, width / 2 + 6, height / 2), fill=green)
    draw.line((width / 2, height / 2 - 6, width / 2, height / 2 + 6), fill=green)


def _border(draw: ImageDraw.ImageDraw, width: int, height: int, words: str, number: int) -> None:
    draw.rectangle((0, 0, width - 1, height - 1), outline=(245, 240, 225, 255), width=max(3, round(height * 0.045)))


_DRAW = {"title": _title, "subtitle": _subtitle, "watermark": _watermark, "hud": _hud, "border": _border}
