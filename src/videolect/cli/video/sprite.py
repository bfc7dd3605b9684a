"""``videolect video sprite``: a sheet of small pictures."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from videolect.cli.video.paths import existing, made
from videolect.files import write_whole
from videolect.video.probe import probe
from videolect.video.sprites import sheet


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="write sprite.jpg and sprite.vtt there")
    parser.add_argument(
        "--every", type=float, default=1.0, metavar="SECONDS", help="about one picture for so long (default 1)"
    )
    parser.add_argument("--height", type=int, default=90, metavar="LINES", help="of one picture (default 90)")
    parser.add_argument("--columns", type=int, default=10, metavar="N", help="default 10")


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Small pictures of a file on one sheet, and the WebVTT with which players show them under the mouse."""
    probed = probe(existing(asked.file))
    drawn = sheet(asked.file, probed, every_s=asked.every, height=asked.height, columns=asked.columns)
    made(asked.out)
    write_whole(asked.out / "sprite.jpg", drawn.jpeg())
    write_whole(asked.out / "sprite.vtt", drawn.webvtt(probed.timeline, "sprite.jpg").encode())
    return 0, {
        "picture": str(asked.out / "sprite.jpg"),
        "vtt": str(asked.out / "sprite.vtt"),
        "frames": list(drawn.frames),
        "width": drawn.width,
        "height": drawn.height,
        "columns": drawn.columns,
        "exact": drawn.exact,
    }


def render(answer: dict[str, Any]) -> str:
    """The same for people."""
    how = "at even times" if answer["exact"] else "where the film can be entered"
    return f"{len(answer['frames'])} pictures, {how}: {answer['picture']}, {answer['vtt']}"
