"""How fast a server is asked, how long after a failure, and for how much money."""

from __future__ import annotations

import random
import time
from collections import deque
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from threading import Lock

from videolect.errors import BadInput
from videolect.vlm.base import NoAnswer, TooDear

_MINUTE = 60.0


class Pace:
    """So many requests a minute, whoever asks for them; None: as many as come."""

    def __init__(self, per_minute: int | None) -> None:
        if per_minute is not None and per_minute < 1:
            raise BadInput(f"{per_minute} requests a minute were allowed.", mend="Allow 1 or more, or leave it out.")
        self._begun = deque[float](maxlen=per_minute)
        self._unbounded = per_minute is None
        self._guard = Lock()

    def wait_s(self) -> float:
        """Takes the next place; how long until it is due."""
        if self._unbounded:
            return 0.0
        with self._guard:
            now = time.monotonic()
            full = len(self._begun) == self._begun.maxlen
            due = max(now, self._begun[0] + _MINUTE) if full else now
            self._begun.append(due)
            return due - now


@dataclass(frozen=True, kw_only=True, slots=True)
class Prices:
    """Of a million tokens, in any one currency, and how much may be spent."""

    prompt: float = 0.0
    written: float = 0.0
    most: float | None = None

    def __post_init__(self) -> None:
        if not (0 <= self.prompt < 1e9 and 0 <= self.written < 1e9 and (self.most is None or 0 <= self.most < 1e12)):
            raise BadInput("A price or the most that may be spent is below 0, or no number.", mend="Give 0 or more.")
        if self.most is not None and not (self.prompt or self.written):
            raise BadInput(f"At most {self.most} may be spent, but nothing costs anything.", mend="Give the prices.")

    def of(self, prompt_tokens: int, tokens: int) -> float:
        """The money for one answer. NoAnswer where a limit is to be kept and the server does not say how many."""
        if min(prompt_tokens, tokens) < 0:
            if self.most is not None:
                raise NoAnswer(
                    "The server does not say how many tokens it counts, so what may be spent cannot be held.",
                    mend="Leave the limit out, or use a server that tells its usage.",
                )
            return 0.0
        return (self.prompt * prompt_tokens + self.written * tokens) / 1e6

    def check(self, money: float) -> None:
        """TooDear where the limit is reached."""
        if self.most is not None and money >= self.most:
            raise TooDear(f"{money:.4f} of {self.most:.4f} are spent.", mend="Raise the limit to go on.")


def pause_s(failures: int, *, longest: float) -> float:
    """Before the next try, at random between half and all of a time that doubles, so that many do not come at once."""
    return min(longest, 0.5 * 2.0**failures) * random.uniform(0.5, 1.0)  # noqa: S311  # not to keep a secret


def retry_after_s(said: str | None) -> float | None:
    """Seconds from now of a header ``Retry-After``: a number or a date; None for anything else."""
    if said is None:
        return None
    try:
        return max(0.0, float(said)) if float(said) < 1e9 else None
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None
