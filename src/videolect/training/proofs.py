"""What must hold before the first step: proofs on real batches of the run, each of which stops it where it fails.

There are six, and a seventh where the model learns from answers of its own. A blind model, labels that are off by one
and branches that see each other all train without an error and with a falling loss. Each proof here has been seen to
fail: tests plant its bug.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from videolect.errors import BadInput, VideolectError
from videolect.training.batches import Batch
from videolect.training.examples import Branch
from videolect.training.method import Draws, Method
from videolect.training.packing import lay_out
from videolect.training.sft import pairs
from videolect.vlm import tokens
from videolect.vlm.prompts import free

if TYPE_CHECKING:
    from torch import Tensor

    from videolect.training.model import Trainee

_CLOSE = {"float32": 1e-3, "bfloat16": 0.25, "mixed": 0.25}
"""By precision: nats by which the log-probability of one token may differ between two ways to compute it."""
_STEADY = 3e-5
"""How far a ratio may be from 1: a tenth of GSPO's narrower clip."""
_SEES = {"float32": 1e-5, "bfloat16": 1e-3, "mixed": 1e-3}
"""Nats by which other pixels must change some token."""
_BRANCHES, _FILMS = 4, 3
"""So many are changed and watched, of each film and in all."""

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """One thing that holds, with the figure that says so."""

    name: str
    told: str
    figure: float = 0.0


class ProofFailed(VideolectError):
    """The run must not start: what it would learn is not what was meant."""

    exit_code = 1

    def __init__(self, name: str, message: str, *, mend: str) -> None:
        super().__init__(f"Proof failed: {name}. {message}", mend=mend)
        self.name = name

    def __reduce__(self) -> Any:
        """As other errors, with its name."""
        return _again, (self.name, self.message.removeprefix(f"Proof failed: {self.name}. "), self.mend)


def _again(name: str, message: str, mend: str) -> ProofFailed:
    return ProofFailed(name, message, mend=mend)


def prove(trainee: Trainee, method: Method, batches: Sequence[Batch]) -> list[Proof]:
    """All of them, on the first batch and the labels of every batch. ProofFailed names the first that does not hold.

    Where the model answers itself the last three are proved on a draw for the first batch. Weights stay as they are
    and no gradient is left. ``method`` must have been prepared. Batches need their films.
    """
    if not batches or not all(batch.films for batch in batches):
        raise BadInput(
            "The proofs need batches with their films.", mend="Give batches as ``batches.filled`` makes them."
        )
    first = batches[0]
    made = [labels(trainee, batch) for batch in batches][:1]
    with trainee.asked():
        logs = _logs(trainee, first)
        made += [
            same_as_inference(trainee, first, logs), sees_the_film(trainee, first, logs),
            keeps_branches_apart(trainee, first),
        ]  # fmt: skip
        if isinstance(method, Draws):
            # Not 1 and -1: where a model always answers the same, these would leave no gradient.
            first = method.signed(trainee, first, signs=(1.0, -0.5))
            logs = _logs(trainee, first)
            made.append(begins_at_one(trainee, method, first))
        made += [prefers_what_it_should(trainee, method, first, logs), teaches_what_it_should(trainee, method, first)]
    return made


def same_as_inference(trainee: Trainee, batch: Batch, logs: list[Tensor] | None = None) -> Proof:
    """The log-probabilities that are trained on are those of the path that serves, scores and writes. ``logs``: of this
    batch, where they are known, as in the other proofs."""
    name = "training equals inference"
    mine = [log.double().cpu().numpy() for log in logs or _logs(trainee, batch)]
    served: list[Any] = []
    with trainee.inference() as backend:
        for example, film in zip(batch.examples, batch.films, strict=True):
            asked = [free(branch.prompt) for branch in example.branches]
            served += backend.answer_logs(film, asked, [branch.answer for branch in example.branches])
    apart = [
        float(np.abs(one - other).max()) if len(one) == len(other) else np.inf
        for one, other in zip(mine, served, strict=True)
    ]
    worst = int(np.argmax(apart))
    if not apart[worst] <= _CLOSE[trainee.precision]:
        raise ProofFailed(
            name, f"A token of the row {batch.branches[worst].row_id} differs by {apart[worst]:.3g} nats.",
            mend="Prompt, film format, positions or mask of training differ from what is served: report it.",
        )  # fmt: skip
    return Proof(name=name, told=f"largest difference of a token {apart[worst]:.1e} nats", figure=apart[worst])


