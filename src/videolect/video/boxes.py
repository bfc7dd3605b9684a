"""What PyAV does not tell of an MP4 file: whether it comes in fragments, and whether its video track has an edit list.

Both decide how Chromium seeks in it (``seeking.py``). These are a stranger's bytes: only sizes and kinds of boxes are
read, a bounded number of them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_MOST_BOXES = 100_000
_INSIDE = {b"moov", b"trak", b"edts", b"mdia"}


def fragments_and_edits(path: Path) -> tuple[bool, bool]:
    """(in fragments, the video track has an edit list). What cannot be read counts as not there."""
    fragments = edits = False
    with path.open("rb") as file:
        size = file.seek(0, 2)
        for kind, start, end in _boxes(file, 0, size):
            fragments = fragments or kind == b"moof"
            if kind == b"moov":
                for child, at, until in _boxes(file, start, end):
                    if child == b"trak":
                        edits = edits or _is_edited_video(file, at, until)
    return fragments, edits


def has_index(path: Path) -> bool:
    """Whether an index (``moov``) begins at the file's outermost level, sound or not."""
    with path.open("rb") as file:
        return any(kind == b"moov" for kind, _, _ in _boxes(file, 0, file.seek(0, 2)))


def outermost_end(path: Path) -> int:
    """Where the outermost boxes end by their own sizes: past the file's end, where that is missing."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        # As if the file went on: only so is the last box not cut to it.
        return max((end for _, _, end in _boxes(file, 0, size, endless=True)), default=size)


def _is_edited_video(file: BinaryIO, start: int, end: int) -> bool:
    video = edited = False
    waiting = [(start, end)]
    while waiting:
        for kind, at, until in _boxes(file, *waiting.pop()):
            if kind in _INSIDE:
                waiting.append((at, until))
            elif kind == b"elst":
                edited = True
            elif kind == b"hdlr":
                file.seek(at + 8)
                video = video or file.read(4) == b"vide"
    return video and edited


def _boxes(file: BinaryIO, start: int, end: int, *, endless: bool = False) -> Iterator[tuple[bytes, int, int]]:
    """(kind, start of the content, end) of each box between two places in the file; ``endless``: the end as it says."""
    for _ in range(_MOST_BOXES):
        file.seek(start)
        head = file.read(16)
        if start + 8 > end or len(head) < 8:
            return
        size, kind = struct.unpack(">I4s", head[:8])
        body = start + 8
        if size == 1 and len(head) == 16:
            size, body = struct.unpack(">Q", head[8:])[0], start + 16
        until = end if size == 0 else start + size if endless else min(end, start + size)
        if until < body:
            return
        yield kind, body, until
        start = until
