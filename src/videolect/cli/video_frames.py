"""``videolect video frames`` and ``videolect video sprite``: frames as a recipe makes them, and sheets of small
ones."""

from __future__ import annotations

import argparse
import json
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

from videolect.errors import BadInput, NotFound


def add_verbs(verbs: Any) -> None:
    """The two verbs."""
    verb = verbs.add_parser("frames", help="take frames as a recipe makes them", description=run_frames.__doc__)
    verb.add_argument("file", type=Path, metavar="FILE")
    rule = verb.add_mutually_exclusive_group()
    rule.add_argument(
        "--count", type=int, metavar="N", help="so many, evenly in time, first and last among them (default 16)"
    )
    rule.add_argument("--fps", type=_fraction, metavar="RATE", help="so many a second: 2, 0.5, 24000/1001")
    rule.add_argument("--at", type=_numbers, metavar="N,N,...", help="these frames, by number from 0")
    verb.add_argument("--most", type=int, default=768, metavar="N", help="with --fps: at most so many (default 768)")
    verb.add_argument(
        "--range", type=_range, default=(0, None), metavar="A:B", help="of the frames from A up to B, B not included"
    )
    size = verb.add_mutually_exclusive_group()
    size.add_argument("--size", type=_size, metavar="WxH", help="at this size (default: as coded)")
    size.add_argument(
        "--most-pixels", type=int, metavar="N", help="as large as so many pixels allow, sides multiples of 32"
    )
    verb.add_argument(
        "--resampler", choices=("bicubic", "area"), default="bicubic", help="as models see it, or quicker"
    )
    verb.add_argument("--out", type=Path, metavar="DIR", help="write them there as PNG, and recipe.json")
    verb.add_argument("--cache", type=Path, metavar="DIR", help="keep them there, and take them from there next time")
    verb.set_defaults(run=run_frames, render=render_frames)

    verb = verbs.add_parser("sprite", help="a sheet of small pictures, with WebVTT", description=run_sprite.__doc__)
    verb.add_argument("file", type=Path, metavar="FILE")
    verb.add_argument("--out", type=Path, required=True, metavar="DIR", help="write sprite.jpg and sprite.vtt there")
    verb.add_argument(
        "--every", type=float, default=1.0, metavar="SECONDS", help="about one picture for so long (default 1)"
    )
    verb.add_argument("--height", type=int, default=90, metavar="LINES", help="of one picture (default 90)")
    verb.add_argument("--columns", type=int, default=10, metavar="N", help="default 10")
    verb.set_defaults(run=run_sprite, render=render_sprite)


def run_frames(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Frames of a file as a recipe makes them: which, when they are shown, and under which hash others find the
    same."""
    from videolect.files import write_whole
    from videolect.video.backends import pillow
    from videolect.video.cache import FrameCache
    from videolect.video.frames import take
    from videolect.video.probe import probe

    recipe = _recipe(asked)
    probed = probe(_file(asked.file))
    start, end = asked.range
    began = time.perf_counter()
    if asked.cache is not None:
        found = FrameCache(asked.cache).take(asked.file, recipe, probed, start=start, end=end)
    else:
        found = take(asked.file, recipe, probed, start=start, end=end)
    seconds = time.perf_counter() - began
    if asked.out is not None:
        _folder(asked.out)
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


def render_frames(answer: dict[str, Any]) -> str:
    """The same for people."""
    size, made = f"{answer['width']}x{answer['height']}", f"in {answer['seconds']:.2f} s"
    lines = [
        f"{len(answer['frames'])} frames of {answer['file']}, {size}, {made}; recipe {answer['recipe_hash'][:12]}",
        *(f"  {frame['index']:6d}  {frame['seconds']:9.3f} s" for frame in answer["frames"]),
    ]
    return "\n".join([*lines, *([f"They stand in {answer['out']}."] if answer["out"] else [])])


def run_sprite(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Small pictures of a file on one sheet, and the WebVTT with which players show them under the mouse."""
    from videolect.files import write_whole
    from videolect.video.probe import probe
    from videolect.video.sprites import sheet

    probed = probe(_file(asked.file))
    made = sheet(asked.file, probed, every_s=asked.every, height=asked.height, columns=asked.columns)
    _folder(asked.out)
    write_whole(asked.out / "sprite.jpg", made.jpeg())
    write_whole(asked.out / "sprite.vtt", made.webvtt(probed.timeline, "sprite.jpg").encode())
    return 0, {
        "picture": str(asked.out / "sprite.jpg"),
        "vtt": str(asked.out / "sprite.vtt"),
        "frames": list(made.frames),
        "width": made.width,
        "height": made.height,
        "columns": made.columns,
        "exact": made.exact,
    }


def render_sprite(answer: dict[str, Any]) -> str:
    """The same for people."""
    how = "at even times" if answer["exact"] else "where the film can be entered"
    return f"{len(answer['frames'])} pictures, {how}: {answer['picture']}, {answer['vtt']}"


# ---------------------------------------------------------------------------------------------------------- what is
# asked


def _recipe(asked: argparse.Namespace) -> Any:
    from videolect.video.recipe import Fit, Fixed, Recipe
    from videolect.video.sampling import At, Rate, Sampling, Uniform

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


def _file(path: Path) -> Path:
    if not path.exists():
        raise NotFound(f"There is no file {path}.", mend="Give the path of a video.")
    return path


def _folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"{path} cannot be made: {error.strerror}.", mend="Name a folder with --out.") from None


def _fraction(text: str) -> Fraction:
    from videolect.video.recipe import rate_of

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
