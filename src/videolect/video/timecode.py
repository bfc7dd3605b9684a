"""Timecode, ``HH:MM:SS:FF``: names for frames as editors write them, after SMPTE ST 12-1 (non-drop and drop-frame).

A code counts frames, never seconds: at 24000/1001 frames a second one hour of code lasts 3603.6 s. **Drop-frame**
(``HH:MM:SS;FF``, at 30000/1001 and 60000/1001 only) drops numbers, not frames: each minute except every tenth begins
with FF 02 (or 04), so that a day of code lasts a day less 0.09 s. Ten minutes hold 17,982 frames (35,964). After 24
hours the code begins again at zero.

    counting = Timecode(rate=Fraction(30000, 1001), drop=True)
    counting.text(17982)             # "00:10:00;00"
    counting.frame("00:10:00;00")    # 17982
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from fractions import Fraction

from videolect.errors import BadInput
from videolect.video.known import fitting_rates
from videolect.video.timeline import Timeline

_FASTEST = 60
_NTSC = Fraction(1000, 1001)
_DROPPING = (30 * _NTSC, 60 * _NTSC)
_CODE = re.compile(r"(\d\d):(\d\d):(\d\d)([:;.,])(\d\d)", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Timecode:
    """How the frames of one film are counted."""

    rate: Fraction
    """Frames a second, exact: 24, 25, 24000/1001, ..."""
    drop: bool = False
    start: int = 0
    """The number, counted from 00:00:00:00, of the film's frame 0."""

    def __post_init__(self) -> None:
        nominal = self.nominal
        if not 1 <= nominal <= _FASTEST or self.rate not in (nominal, nominal * _NTSC):
            raise BadInput(
                f"There is no timecode at {_shown(self.rate)} frames a second: SMPTE ST 12-1 counts 1 to {_FASTEST} "
                "whole frames a second, or that times 1000/1001.",
                mend="Name frames by their number.",
            )
        if self.drop and self.rate not in _DROPPING:
            raise BadInput(
                f"Drop-frame at {_shown(self.rate)} frames a second: it exists at 30000/1001 and 60000/1001 only.",
                mend="Count without dropping: write HH:MM:SS:FF.",
            )
        if not 0 <= self.start < self.day:
            raise BadInput(
                f"The first frame's number is {self.start}: a day has {self.day:,} frames.",
                mend=f"Give 0 to {self.day - 1}.",
            )

    @classmethod
    def starting_at(cls, code: str, rate: Fraction) -> Timecode:
        """The counting of a film whose frame 0 bears this code; ``;`` (also ``.`` or ``,``) means drop-frame."""
        found = _CODE.fullmatch(code)
        counting = cls(rate=rate, drop=found is not None and found[4] != ":")
        return cls(rate=rate, drop=counting.drop, start=counting.frame(code))

    @property
    def nominal(self) -> int:
        """Frame numbers in a second of code."""
        return (2 * self.rate.numerator // self.rate.denominator + 1) // 2

    @property
    def day(self) -> int:
        """Frames after which the code begins again: 24 hours of code."""
        return 24 * 6 * self._ten_minutes

    @property
    def _dropped(self) -> int:
        return self.nominal // 15 if self.drop else 0

    @property
    def _ten_minutes(self) -> int:
        return 600 * self.nominal - 9 * self._dropped

    def text(self, frame: int) -> str:
        """The code of the film's frame. ``"01:00:00;02"``. BadInput below 0."""
        if frame < 0:
            raise BadInput(f"There is no frame {frame}.", mend="Frames count from 0.")
        tens, rest = divmod((self.start + frame) % self.day, self._ten_minutes)
        # The first minute of ten is whole; each of the nine after it lacks the dropped numbers at its beginning.
        minute = max(0, (rest - self._dropped) // (60 * self.nominal - self._dropped))
        number = rest + self._dropped * minute
        seconds, frames = divmod(number, self.nominal)
        minutes, seconds = divmod(tens * 600 + seconds, 60)
        mark = ";" if self.drop else ":"
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}{mark}{frames:02}"

    def frame(self, code: str) -> int:
        """The film's frame of that code, the first one at or after its frame 0. BadInput for an impossible code."""
        hours, minutes, seconds, frames = self._parts(code)
        minutes += 60 * hours
        number = (60 * minutes + seconds) * self.nominal + frames - self._dropped * (minutes - minutes // 10)
        return (number - self.start) % self.day

    def _parts(self, code: str) -> tuple[int, int, int, int]:
        found = _CODE.fullmatch(code)
        if found is None:
            raise BadInput(f"{code[:40]!r} is no timecode.", mend=f"Write it as {self.text(0)}: HH:MM:SS:FF.")
        if (found[4] != ":") != self.drop:
            kind, other = ("drop-frame", "HH:MM:SS;FF") if self.drop else ("non-drop", "HH:MM:SS:FF")
            raise BadInput(f"{code} is not {kind}, as this film is counted.", mend=f"Write {other}.")
        hours, minutes, seconds, frames = (int(found[part]) for part in (1, 2, 3, 5))
        for name, value, most in (
            ("hours", hours, 23),
            ("minutes", minutes, 59),
            ("seconds", seconds, 59),
            ("frames", frames, self.nominal - 1),
        ):
            if value > most:
                raise BadInput(f"{code} has {value} {name}: at most {most}.", mend=f"Give {name} from 00 to {most:02}.")
        if frames < self._dropped and seconds == 0 and minutes % 10:
            first = f"{found[1]}:{found[2]}:00;{self._dropped:02}"
            raise BadInput(
                f"{code} is a number that drop-frame leaves out: a minute begins with {self._dropped:02} unless it is "
                "a tenth one.",
                mend=f"The first frame of that minute is {first}.",
            )
        return hours, minutes, seconds, frames


def timecode_of(timeline: Timeline, start: str | None = None) -> Timecode:
    """How this film is counted, from the code of its first frame; None: 00:00:00:00.

    BadInput: a film of variable rate, or of a rate that timecode does not know, has no timecode.
    """
    if timeline.variable_rate:
        raise BadInput(
            "A film of variable frame rate has no timecode: its codes would not be evenly spaced in time.",
            mend="Name frames by their number, or convert the film to a constant rate.",
        )
    rates = [one.rate for one in fitting_rates(timeline)]
    mean = Fraction(timeline.mean_rate)
    # In a short film several rates fit: the nearest at which the code exists.
    *others, last = [
        *sorted(rates, key=lambda rate: abs(rate - mean)),
        *([] if rates else [mean.limit_denominator(1001)]),
    ]
    for rate in others:
        with contextlib.suppress(BadInput):
            return _counting(rate, start)
    return _counting(last, start)


def _counting(rate: Fraction, start: str | None) -> Timecode:
    return Timecode(rate=rate) if start is None else Timecode.starting_at(start, rate)


def _shown(rate: Fraction) -> str:
    return str(rate) if rate.denominator in (1, 1001) else f"{float(rate):.3f}"
