"""What a run tells while it learns: figures by step, trials on the development part, and when to stop.

Figures go to ``metrics.jsonl``, one object a line, and to TensorBoard where it is installed. A run that goes on from a
checkpoint first drops what lies behind it, in both, so that each tells one run.
"""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from videolect.errors import BadInput, VideolectError
from videolect.files import CannotWrite, write_whole
from videolect.training.recipe import Guard, Recipe

log = logging.getLogger(__name__)

METRICS = "metrics.jsonl"
BOARD = "tensorboard"
"""The folder of TensorBoard's files beside it."""
_SMOOTHED = 0.95
"""Share of the past in the running mean of the loss."""


class Diverged(VideolectError):
    """The numbers went wrong, and what follows would be worth nothing."""

    exit_code = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """What the model wrote for a clip, beside what it should have."""

    prompt: str
    target: str
    answer: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """What the development part says of the model."""

    figures: Mapping[str, float]
    samples: tuple[Sample, ...] = ()


Evaluate = Callable[[Any, int], Trial]
"""(trainee, step) -> figures; the recipe's ``best_by`` is among them, unless it is ``loss``."""


class Metrics:
    """The file of figures, and TensorBoard's where it is there."""

    def __init__(self, folder: Path, *, since: int = 0) -> None:
        self.path = folder / METRICS
        folder.mkdir(parents=True, exist_ok=True)
        self._drop_after(since)
        self._board = _board(folder, since)

    def _drop_after(self, step: int) -> None:
        if not self.path.is_file():
            return
        kept = [line for line in read_metrics(self.path.parent) if line["step"] <= step]
        try:
            write_whole(self.path, "".join(json.dumps(_finite(line)) + "\n" for line in kept))
        except CannotWrite as error:
            log.warning("Lines behind step %d are kept: %s", step, error)

    def add(self, kind: str, step: int, **told: Any) -> None:
        """One line: ``train``, ``trial``, or ``event``. What is no finite number is null. Where it cannot be written
        the run goes on: figures are told, weights are kept elsewhere."""
        line = json.dumps({"kind": kind, "step": step, **_finite(told)}, ensure_ascii=False, allow_nan=False)
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
            if self._board is not None:
                for name, value in _flat(told):
                    self._board.add_scalar(f"{kind}/{name}", value, step)
        except OSError as error:
            log.warning("The figures of step %d are not in %s: %s.", step, self.path, error.strerror)

    def close(self) -> None:
        """Write what TensorBoard still holds."""
        if self._board is not None:
            with suppress(OSError):
                self._board.close()


def read_metrics(folder: Path) -> list[dict[str, Any]]:
    """All lines that are whole; one may have been cut off."""
    path = folder / METRICS
    if not path.is_file():
        return []
    found = []
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            told = json.loads(line)
        except ValueError:
            continue
        if isinstance(told, dict) and isinstance(told.get("kind"), str) and isinstance(told.get("step"), int):
            found.append(told)
    return found


def _finite(told: Any) -> Any:
    """With null in place of what JSON has no number for."""
    if isinstance(told, Mapping):
        return {name: _finite(value) for name, value in told.items()}
    if isinstance(told, list | tuple):
        return [_finite(value) for value in told]
    return None if isinstance(told, float) and not math.isfinite(told) else told


def _flat(told: Mapping[str, Any], before: str = "") -> list[tuple[str, float]]:
    made: list[tuple[str, float]] = []
    for name, value in told.items():
        if isinstance(value, Mapping):
            made += _flat(value, f"{before}{name}/")
        elif isinstance(value, int | float):
            made.append((before + name, float(value)))
    return made


def _board(folder: Path, since: int) -> Any:
    """What writes for TensorBoard; steps behind ``since`` that an earlier process told are taken back."""
    try:
        import tensorboard  # noqa: F401 - whether it is there
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    make: Any = SummaryWriter
    # Files are read by name, which tells the second and then the process: of two in one second the later may be read
    # first, and what it takes back would stay.
    while any((folder / BOARD).glob(f"events.out.tfevents.{int(time.time()):010d}.*")):
        time.sleep(0.05)
    try:
        return make(str(folder / BOARD), purge_step=since + 1 if since else None)
    except OSError as error:
        log.warning("TensorBoard gets no figures: %s.", error.strerror)
        return None


