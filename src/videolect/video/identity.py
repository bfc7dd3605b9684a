"""The name of a shot: the same stretch of the same bytes has the same name everywhere, whatever the file is called.

It is ``shot-`` and the first 32 hexadecimal digits of the BLAKE3 of: the ASCII letters ``videolect-shot-1\\n``, the 32
bytes of the source's BLAKE3, and four signed 64-bit little-endian integers: numerator and denominator of the time base
(lowest terms), start and end in its ticks. The detector that found the shot is no part of it: two detectors that
agree name one shot.
"""

from __future__ import annotations

import re
import struct
from fractions import Fraction

from blake3 import blake3

from videolect.errors import BadInput

_MAGIC = b"videolect-shot-1\n"
_HASH = re.compile(r"[0-9a-f]{64}")


def shot_id(video_hash: str, start_pts: int, end_pts: int, time_base: Fraction) -> str:
    """The name of the half-open stretch from ``start_pts`` to ``end_pts`` ticks of the source with this BLAKE3.

    >>> shot_id("ab" * 32, 0, 240, Fraction(1, 24))
    'shot-4df76f2034f596057eaf62beb750a7bd'
    """
    if not _HASH.fullmatch(video_hash):
        raise BadInput(f"{video_hash[:80]!r} is no hash of a film.", mend="Give its BLAKE3: 64 digits in lower case.")
    if time_base <= 0 or end_pts <= start_pts:
        raise BadInput(
            f"A shot from tick {start_pts} to {end_pts} of {time_base} s.",
            mend="Give a start before the end, in ticks of more than 0 seconds.",
        )
    try:
        numbers = struct.pack("<4q", time_base.numerator, time_base.denominator, start_pts, end_pts)
    except struct.error:
        raise BadInput(
            "The ticks of the shot do not fit 64 bits.", mend="Give ticks of the film's time base."
        ) from None
    return f"shot-{blake3(_MAGIC + bytes.fromhex(video_hash) + numbers).hexdigest()[:32]}"
