"""Progress on stderr, the same for every command that takes its time."""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from collections.abc import Callable

_LINE_EVERY_S = 30.0
"""Where nobody watches, progress is a line in a log."""


class Progress:
    """How many are done, how fast it goes and what remains: on a terminal in place, else as lines.

    Called with how many are done, of how many, and what is at hand. ``what``: the things that are counted.
    """

    def __init__(self, what: str = "") -> None:
        self.what = what
        self.told = time.monotonic()
        # The last minute or so: what was known already went by at once and says nothing about the rest.
        self.lately: deque[tuple[float, int]] = deque(maxlen=60)

    def __call__(self, done: int, of: int, at_hand: object = "") -> None:
        now = time.monotonic()
        if not self.lately or now - self.lately[-1][0] >= 1:
            self.lately.append((now, done))
        then, before = self.lately[0]
        line = f"{done:,} of {of:,}{' ' + self.what if self.what else ''}"
        if done > before and now > then:
            rate = (done - before) / (now - then)
            line += f"  {rate:.3g} a second, {duration((of - done) / rate)} left"
        if sys.stderr.isatty():
            wide = os.get_terminal_size(sys.stderr.fileno()).columns - 1
            line = f"{line}  {_shown(at_hand)}"[:wide]
            print(f"\r{line:{wide}s}", end="" if done < of else "\n", file=sys.stderr, flush=True)
        elif now - self.told >= _LINE_EVERY_S:
            self.told = now
            print(line, file=sys.stderr, flush=True)


def _shown(at_hand: object) -> str:
    """File names may hold bytes that are no UTF-8."""
    return os.fsencode(at_hand).decode("utf-8", "replace") if isinstance(at_hand, os.PathLike) else str(at_hand)


def duration(seconds: float) -> str:
    """In words, to the minute from an hour on."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def say() -> Callable[[str], None] | None:
    """Words for a person who waits; None where nobody watches."""
    return (lambda words: print(words, file=sys.stderr)) if sys.stderr.isatty() else None