# ------------------------------------------------------------------------------------------------------------- rules


@dataclass(kw_only=True, slots=True)
class Watched:
    """What the rules remember; it is part of every checkpoint."""

    mean: float | None = None
    """Running mean of the loss."""
    high: int = 0
    """Steps in a row with a loss far above it."""
    skipped: int = 0
    """Steps in a row that were left out."""
    all_skipped: int = 0
    best: float | None = None
    best_step: int | None = None
    worse: int = 0
    """Trials since the best."""
    idle: int = 0
    """Draws in a row of which nothing could be learned."""
    tokens: int = 0
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """For the checkpoint."""
        return asdict(self)


@dataclass(kw_only=True, slots=True)
class Watch:
    """The rules of a run: what is left out, when it halts, which model is the best."""

    guard: Guard
    best_by: str
    patience: int
    steady: bool = True
    """Whether the loss says how well it goes: that of a policy is 0 before each update, whatever it is worth."""
    state: Watched = field(default_factory=Watched)

    @classmethod
    def of(cls, recipe: Recipe, state: Mapping[str, Any] | None = None) -> Watch:
        """A fresh one, or as a checkpoint remembers it."""
        kept = Watched(**state) if state else Watched()
        return cls(
            guard=recipe.guard, best_by=recipe.best_by, patience=recipe.patience, steady=recipe.rollout is None,
            state=kept,
        )  # fmt: skip

    def usable(self, step: int, loss: float, norm: float, rows: Callable[[], str]) -> bool:
        """Whether the step may change the weights. Diverged where too many may not, or the loss stays far too high."""
        state = self.state
        if not (math.isfinite(loss) and math.isfinite(norm)):
            state.skipped += 1
            state.all_skipped += 1
            log.warning("Step %d is left out: loss %s, gradient %s, rows %s.", step, loss, norm, rows())
            if state.skipped > self.guard.skips:
                raise Diverged(
                    f"{state.skipped} steps in a row gave no finite number, step {step} the last: loss {loss}, "
                    f"gradient {norm}. Its rows: {rows()}.",
                    mend="Look at these rows; lower the rate, or use float32 or mixed. The last checkpoint is whole.",
                )
            return False
        state.skipped = 0
        if self.steady and state.mean is not None and loss > self.guard.times * state.mean:
            state.high += 1
            if state.high >= self.guard.patience:
                raise Diverged(
                    f"The loss has been above {self.guard.times:g} times its mean ({state.mean:.4g}) for "
                    f"{state.high} steps; at step {step} it is {loss:.4g}. Its rows: {rows()}.",
                    mend="Lower the rate or lengthen the warm-up, and begin again from an earlier checkpoint.",
                )
            return True  # what is far too high does not move the mean that it is held against
        state.high = 0
        state.mean = loss if state.mean is None else _SMOOTHED * state.mean + (1 - _SMOOTHED) * loss
        return True

    def drew(self, step: int, taught: bool) -> None:
        """Diverged where for too long no answer that the model drew was better than its others."""
        self.state.idle = 0 if taught else self.state.idle + 1
        if self.state.idle >= self.guard.patience:
            raise Diverged(
                f"In {self.state.idle} steps in a row, step {step} the last, all answers to each prompt were worth the "
                "same: nothing is learned.",
                mend="Draw more samples or at a higher temperature, or take a reward that tells them apart.",
            )

    def better(self, step: int, trial: Trial) -> bool:
        """Whether this is the best model so far. BadInput where the trial lacks the figure that decides."""
        if self.best_by not in trial.figures:
            raise BadInput(
                f"The trial tells {', '.join(trial.figures)}, and the best model is chosen by {self.best_by}.",
                mend="Give rows of the development part for the task that it measures.",
            )
        value = trial.figures[self.best_by]
        state, lower = self.state, self.best_by == "loss"
        if math.isfinite(value) and (state.best is None or (value < state.best if lower else value > state.best)):
            state.best, state.best_step, state.worse = value, step, 0
            return True
        state.worse += 1
        return False

    @property
    def enough(self) -> bool:
        """Whether so many trials were not better that the run ends."""
        return bool(self.patience) and self.state.worse >= self.patience
