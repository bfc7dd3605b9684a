"""The contact sheet of a film's transitions: a strip of frames around each, with times, so that a person sees it.

A frame with a red edge belongs to the old shot, a green one to the new, a yellow one lies inside a gradual transition.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from videolect.errors import BadInput
from videolect.files import write_whole
from videolect.record.clip import Video
from videolect.video.backends import pillow
from videolect.video.frames import frames
from videolect.video.shots import Picture, Transition
from videolect.video.timeline import Timeline

ENCODERS = {".png": pillow.png, ".jpg": pillow.jpeg, ".jpeg": pillow.jpeg}
PER_SHEET = 40
"""Transitions on one sheet; more go on further sheets."""

_CELLS = 8
_HEIGHT = 90
_EDGE, _GAP, _LINE = 3, 4, 16
_OLD, _MIXED, _NEW = (220, 60, 50), (235, 200, 40), (60, 190, 80)
_PAPER, _INK = (24, 24, 26), (235, 235, 235)


def sheets(path: Path, out: Path, transitions: Sequence[Transition], video: Video, timeline: Timeline) -> list[Path]:
    """Write ``out`` (and ``out-2``, ... where there are many transitions); the paths written. One decoding."""
    encode = encoder_of(out)
    size, turns = cell_of(video)
    wanted = sorted({frame for one in transitions for frame in _around(one, timeline.frame_count)})
    seen = {
        frame: np.rot90(picture, -turns)
        for frame, picture in zip(wanted, frames(path, wanted, timeline=timeline, size=size), strict=True)
    }
    written = []
    for number in range(0, max(1, len(transitions)), PER_SHEET):
        rows = [
            _row(number + by + 1, one, seen, timeline)
            for by, one in enumerate(transitions[number : number + PER_SHEET])
        ]
        page = out if number == 0 else out.with_name(f"{out.stem}-{number // PER_SHEET + 1}{out.suffix}")
        write_whole(page, encode(_stacked(rows)))
        written.append(page)
    return written


def encoder_of(out: Path) -> Callable[[NDArray[np.uint8]], bytes]:
    """What makes the file that the suffix asks for. BadInput for others."""
    if out.suffix.lower() not in ENCODERS:
        raise BadInput(f"{out} is no name of a picture.", mend="End it with .png or .jpg.")
    return ENCODERS[out.suffix.lower()]


def cell_of(video: Video, height: int = _HEIGHT) -> tuple[tuple[int, int], int]:
    """(width, height) to decode to, before the picture is turned, and the quarter turns to the right."""
    shape = float(video.width * video.sample_aspect_ratio / video.height)
    turns = video.rotation // 90
    across = 1 / shape if turns % 2 else shape
    wide = int(np.clip(round(height * across), height * 4 // 9, height * 32 // 9))
    return ((height, wide) if turns % 2 else (wide, height)), turns


def _around(one: Transition, frame_count: int) -> list[int]:
    """Eight frames: the four on either side of a cut; two before, four inside, two after a gradual one."""
    if one.is_cut:
        places = [one.start_frame + by for by in range(-4, 4)]
    else:
        inside = np.linspace(one.start_frame, one.end_frame - 1, 4).round().astype(int).tolist()
        places = [one.start_frame - 2, one.start_frame - 1, *inside, one.end_frame, one.end_frame + 1]
    return sorted({place for place in places if 0 <= place < frame_count})


def _row(number: int, one: Transition, seen: dict[int, Picture], timeline: Timeline) -> Picture:
    words = f"{number} {one.kind.replace('_', ' ')} {_time(timeline, one.start_frame)}"
    if not one.is_cut:
        words += f" to {_time(timeline, one.end_frame)}"
    words += f"  frame {one.start_frame}  score {one.score:.2f}  by {one.found_by}"
    cells = [
        _framed(seen[frame], _colour(one, frame), _time(timeline, frame))
        for frame in _around(one, timeline.frame_count)
    ]
    strip = np.concatenate(cells, axis=1)
    row = np.full((_LINE + strip.shape[0], strip.shape[1], 3), _PAPER, np.uint8)
    row[_LINE:] = strip
    _write(row, words, _GAP, 3)
    return row


def _colour(one: Transition, frame: int) -> tuple[int, int, int]:
    return _OLD if frame < one.start_frame else _NEW if frame >= one.end_frame else _MIXED


def _framed(picture: Picture, colour: tuple[int, int, int], time: str) -> Picture:
    height, width = picture.shape[:2]
    cell = np.full((height + 2 * _EDGE + _LINE + _GAP, width + 2 * _EDGE + _GAP, 3), _PAPER, np.uint8)
    cell[: height + 2 * _EDGE, : width + 2 * _EDGE] = colour
    cell[_EDGE : _EDGE + height, _EDGE : _EDGE + width] = picture
    _write(cell, time, _EDGE, height + 2 * _EDGE + 2)
    return cell


def _stacked(rows: Sequence[Picture]) -> Picture:
    if not rows:
        empty = np.full((_LINE + _GAP, 400, 3), _PAPER, np.uint8)
        _write(empty, "no transitions", _GAP, 4)
        return empty
    # Even sides: JPEG with halved colour likes them.
    width = max(row.shape[1] for row in rows) + 1 & ~1
    height = sum(row.shape[0] for row in rows) + 1 & ~1
    page = np.full((height, width, 3), _PAPER, np.uint8)
    at = 0
    for row in rows:
        page[at : at + row.shape[0], : row.shape[1]] = row
        at += row.shape[0]
    return page


def _time(timeline: Timeline, frame: int) -> str:
    """``1:02.345``, from the table of timestamps."""
    seconds = float(timeline.pts_of(frame) * timeline.time_base)
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    hours, rest = divmod(whole, 3600)
    minutes = f"{hours}:{rest // 60:02}" if hours else f"{rest // 60}"
    return f"{sign}{minutes}:{rest % 60:02}.{thousandths:03}"


_SIGNS = "0123456789abcdefghijklmnopqrstuvwxyz.:-/"
_ROWS = (
    "75557262277174771717557117471774757711117575775717"
    "25755656563444365556746477464434553557557222711152"
    "55655444475775565555255526564425573656553421672222"
    "5555755552557755525555222712470000202020"
    "0070011244"
)
_FACE = {sign: _ROWS[5 * place : 5 * place + 5] for place, sign in enumerate(_SIGNS)}
"""A 3x5 face: one octal digit per row, the highest bit left."""


def _write(picture: Picture, words: str, left: int, top: int, dot: int = 2) -> None:
    """Draw words into a picture, in place; what does not fit is cut off, unknown signs are gaps."""
    for sign in words.lower():
        for row, bits in enumerate(_FACE.get(sign, "00000")):
            for column in range(3):
                if int(bits, 8) >> (2 - column) & 1:
                    y, x = top + row * dot, left + column * dot
                    picture[y : y + dot, x : x + dot] = _INK
        left += 4 * dot
