"""The loop: proofs, steps, checkpoints, trials; and an end that can be gone on from, whatever ends it.

Everything that a step depends on is a function of the recipe, the rows and the number of the step, or is part of the
checkpoint: a run that was killed and goes on gives the same weights as one that was not, to the last bit on a CPU.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from videolect.errors import BadInput, CannotRead, VideolectError
from videolect.training.batches import Batch, Batches, Step, filled
from videolect.training.checkpoints import (
    Checkpoints,
    NoRoom,
    named_state,
    random_state,
    restore_random,
    restore_state,
)
from videolect.training.devices import Devices, Share, shares
from videolect.training.ends import export, signals
from videolect.training.films import Films
from videolect.training.method import Draws, Method
from videolect.training.model import Trainee
from videolect.training.place import begin, check_begun, claimed, never_began
from videolect.training.recipe import Recipe, learning_rate_at
from videolect.training.watch import Evaluate, Metrics, Trial, Watch
from videolect.vlm.backends.qwen_files import is_out_of_memory

log = logging.getLogger(__name__)

_NAMED = 6
"""Rows of a batch that an error names."""


class TooLittleMemory(VideolectError):
    """A batch did not fit; everything before it is kept."""

    exit_code = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Ran:
    """What a run did."""

    step: int
    steps: int
    loss: float | None
    """Running mean."""
    tokens: int
    seconds: float
    skipped: int
    best: float | None
    best_step: int | None
    stopped: str = ""
    """Why it ended before its end; empty where it came to it."""
    model: str | None = None
    """The folder of what was learned."""


@dataclass(kw_only=True)
class Run:
    """One run: its parts, and where it is. ``go`` does all of it."""

    recipe: Recipe
    trainee: Trainee
    method: Method
    batches: Batches
    films: Films
    out: Path
    began_with: Mapping[str, str]
    """What it may only go on with: hashes of recipe, rows, model, formats."""
    evaluate: Evaluate | None = None
    prove: Callable[[], None] | None = None
    """Raises what stops a run before its first step."""
    about: Mapping[str, Any] = field(default_factory=dict)
    """What else the manifest tells."""
    say: Callable[[str], None] | None = None
    finish: Callable[[Trainee], None] | None = None
    """What is taken off the model before it is written: what only served to learn."""

    def __post_init__(self) -> None:
        self.devices = Devices(self.recipe)
        self.checkpoints = Checkpoints(self.out / "checkpoints", keep=self.recipe.keep)
        self.steps = self.recipe.steps or max(1, round(self.recipe.epochs * self.batches.steps()))
        self.step = 0
        self.saved = -1
        """The step of the checkpoint that was written or read last."""
        self.moved = False
        """Whether the step at hand has changed weights: then they are those of no step."""
        self.asked = ""
        """By a signal, to this process."""
        self.stop = ""
        """Why it ends behind the step at hand; in all processes the same."""
        if isinstance(self.method, Draws) and self.devices.count > 1:
            raise BadInput(
                f"{self.method.name} draws its answers on one device, and {self.devices.count} processes are at work.",
                mend="Start it without torchrun.",
            )

    # -- from begin to end

    def go(self, *, resume: bool = False) -> Ran:
        """Learn until the end, or a signal. Errors of ``videolect.errors``; the last checkpoint is always whole. Where
        it fails before anything is learned, nothing stays that would stand in the way of the next."""
        with claimed(self.out) if self.devices.main else nullcontext():
            self._begin(resume)
            try:
                with signals(self._asked_to_stop), self._fetched() as fetched:
                    for step in () if self.watch.enough else range(self.step, self.steps):
                        with self._kept():
                            shares = fetched(step)
                        self._one(step, shares)
                        self.stop = self.devices.any_of(self.asked)
                        self._after(step + 1)
                        if self.stop:
                            break
                return self._end()
            finally:
                self.metrics.close()

    def _begin(self, resume: bool) -> None:
        self._manifest(resume)
        try:
            self._set_up()
            if not (resume and self._resume()):
                self._from_the_start()
            if self.devices.main:
                self._check_room()
        except BaseException:
            if self.devices.main and not resume:
                never_began(self.out)
            raise
        self.metrics = Metrics(self.out, since=self.step) if self.devices.main else _Silent()
        self.trainee.train()

    def _set_up(self) -> None:
        """The method with the model as it was loaded, and the optimizer."""
        import torch

        self.devices.shard(self.trainee)
        with self._fits("What is computed once before the first step"):
            self.method.prepare(self.trainee, self.batches.examples, self.films)
        self.devices.copies(self.trainee)
        if self.recipe.precision == "mixed":
            # Copies in half precision that autocast keeps would lie beside every weight until the pass ends.
            torch.set_autocast_cache_enabled(False)
        self.names, weights = zip(*self.trainee.trainable(), strict=True)
        self.weights: Sequence[Any] = weights
        decayed = [weight for weight in weights if weight.ndim > 1]
        plain = [weight for weight in weights if weight.ndim <= 1]
        self.order = [name for name, weight in zip(self.names, weights, strict=True) if weight.ndim > 1]
        self.order += [name for name, weight in zip(self.names, weights, strict=True) if weight.ndim <= 1]
        groups = [{"params": decayed, "weight_decay": self.recipe.weight_decay}, {"params": plain, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(
            [group for group in groups if group["params"]], lr=self.recipe.learning_rate, betas=self.recipe.betas
        )

    def _manifest(self, resume: bool) -> None:
        """Written once; a run that goes on is checked against it."""
        if resume:
            check_begun(self.out, self.began_with, self.recipe.as_json())
        elif self.devices.main:  # the others would find what it has just written
            begin(self.out, {"began_with": dict(self.began_with), "recipe": self.recipe.as_json(), **self.about})
        self.devices.wait()

    def _from_the_start(self) -> None:
        import torch

        torch.manual_seed(self.recipe.seed)
        self.watch, self.saved = Watch.of(self.recipe), 0
        if self.prove is not None:
            self._say("Proofs before the first step.")
            with self._fits("A proof"):
                self.prove()

    def _resume(self) -> bool:
        """Whether there is a checkpoint: from the latest that can be read. CannotRead where all are damaged."""
        self.checkpoints.best()  # what says which is the best is needed at the end, and read now
        for saved in reversed(self.checkpoints.all()):
            try:
                state = saved.state()
                self.watch = Watch.of(self.recipe, state["watched"])
                self.trainee.load_trainable(saved.weights())
                restore_state(self.optimizer, self.order, saved.optimizer())
                restore_random(state["random"])
            except (CannotRead, KeyError, TypeError, ValueError, RuntimeError) as error:
                why = error.message if isinstance(error, CannotRead) else f"{type(error).__name__} {error}"
                log.warning("%s is damaged and is passed over: %s", saved.folder, why)
                continue
            self.step = self.saved = saved.step
            self.devices.wait()  # until all have read what is now removed
            if self.devices.main:
                self.checkpoints.forget_after(saved.step)
                self.checkpoints.agree(self.watch.state.best_step)
            self._say(f"Going on behind step {saved.step}.")
            return True
        if damaged := self.checkpoints.begun():
            raise CannotRead(
                f"No checkpoint in {self.checkpoints.folder} is whole: {', '.join(damaged)}.",
                mend="Bring one back from a copy, or remove them all: --resume then begins at the start.",
            )
        self._say("No checkpoint was written yet: it begins at the start.")
        return False

    def _check_room(self) -> None:
        """NoRoom where not even one more checkpoint and the model fit on the disk; a word where not all do that will be
        kept."""
        one = 3 * sum(weight.numel() * weight.element_size() for weight in self.weights)  # with two moments
        learned = self.weights if self.trainee.lora is not None else self.trainee.model.parameters()
        model = sum(weight.numel() * weight.element_size() for weight in learned)
        self.checkpoints.check_room(model + (one if self.step < self.steps else 0))
        try:
            self.checkpoints.check_room(model + one * (self.recipe.keep + 2 - len(self.checkpoints.all())))
        except NoRoom as error:  # the best, and one that is being written
            self._say(f"{self.recipe.keep + 2} checkpoints of {one / 1e6:,.0f} MB may lie there at once. {error}")

    # -- one step

    def _one(self, step: int, shares: Sequence[tuple[Share, Batch]]) -> None:
        began = time.perf_counter()
        rate = learning_rate_at(self.recipe, step, self.steps)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        updates, figures = 1, dict[str, float]()
        if isinstance(self.method, Draws):
            updates = self.method.updates
            shares, figures = self._drawn(step, shares)
            self.watch.drew(step, bool(shares))
        mean = norm = 0.0
        parts: Mapping[str, float] = {}
        for _ in range(updates if shares else 0):  # no answer was better than another: there is nothing to learn
            mean, norm, parts = self._update(step, shares)
        tokens = updates * int(self.devices.summed(sum(_tokens(batch) for share, batch in shares if share.counts)))
        seconds = time.perf_counter() - began
        self.watch.state.tokens += tokens
        self.watch.state.seconds += seconds
        self.metrics.add(
            "train", step + 1, loss=mean, parts={**figures, **parts}, rate=rate, norm=norm, tokens=tokens,
            seconds=round(seconds, 4), epoch=round((step + 1) / self.batches.steps(), 4), memory=_peak(),
        )  # fmt: skip

    def _drawn(
        self, step: int, shares: Sequence[tuple[Share, Batch]]
    ) -> tuple[list[tuple[Share, Batch]], dict[str, float]]:
        """The model's own answers in place of the rows', and what they were worth."""
        assert isinstance(self.method, Draws)
        with self._memory(shares[0][1], step):
            draw = self.method.draw(self.trainee, [batch for _, batch in shares], step)
        self.metrics.add("drawn", step + 1, **draw.sample)
        return [(Share((), True), batch) for batch in draw.batches], dict(draw.figures)

    def _update(self, step: int, shares: Sequence[tuple[Share, Batch]]) -> tuple[float, float, dict[str, float]]:
        """One step of the optimizer over these batches: the loss, the norm of the gradient, and the loss's parts."""
        self.optimizer.zero_grad(set_to_none=True)
        whole, weight, parts = 0.0, 0.0, dict[str, float]()
        for number, (share, batch) in enumerate(shares):
            with self.devices.backward(last=number == len(shares) - 1), self._memory(batch, step):
                loss = self.method.loss(self.trainee, batch)
                counts = loss.weight if share.counts else 0.0
                scaled: Any = loss.value * counts
                scaled.backward()
            whole += float(loss.value.detach()) * counts
            weight += counts
            for name, value in loss.parts.items():
                parts[name] = parts.get(name, 0.0) + float(value) * counts
        weight = self.devices.summed(weight)
        mean = self.devices.summed(whole) / max(weight, 1e-9)
        # Several processes have the mean of their gradients, and each gradient is a sum over its tokens.
        for one in self.weights:
            if one.grad is not None:
                one.grad.mul_(self.devices.count / max(weight, 1e-9))
        norm = self.devices.clip(self.weights, self.recipe.clip)
        if self.watch.usable(step, mean, norm, lambda: _rows(batch for _, batch in shares)):
            with self._fits("The optimizer"):
                self.moved = True
                self.optimizer.step()
        return mean, norm, {name: value / max(weight, 1e-9) for name, value in parts.items()}

    @contextmanager
    def _memory(self, batch: Batch, step: int) -> Iterator[None]:
        """What runs out of memory is told with its rows; nothing that was learned is lost."""
        try:
            yield
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            self.optimizer.zero_grad(set_to_none=True)
            kept = f" The checkpoint of step {step} is whole." if self._keep(step) else ""
            tokens = _tokens(batch)
            raise TooLittleMemory(
                f"Step {step} ran out of memory with {len(batch.examples)} clips of {tokens:,} tokens, rows "
                f"{_rows([batch])}.{kept}",
                mend=f"Go on with smaller batches: --resume --batch-tokens {max(1, tokens // 2)} (now "
                f"{self.recipe.batch_tokens:,}); or choose a recipe with an adapter, with checkpointing, or with fewer "
                "or smaller frames.",
            ) from None

    @contextmanager
    def _fits(self, what: str) -> Iterator[None]:
        """The same for what belongs to no step."""
        try:
            yield
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            raise TooLittleMemory(
                f"{what} ran out of memory, with batches of {self.recipe.batch_tokens:,} tokens.",
                mend="Use smaller batches (--batch-tokens N), an adapter, a smaller model, or fewer or smaller frames.",
            ) from None

    @contextmanager
    def _kept(self) -> Iterator[None]:
        """What fails beside the steps, such as a film that is gone, loses nothing of what was learned."""
        try:
            yield
        except Exception:
            self._keep(self.step)
            raise

    def _keep(self, step: int) -> bool:
        """Write a checkpoint unless it is there. Several processes do not: the others wait somewhere else."""
        if self.devices.count > 1 or self.moved or step == self.saved:
            return step == self.saved > 0
        try:
            self._save(step)
        except NoRoom as error:  # what brought us here is told, and this beside it
            log.warning("%s", error)
            return False
        return True

    def _after(self, step: int) -> None:
        """Trials and checkpoints that are due; the run's own end is always both."""
        self.step, self.moved = step, False
        last = step == self.steps or bool(self.stop)
        best = False
        if self.evaluate is not None and (step % self.recipe.evaluate_every == 0 or step == self.steps):
            best = self._try(step)
        elif self.evaluate is None and self.recipe.best_by == "loss" and step == self.steps:
            best = True
        if self.watch.enough and not self.stop:
            state = self.watch.state
            self.stop = f"{state.worse} trials were not better than that of step {state.best_step}"
            last = True
        if last or best or step % self.recipe.save_every == 0:
            self._save(step, best=best)

    def _try(self, step: int) -> bool:
        assert self.evaluate is not None
        kept = random_state()
        with self._kept(), self._fits(f"The trial at step {step}"):
            trial = self.evaluate(self.trainee, step)
        restore_random(kept)  # whether and how a model is tried changes nothing of what it learns
        self.trainee.train()
        better = self.watch.better(step, trial)
        self._tell(step, trial, better)
        return better

    def _tell(self, step: int, trial: Trial, better: bool) -> None:
        samples = [{"prompt": one.prompt, "target": one.target, "answer": one.answer} for one in trial.samples]
        self.metrics.add("trial", step, figures=dict(trial.figures), better=better, samples=samples)
        figures = ", ".join(f"{name} {value:.4g}" for name, value in trial.figures.items())
        self._say(f"Step {step} of {self.steps}: {figures}{' (the best so far)' if better else ''}.")

    def _save(self, step: int, *, best: bool = False) -> None:
        weights = self.devices.collected(self.trainee.trainable_state())
        moments = self.devices.collected(named_state(self.optimizer, self.order))
        if self.devices.main:
            state = {"watched": self.watch.state.as_json(), "random": random_state()}
            self.checkpoints.save(step, weights=weights, optimizer=moments, state=state, best=best)
        self.saved = step
        self.devices.wait()

    def _end(self) -> Ran:
        done = self.step >= self.steps or bool(self.watch.enough)
        model = None
        if done and self.devices.main:
            model = str(export(self._best(), self.out / "model"))
        state = self.watch.state
        if self.stop:
            self.metrics.add("event", self.step, says=self.stop)
        return Ran(
            step=self.step, steps=self.steps, loss=state.mean, tokens=state.tokens, seconds=state.seconds,
            skipped=state.all_skipped, best=state.best, best_step=state.best_step, stopped=self.stop, model=model,
        )  # fmt: skip

    def _best(self) -> Trainee:
        """The model as the best checkpoint has it, or as it is: in one process, without the others."""
        best, trainee = self.checkpoints.best(), self.trainee
        if self.devices.sharded:
            trainee = trainee.anew()
            trainee.load_trainable((best or self.checkpoints.latest()).weights())
        elif best is not None and best.step != self.step:
            trainee.load_trainable(best.weights())
        if self.finish is not None:
            self.finish(trainee)
        return trainee

    # -- what stands beside

    def _asked_to_stop(self, name: str) -> None:
        self.asked = f"{name}: a checkpoint was written, and --resume goes on from it"

    def _say(self, words: str) -> None:
        if self.say is not None and self.devices.main:
            self.say(words)

    @contextmanager
    def _fetched(self) -> Iterator[Callable[[int], list[tuple[Share, Batch]]]]:
        """The batches of a step, those of the next already decoded in another thread while this one learns."""
        orders: dict[int, list[Step]] = {}
        ahead: dict[int, Future[list[tuple[Share, Batch]]]] = {}

        def mine(step: int) -> list[Share]:
            epoch, at = divmod(step, self.batches.steps())
            if epoch not in orders:
                orders.clear()
                orders[epoch] = self.batches.order(epoch, self.recipe.seed)
            return shares(orders[epoch][at])

        def read(step: int) -> list[tuple[Share, Batch]]:
            pieces = self.batches.pieces
            return [
                (one, filled([pieces[at] for at in one.indices], self.films, self.trainee.pixels)) for one in mine(step)
            ]

        with ThreadPoolExecutor(1) as pool:

            def fetched(step: int) -> list[tuple[Share, Batch]]:
                found = ahead.pop(step).result() if step in ahead else read(step)
                if step + 1 < self.steps:
                    ahead[step + 1] = pool.submit(read, step + 1)
                return found

            yield fetched


class _Silent:
    """The figures of a process that does not write any."""

    def add(self, *_: Any, **__: Any) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


def _tokens(batch: Batch) -> int:
    return sum(len(one.ids) + sum(len(branch.ids) for branch in one.branches) for one in batch.examples)


def _rows(batches: Any) -> str:
    names = list(dict.fromkeys(branch.row_id for batch in batches for branch in batch.branches))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _peak() -> int:
    """Most bytes that were in use: of the device, or of this process."""
    import torch

    if torch.cuda.is_available():
        return int(torch.cuda.max_memory_allocated())
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
