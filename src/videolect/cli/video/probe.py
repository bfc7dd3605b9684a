"""``videolect video probe``: what a file is."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from videolect.cli.video.paths import existing
from videolect.video.probe import probe


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.add_argument("file", type=Path, metavar="FILE")


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """What the file is, as ``video probe`` answers."""

    probed = probe(existing(asked.file))
    video = probed.video
    return 0, {
        "file": video.file_name,
        "hash": video.hash,
        "size_bytes": video.size_bytes,
        "frames": video.frames,
        "duration_s": video.duration_s,
        "mean_rate": probed.timeline.mean_rate,
        "width": video.width,
        "height": video.height,
        "rotation": video.rotation,
        "sample_aspect_ratio": f"{video.sample_aspect_ratio.numerator}/{video.sample_aspect_ratio.denominator}",
        "time_base": f"{video.time_base.numerator}/{video.time_base.denominator}",
        "start_pts": video.start_pts,
        "end_pts": video.end_pts,
        "container_start_s": float(video.container_start_s),
        "variable_rate": video.variable_rate,
        "container": video.container,
        "codec": video.codec,
        "pixel_format": video.pixel_format,
        "bit_depth": video.bit_depth,
        "browser_playable": video.browser_playable,
        **probed.facts(),
        "pts_table_hash": video.pts_table_hash,
        "problems": list(video.problems),
    }


def _bars_words(answer: dict[str, Any]) -> str:
    if not answer["letterbox"]:
        return ""
    sides = ", ".join(f"{width} {side}" for side, width in answer["letterbox"].items() if width)
    inside = f", {answer['picture_shape_name']} inside" if answer["picture_shape_name"] else ""
    return f"; black bars: {sides}{inside}"


def _colour_words(answer: dict[str, Any]) -> str:
    said, assumed = answer["colour_said"], answer["colour_assumed"]
    return ", ".join(f"{name} {said[name] or f'{assumed[name]} (assumed)'}" for name in said)


def render(answer: dict[str, Any]) -> str:
    """The same for people."""
    rate = f"about {answer['mean_rate']:.3f} on average" if answer["variable_rate"] else f"{answer['mean_rate']:.3f}"
    turned = f", turned by {answer['rotation']} degrees" if answer["rotation"] else ""
    shape = f", shown as {answer['shape_name']}" if answer["shape_name"] else ""
    lines = [
        f"{answer['file']}  {answer['size_bytes']:,} bytes",
        f"  {answer['frames']:,} frames, {answer['duration_s']:.3f} s, {rate} frames a second",
        f"  {answer['width']}x{answer['height']}{turned}{shape}{_bars_words(answer)}",
        f"  {answer['codec']} ({answer['pixel_format']}) in {answer['container']}",
        f"  colour: {_colour_words(answer)}",
        *(
            [f"  timecode {answer['timecode_said']} (its {answer['timecode_found_in']})"]
            if answer["timecode_said"]
            else []
        ),
        f"  {'plays' if answer['browser_playable'] else 'does not play'} in browsers",
        f"  hash {answer['hash']}",
        f"  timestamps {answer['pts_table_hash']}",
        *(f"  ! {problem}" for problem in answer["problems"]),
    ]
    return "\n".join(lines)
