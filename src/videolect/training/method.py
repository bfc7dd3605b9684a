"""What a way of teaching offers to the loop that drives it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from videolect.training.batches import Batch
from videolect.training.examples import Examples
from videolect.training.films import Films

if TYPE_CHECKING:
    from torch import Tensor

    from videolect.training.model import Trainee


@dataclass(frozen=True, kw_only=True, slots=True)
class Loss:
    """What is to become smaller over one batch."""

    value: Tensor
    """A mean, with its gradient."""
    weight: float
    """What it is a mean over: token weights, or pairs. The loss of a step of several batches is the sum of value times
    weight, divided by the sum of the weights: exactly that of one large batch."""
    tokens: int
    """Answer tokens that were learned from."""
    parts: dict[str, float]
    """What else is told of it, by name."""


class Method(Protocol):
    """A way of teaching."""

    name: str

    def prepare(self, trainee: Trainee, examples: Examples, films: Films) -> None:
        """Once before the first step, with the model as it was loaded: check the examples, compute what stays."""
        ...

    def loss(self, trainee: Trainee, batch: Batch) -> Loss:
        """Of one batch of those examples."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Draw:
    """What one step learns from, where the model first answers itself."""

    batches: tuple[Batch, ...]
    """Of what can be learned from; none where nothing can."""
    figures: Mapping[str, float]
    """Of the whole draw, by name."""
    sample: Mapping[str, Any] = field(default_factory=dict)
    """Some of it, for people."""


@runtime_checkable
class Draws(Protocol):
    """A way of teaching that asks the model before it learns: a step's batches become those of its own answers."""

    updates: int
    """How often one draw is learned from."""

    def draw(self, trainee: Trainee, batches: Sequence[Batch], step: int) -> Draw:
        """Answers to what the batches ask. What is drawn follows from the weights, the batches and the step alone."""
        ...

    def signed(self, trainee: Trainee, batch: Batch, signs: Sequence[float]) -> Batch:
        """Answers to what a batch asks with advantages that take turns in ``signs``, for proofs: any reward."""
        ...
