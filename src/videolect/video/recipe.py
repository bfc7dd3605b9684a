"""A frame recipe: by which rule frames are chosen and how their pixels are made. One hash names all of it.

Training, scoring, captioning and the page name a recipe instead of repeating its numbers, so that they look at the same
pixels; a cache keeps frames under its hash.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

from blake3 import blake3

from videolect.errors import BadInput
from videolect.record.clip import Video
from videolect.video import resample
from videolect.video.sampling import At, Rate, Sampling, Uniform

READER = "videolect-frames-1"
"""How decoded frames become red, green and blue: by the matrix and range that the file names, or BT.709 for an untagged
picture of more than 576 lines and BT.601 below. Whoever changes a pixel of what readers give changes the name."""

Resampler = Literal["bicubic", "area"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fit:
    """As large as ``most_pixels`` allow, never enlarged beyond what that rounding asks; the picture's shape is kept,
    and each side is a multiple of ``multiple``: 32 for Qwen3-VL, whose patches of 16 are merged by two."""

    most_pixels: int
    multiple: int = 32

    def __post_init__(self) -> None:
        if not 1 <= self.multiple <= 1024:
            raise BadInput(f"Sides cannot be multiples of {self.multiple}.", mend="Give 1 to 1024.")
        if not self.multiple**2 <= self.most_pixels <= 1 << 28:
            raise BadInput(
                f"{self.most_pixels:,} pixels do not hold one square of {self.multiple}.",
                mend=f"Allow {self.multiple**2:,} to {1 << 28:,}.",
            )

    def size(self, width: float, height: float) -> tuple[int, int]:
        """(width, height) for a picture of this shape."""
        step = self.multiple
        sides = [max(step, round(side / step) * step) for side in (width, height)]
        if sides[0] * sides[1] > self.most_pixels:
            shrink = math.sqrt(width * height / self.most_pixels)
            sides = [max(step, math.floor(side / shrink / step) * step) for side in (width, height)]
        if sides[0] * sides[1] > self.most_pixels:  # a very long picture, whose short side cannot shrink
            longer = sides.index(max(sides))
            sides[longer] = max(step, self.most_pixels // min(sides) // step * step)
        return sides[0], sides[1]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fixed:
    """This size, whatever the picture's shape."""

    width: int
    height: int

    def __post_init__(self) -> None:
        if not (1 <= self.width <= 1 << 14 and 1 <= self.height <= 1 << 14):
            raise BadInput(f"A picture cannot be {self.width}x{self.height}.", mend=f"Give sides of 1 to {1 << 14:,}.")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The same recipe for the same bytes gives the same pixels; but for films that are damaged, whose gaps a decoder
    fills with whatever it has at hand."""

    pick: Sampling
    size: Fit | Fixed | None = None
    """None: as coded, with the pixels' shape as it is."""
    resampler: Resampler = "bicubic"
    """``bicubic``: as the image processors of Qwen3-VL do it (``resample``). ``area``: by averaging areas while the
    frame is decoded, which is quicker and for people's eyes."""
    upright: bool = True
    """Turned as the file asks players to."""

    def as_json(self) -> dict[str, Any]:
        """What the hash is made of."""
        rule: dict[str, Any]
        match self.pick:
            case Uniform(count=count):
                rule = {"uniform": count}
            case Rate(per_second=rate, most=most):
                rule = {"per_second": str(rate), "most": most}
            case At(frames=frames):
                rule = {"at": list(frames)}
        size: dict[str, int] | None = None
        if isinstance(self.size, Fit):
            size = {"most_pixels": self.size.most_pixels, "multiple": self.size.multiple}
        elif self.size is not None:
            size = {"width": self.size.width, "height": self.size.height}
        return {
            "reader": READER,
            "pick": rule,
            "size": size,
            "resampler": resample.NAME if self.resampler == "bicubic" else "swscale-area",
            "upright": self.upright,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Recipe:
        """What ``as_json`` gave. BadInput where it is none, or of a reader or resampler that is not this one."""
        try:
            names = {resample.NAME: "bicubic", "swscale-area": "area"}
            _only(data, {"reader", "pick", "size", "resampler", "upright"})
            if data["reader"] != READER or data["resampler"] not in names:
                raise BadInput(
                    f"The recipe is for {data['reader']} with {data['resampler']}, and this is {READER}.",
                    mend="Make the frames anew, with a recipe of this version.",
                )
            rule, size = data["pick"], data["size"]
            pick: Sampling
            if "uniform" in rule:
                _only(rule, {"uniform"})
                pick = Uniform(count=_whole(rule["uniform"]))
            elif "per_second" in rule:
                _only(rule, {"per_second", "most"})
                pick = Rate(per_second=rate_of(rule["per_second"]), most=_whole(rule["most"]))
            else:
                _only(rule, {"at"})
                pick = At(frames=tuple(_whole(frame) for frame in rule["at"]))
            sides = {name: _whole(side) for name, side in size.items()} if size is not None else {}
            made = None if size is None else Fit(**sides) if "most_pixels" in sides else Fixed(**sides)
            name: Any = names[data["resampler"]]
            if data["upright"] not in (True, False) or not isinstance(data["upright"], bool):
                raise ValueError("'upright' is true or false")
            return cls(pick=pick, size=made, resampler=name, upright=data["upright"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadInput(f"This is no frame recipe: {error!r}.", mend="Give what Recipe.as_json gave.") from error

    @cached_property
    def hash(self) -> str:
        """BLAKE3 over the recipe's JSON, keys in order."""
        return blake3(json.dumps(self.as_json(), sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    def sizes(self, video: Video) -> tuple[tuple[int, int], tuple[int, int]]:
        """(width, height) of the picture as decoded and scaled, and of what is given, which may be turned."""
        turned = self.upright and video.rotation in (90, 270)
        shape = (video.width * video.sample_aspect_ratio, video.height)
        if self.size is None:
            given = (video.width, video.height)
            return given, given[::-1] if turned else given
        if isinstance(self.size, Fixed):
            given = (self.size.width, self.size.height)
        else:
            width, height = (float(side) for side in (shape[::-1] if turned else shape))
            given = self.size.size(width, height)
        return (given[::-1] if turned else given), given


_RATE = re.compile(r"\d{1,9}(\.\d{1,9})?(/[1-9]\d{0,8})?")


def rate_of(text: object) -> Fraction:
    """A rate that somebody wrote: ``2``, ``0.5``, ``24000/1001``. ValueError for anything else."""
    if not isinstance(text, str) or not _RATE.fullmatch(text):
        raise ValueError(f"{str(text)[:40]!r} is no rate")
    above, _, below = text.partition("/")
    return Fraction(above) / Fraction(below or 1)


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{str(value)[:40]!r} is no whole number")
    return value


def _only(data: Mapping[str, Any], names: set[str]) -> None:
    if unknown := sorted(set(data) - names):
        raise ValueError(f"{unknown[0][:40]!r} is unknown")