def sees_the_film(trainee: Trainee, batch: Batch, logs: list[Tensor] | None = None) -> Proof:
    """With the pixels of one film at zero, its own answers change."""
    name = "the film is seen"
    blind = replace(batch, patches=tuple(np.zeros_like(one) for one in batch.patches))
    shown, hidden = logs or _logs(trainee, batch), _logs(trainee, blind)
    at, least = 0, np.inf
    for example in batch.examples:
        span = slice(at, at + len(example.branches))
        changed = max(float((one - other).abs().max()) for one, other in zip(shown[span], hidden[span], strict=True))
        if not changed > _SEES[trainee.precision]:
            raise ProofFailed(
                name, f"The answers about {example.film[:80]} are the same without its pixels ({changed:.1e} nats).",
                mend="The model would train blind: check the checkpoint's tower and the version of transformers.",
            )  # fmt: skip
        least, at = min(least, changed), span.stop
    return Proof(name=name, told=f"without pixels some token of each film changes by {least:.1e} nats", figure=least)


def keeps_branches_apart(trainee: Trainee, batch: Batch) -> Proof:
    """Whatever one branch says or asks, and whatever another film shows, the other branches' log-probabilities stay.

    Of at most so many branches of so many films, each against each, in few passes: 4 for branches, 3 for films."""
    name = "branches do not see each other"
    few = _few(batch)
    if len(few.branches) < 2:
        return Proof(name=name, told="one branch alone: nothing to see")
    before, worst = _logs(trainee, few), 0.0
    for changed, spared in _changes(few):
        after = _logs(trainee, changed)
        for at in spared:
            apart = float((before[at] - after[at]).abs().max())
            worst = max(worst, apart)
            if not apart <= _CLOSE[trainee.precision] / 10:
                raise ProofFailed(
                    name, f"The row {few.branches[at].row_id} changes by {apart:.3g} nats with another answer.",
                    mend="The mask leaks: use layout=separate or attention=dense, and report it.",
                )  # fmt: skip
    return Proof(name=name, told=f"others change by at most {worst:.1e} nats", figure=worst)


def labels(trainee: Trainee, batch: Batch) -> Proof:
    """What is labelled reads as the row's answer and the end of the turn, behind the row's prompt; nothing else is."""
    name = "labels are the answers"
    laid = lay_out(batch.examples, trainee.layout)
    at = 0
    for branch, count in zip(batch.branches, laid.lengths, strict=True):
        span = slice(at, at + count)
        before = laid.ids[laid.due_row[span], laid.due_column[span]].tolist()
        due = laid.due_id[span].tolist()
        wanted = _plain(tokens.harmless(branch.answer)) + tokens.TURN_END
        asked = _plain(tokens.chat_tail(branch.prompt))
        said = [trainee.tokenizer.decode(ids, clean_up_tokenization_spaces=False) for ids in (due, branch.prompt_ids)]
        if said != [wanted, asked] or before != [branch.prompt_ids[-1], *due[:-1]]:
            raise ProofFailed(
                name, f"The row {branch.row_id} answers {wanted[:60]!r}, and {said[0][:60]!r} is labelled.",
                mend="Make the examples anew with the tokenizer of this model; report it if it stays.",
            )  # fmt: skip
        at = span.stop
    return Proof(name=name, told=f"{len(laid.due_id):,} of {laid.tokens:,} tokens are labelled", figure=float(at))


