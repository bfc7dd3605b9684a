"""How many bytes a file should have by its own words: Matroska's segment, RIFF's chunk, the outermost boxes of MP4.

A film whose sound may outlast its picture does not show by its seconds that its end is missing; its bytes show it. Only
heads are read, a bounded number of them. Transport streams, FLV and live recordings do not say.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

from videolect.video.boxes import outermost_end

_EBML, _SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"
_RIFF_UNSET = (0, 0xFFFFFFFF)


def promised_bytes(path: Path) -> int | None:
    """The size that the file gives for itself; None where it gives none."""
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] == _EBML:
            return _matroska(file)
        if head[:4] == b"RIFF" and len(head) == 12:
            (size,) = struct.unpack("<I", head[4:8])
            return None if size in _RIFF_UNSET else size + 8
    return outermost_end(path) if head[4:8] in (b"ftyp", b"wide", b"moov", b"mdat", b"free", b"skip") else None


def _matroska(file: BinaryIO) -> int | None:
    file.seek(4)
    head = _vint(file)
    if head is None:
        return None
    file.seek(file.tell() + head)
    if file.read(4) != _SEGMENT:
        return None
    size = _vint(file)
    return None if size is None else file.tell() + size


def _vint(file: BinaryIO) -> int | None:
    """Matroska's number of 1 to 8 bytes; None: unknown (all ones), or not there."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    more = 8 - first[0].bit_length()
    rest = file.read(more)
    value = int.from_bytes(first + rest, "big") & ((1 << 7 * (more + 1)) - 1)
    return None if len(rest) < more or value == (1 << 7 * (more + 1)) - 1 else value
