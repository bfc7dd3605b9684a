"""What PyAV does not tell of an MP4 file: whether it comes in fragments, and whether its video track has an edit list.

Both decide how Chromium seeks in it (``seeking.py``). Runs in the child process only: these are a stranger's bytes.
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


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(kind, start of the content, end) of each box between two places in the file."""
    for _ in range(_MOST_BOXES):
        file.seek(start)
        head = file.read(16)
        if start + 8 > end or len(head) < 8:
            return
        size, kind = struct.unpack(">I4s", head[:8])
        body = start + 8
        if size == 1 and len(head) == 16:
            size, body = struct.unpack(">Q", head[8:])[0], start + 16
        until = end if size == 0 else min(end, start + size)
        if until < body:
            return
        yield kind, body, until
        start = until