def prefers_what_it_should(
    trainee: Trainee, method: Method, batch: Batch, logs: list[Tensor] | None = None
) -> Proof:  # fmt: skip
    """The loss falls as targets and better answers gain and as worse ones lose; the two halves of a pair differ."""
    import torch

    name = "better answers are preferred"
    roles = {branch.role for branch in batch.branches}
    if "chosen" in roles or "rejected" in roles:
        for chosen, rejected in pairs(batch.branches):
            if chosen.answer_ids == rejected.answer_ids:
                raise ProofFailed(
                    name, f"Both answers of the row {chosen.row_id} are the same.", mend="Leave such rows out."
                )
    leaves = [log.clone().requires_grad_() for log in logs or _logs(trainee, batch)]
    value = method.loss(_Given(trainee, leaves), batch).value  # type: ignore[arg-type]
    pulls = torch.autograd.grad(value, leaves, allow_unused=True)
    worth = getattr(batch, "advantages", None)
    for at, (branch, pull) in enumerate(zip(batch.branches, pulls, strict=True)):
        down = branch.role == "rejected" or (worth is not None and bool(worth[at] < 0))
        wrong = pull is not None and bool((pull < 0).any() if down else (pull > 0).any())
        idle = branch.weights is None and (pull is None or not bool((pull != 0).any()))
        if wrong or (idle and branch.role != "target"):
            raise ProofFailed(
                name, f"The {branch.role} answer of the row {branch.row_id} is pulled the wrong way, or not at all.",
                mend="Chosen and rejected are swapped, or the loss has the wrong sign: report it.",
            )  # fmt: skip
    return Proof(name=name, told=f"{len(leaves)} answers are pulled the right way: {', '.join(sorted(roles))}")


def begins_at_one(trainee: Trainee, method: Method, batch: Batch) -> Proof:
    """The ratio of what is trained on to what the answers were drawn with is 1 before the first update.

    It is measured in the state in which the model learns, against a pass of its own without gradients, so that dropout,
    or layers that come out otherwise when they are computed again, are found. A ratio that is off by more than a
    tenth of what it may move would be clipped by itself.
    """
    name = "the ratio begins at 1"
    trainee.train()
    ratio = method.loss(trainee, batch).parts["ratio"]
    trainee.train(False)
    if not abs(ratio - 1) <= _STEADY:
        raise ProofFailed(
            name, f"An answer's ratio is {ratio:.6g} before anything was learned.",
            mend="Leave dropout at 0; if it stays, report it: two passes over the same answers differ.",
        )  # fmt: skip
    return Proof(name=name, told=f"of {len(batch.branches)} answers the farthest is {ratio:.7f}", figure=ratio)


def teaches_what_it_should(trainee: Trainee, method: Method, batch: Batch) -> Proof:
    """A gradient reaches every weight that is to learn, and no other: of the loss of a few branches."""
    import torch

    name = "the gradient reaches what should learn"
    trainee.model.zero_grad(set_to_none=True)
    found = method.loss(trainee, batch if isinstance(method, Draws) else _few(batch))
    if not found.weight > 0:  # of tasks that count nothing
        found = method.loss(trainee, batch)
    found.value.backward()
    count = 0
    try:
        for path, weight in trainee.model.named_parameters():
            meant, has = meant_to_learn(trainee, path), weight.grad is not None
            if meant and has and not bool(torch.isfinite(weight.grad).all()):
                raise ProofFailed(name, f"The gradient of {path} is not finite.", mend="Use float32 or bfloat16.")
            # The first factor of LoRA learns only once the second is no longer 0.
            moved = has and (bool((weight.grad != 0).any()) or "lora_A" in path)
            if meant and not moved:
                raise ProofFailed(name, f"{path} is to learn and gets no gradient.", mend=_FROZEN)
            if not meant and (has or weight.requires_grad):
                raise ProofFailed(name, f"{path} is not to learn and would.", mend=_FROZEN)
            count += weight.numel() if meant else 0
    finally:
        trainee.model.zero_grad(set_to_none=True)
    return Proof(name=name, told=f"{count:,} parameters learn, and no other", figure=float(count))


_FROZEN = "The plan of what is trained and the model differ: load it anew with the recipe's lora and train_tower."


def meant_to_learn(trainee: Trainee, path: str) -> bool:
    """Whether the weight of this name is to learn by the trainee's plan."""
    if ".visual." in path:
        return trainee.train_tower
    return trainee.lora is None or ".lora_" in path


