"""``videolect video frames``: frames as a recipe makes them."""

from __future__ import annotations

import argparse
import json
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

from videolect.cli.video.paths import existing, made
from videolect.files import write_whole
from videolect.video.backends import pillow
from videolect.video.cache import FrameCache
from videolect.video.frames import take
from videolect.video.probe import probe
from videolect.video.recipe import Fit, Fixed, Recipe, rate_of
from videolect.video.sampling import At, Rate, Sampling, Uniform


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    parser.add_argument("file", type=Path, metavar="FILE")
    rule = parser.add_mutually_exclusive_group()
    rule.add_argument(
        "--count", type=int, metavar="N", help="so many, evenly in time, first and last among them (default 16)"
    )
    rule.add_argument("--fps", type=_fraction, metavar="RATE", help="so many a second: 2, 0.5, 24000/1001")
    rule.add_argument("--at", type=_numbers, metavar="N,N,...", help="these frames, by number from 0")
    parser.add_argument("--most", type=int, default=768, metavar="N", help="with --fps: at most so many (default 768)")
    parser.add_argument(
        "--range", type=_range, default=(0, None), metavar="A:B", help="of the frames from A up to B, B not included"
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--size", type=_size, metavar="WxH", help="at this size (default: as coded)")
    size.add_argument(
        "--most-pixels", type=int, metavar="N", help="as large as so many pixels allow, sides multiples of 32"
    )
    parser.add_argument(
        "--resampler", choices=("bicubic", "area"), default="bicubic", help="as models see it, or quicker"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="write them there as PNG, and recipe.json")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep them there, and take them from there next time")


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Frames of a file as a recipe makes them: which, when they are shown, and under which hash others find the
    same."""
    recipe = _recipe(asked)
    probed = probe(existing(asked.file))
    start, end = asked.range
    began = time.perf_counter()
    if asked.cache is not None:
        found = FrameCache(asked.cache).take(asked.file, recipe, probed, start=start, end=end)
    else:
        found = take(asked.file, recipe, probed, start=start, end=end)
    seconds = time.perf_counter() - began
    if asked.out is not None:
        made(asked.out)
        for index, picture in zip(found.indices, found.pictures, strict=True):
            write_whole(asked.out / f"{index:06d}.png", pillow.png(picture))
        write_whole(asked.out / "recipe.json", (json.dumps(recipe.as_json(), indent=1) + "\n").encode())
    return 0, {
        "file": probed.video.file_name,
        "hash": probed.video.hash,
        "pts_table_hash": found.pts_table_hash,
        "recipe": recipe.as_json(),
        "recipe_hash": found.recipe_hash,
        "width": found.pictures.shape[2],
        "height": found.pictures.shape[1],
        "frames": [
            {"index": index, "pts": pts, "seconds": at}
            for index, pts, at in zip(found.indices, found.pts, found.times_s, strict=True)
        ],
        "seconds": seconds,
        "out": None if asked.out is None else str(asked.out),
    }


def _recipe(asked: argparse.Namespace) -> Any:
    rule: Sampling = Uniform(count=16 if asked.count is None else asked.count)
    if asked.fps is not None:
        rule = Rate(per_second=asked.fps, most=asked.most)
    elif asked.at is not None:
        rule = At(frames=asked.at)
    size: Fit | Fixed | None = None
    if asked.size is not None:
        size = Fixed(width=asked.size[0], height=asked.size[1])
    elif asked.most_pixels is not None:
        size = Fit(most_pixels=asked.most_pixels)
    return Recipe(pick=rule, size=size, resampler=asked.resampler)


def _fraction(text: str) -> Fraction:
    try:
        return rate_of(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no number such as 2, 0.5 or 24000/1001") from None


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no list of numbers such as 0,24,48") from None


def _range(text: str) -> tuple[int, int | None]:
    start, colon, end = text.partition(":")
    try:
        if not colon:
            raise ValueError
        return int(start or 0), int(end) if end else None
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no range such as 24:48, :48 or 24:") from None


def _size(text: str) -> tuple[int, int]:
    width, cross, height = text.lower().partition("x")
    if not (cross and width.isdecimal() and height.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no size such as 448x252")
    return int(width), int(height)


def render(answer: dict[str, Any]) -> str:
    """The same for people."""
    size, made = f"{answer['width']}x{answer['height']}", f"in {answer['seconds']:.2f} s"
    lines = [
        f"{len(answer['frames'])} frames of {answer['file']}, {size}, {made}; recipe {answer['recipe_hash'][:12]}",
        *(f"  {frame['index']:6d}  {frame['seconds']:9.3f} s" for frame in answer["frames"]),
    ]
    return "\n".join([*lines, *([f"They stand in {answer['out']}."] if answer["out"] else [])])
