"""What every drawing shares: the wish, the seeded dice, and what was drawn so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from videolect.stage.format import Format
from videolect.stage.plan.wishes import OPEN, Wish


class Dice:
    """Draws for one take. The order of the draws is what a seed means: another order gives other clips."""

    def __init__(self, wish: Wish, seed: int, format: Format) -> None:
        self.wish, self.seed, self.format = dict(wish), seed, format
        self.rng = np.random.default_rng([seed, 21])
        self.plan: dict[str, Any] = {}
        """What was drawn, for people."""

    def one(self, low: float, high: float) -> float:
        """A number between these."""
        return float(self.rng.uniform(low, high))

    def of(self, choices: Sequence[str], weights: Sequence[float] | None = None) -> str:
        """One of these."""
        p = None if weights is None else np.asarray(weights) / np.sum(weights)
        return str(choices[int(self.rng.choice(len(choices), p=p))])

    def side(self) -> int:
        """1 or -1."""
        return 1 if self.rng.random() < 0.5 else -1

    def asked(self, name: str) -> str | None:
        """The wished answer to a choice; None where it is open."""
        value = self.wish.get(name)
        return value if isinstance(value, str) and value != "unknown" else None

    def wished(self, name: str) -> bool:
        """Whether the wish asks for something there."""
        return self.wish.get(name) not in OPEN

    def many(self, name: str) -> tuple[Any, ...]:
        """The wished answer to a list."""
        value = self.wish.get(name)
        return value if isinstance(value, tuple) else ()

    def has(self, name: str, value: str) -> bool:
        """Whether a list is wished to hold that."""
        return value in self.many(name)