def _logs(trainee: Trainee, batch: Batch) -> list[Tensor]:
    import torch

    with torch.no_grad(), trainee.asked():
        return [log.detach() for log in trainee.logprobs(batch)]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text)  # as the tokenizer reads it


def _few(batch: Batch) -> Batch:
    """At most so many films and branches of each, from both ends; what belongs together stays so. Who sees whom and who
    learns does not hang on how many there are, and the time of a proof should not either."""
    films = _ends(range(len(batch.examples)), _FILMS)
    examples = [replace(batch.examples[at], branches=_some(batch.examples[at].branches)) for at in films]
    return Batch(
        examples=tuple(examples), patches=tuple(batch.patches[at] for at in films),
        films=tuple(batch.films[at] for at in films if batch.films),
    )  # fmt: skip


def _some(branches: Sequence[Branch]) -> tuple[Branch, ...]:
    groups: dict[str, list[Branch]] = {}
    for at, branch in enumerate(branches):
        groups.setdefault(branch.group or f"#{at}", []).append(branch)
    each = max(1, _BRANCHES // max(map(len, groups.values())))
    return tuple(branch for group in _ends(list(groups.values()), each) for branch in group)


def _ends(things: Sequence[T], most: int) -> Sequence[T]:
    """As many from the beginning as from the end; of one only the first."""
    return things if len(things) <= most else [*things[: most - most // 2], *things[len(things) - most // 2 :]]


def _changes(batch: Batch) -> Iterator[tuple[Batch, list[int]]]:
    """The batch with some changed, and which branches must not mind. Of any two branches of a film each says something
    else where the other does not; and of any two films each shows and says something else where the other does not."""
    branches = max(len(example.branches) for example in batch.examples)
    for changed in _rounds(branches):
        yield _changed(batch, [{at for at in changed if at < len(one.branches)} for one in batch.examples])
    for films in _rounds(len(batch.examples)):
        every = [set(range(len(one.branches) if at in films else 0)) for at, one in enumerate(batch.examples)]
        patches = tuple(-one if at in films else one for at, one in enumerate(batch.patches))
        yield _changed(replace(batch, patches=patches), every)


def _rounds(count: int) -> list[set[int]]:
    """Few sets of so many things, such that of any two each is in a set that the other is not in: each thing is in
    half of the sets, each in another half (Sperner)."""
    sets = next(size for size in range(count + 1) if comb(size, size // 2) >= count)
    codes = list(combinations(range(sets), sets // 2))[:count]
    return [{thing for thing, code in enumerate(codes) if one in code} for one in range(sets)]


def _changed(batch: Batch, changed: Sequence[set[int]]) -> tuple[Batch, list[int]]:
    """These branches of each example with another answer, and with another prompt where none that stays shares it."""
    examples, spared, first = [], [], 0
    for example, those in zip(batch.examples, changed, strict=True):
        stay = {branch.prompt_ids for at, branch in enumerate(example.branches) if at not in those}
        made = [_other(one, stay) if at in those else one for at, one in enumerate(example.branches)]
        examples.append(replace(example, branches=tuple(made)))
        spared += [first + at for at in range(len(made)) if at not in those]
        first += len(made)
    return replace(batch, examples=tuple(examples)), spared


def _other(branch: Branch, stay: set[tuple[int, ...]]) -> Branch:
    prompt = branch.prompt_ids
    answer = tuple(prompt[one % len(prompt)] for one in range(len(branch.answer_ids)))
    return replace(branch, ids=(*(prompt if prompt in stay else prompt[::-1]), *answer))


class _Given:
    """A trainee whose log-probabilities are given, so that a loss's gradient can be read at them."""

    def __init__(self, trainee: Trainee, logs: list[Tensor]) -> None:
        self._trainee, self._logs, self._past = trainee, logs, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._trainee, name)

    def logprobs(self, batch: Batch) -> list[Tensor]:
        return self._trainee.logprobs(batch) if self._past else self._logs

    @contextmanager
    def reference(self) -> Iterator[None]:
        with self._trainee.reference():
            self._past = True
            try:
                yield
            finally:
                self._past = False
