"""A classifier of the movement on the tower's features, which helps while it is learned and is thrown away.

Only where the truth is known by construction. Found by trials: without it 24 per cent of the movements were named after
500 steps, with it 62 (docs/tiny-models.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from videolect.training.batches import Batch
from videolect.training.examples import Examples
from videolect.training.films import Films
from videolect.training.method import Loss, Method

if TYPE_CHECKING:
    from videolect.training.model import Trainee

NAME = "videolect_hints"


class Hinted:
    """Another method with the classifier's loss beside its own. ``labels``: of each film, by its key."""

    def __init__(self, inner: Method, labels: Mapping[str, int], classes: int, weight: float) -> None:
        self.inner, self.labels, self.classes, self.weight = inner, labels, classes, weight
        self.name = inner.name
        self._seen: Any = None

    def prepare(self, trainee: Trainee, examples: Examples, films: Films) -> None:
        """Put the classifier beside the model's own weights, so that it is trained and kept with them."""
        import torch

        self.inner.prepare(trainee, examples, films)
        width = trainee.base.config.text_config.hidden_size
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            head = torch.nn.Linear(width, self.classes).to(trainee.device)
        trainee.model.add_module(NAME, head)

        def keep(_module: Any, _given: Any, out: Any) -> None:
            self._seen = out.pooler_output if hasattr(out, "pooler_output") else out[0]

        trainee.base.model.visual.register_forward_hook(keep)

    def loss(self, trainee: Trainee, batch: Batch) -> Loss:
        """The inner loss, and the classifier's over the films; part ``hinted``: films that it names rightly."""
        import torch
        from torch.nn.functional import cross_entropy

        self._seen = None
        found = self.inner.loss(trainee, batch)
        if self._seen is None:  # log-probabilities were given and no film was looked at
            return found
        features = torch.stack([one.mean(0) for one in self._seen.split([one.places for one in batch.examples])])
        scores = getattr(trainee.model, NAME)(features.float())
        wanted = torch.tensor([self.labels[one.film] for one in batch.examples], device=scores.device)
        right = float((scores.argmax(-1) == wanted).float().mean())
        value = found.value + self.weight * cross_entropy(scores, wanted)
        return replace(found, value=value, parts={**found.parts, "hinted": right})


def thrown_away(trainee: Trainee) -> None:
    """Without the classifier, as the model is used."""
    if hasattr(trainee.model, NAME):
        delattr(trainee.model, NAME)
