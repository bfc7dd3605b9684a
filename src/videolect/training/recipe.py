"""A recipe: all that a run does, as one frozen value, beside its rows and the weights that it begins with.

``training.recipes`` has functions that return whole ones; a command line chooses one and never mixes two. Numbers that
nobody has told for this work are marked as assumed: ``sources`` says of each where it comes from.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Literal, get_args

from videolect.dataset.rows.row import TASKS, RowTask
from videolect.errors import BadInput

Method = Literal["sft", "dpo", "rlhfv", "gspo"]
Layout = Literal["shared", "separate", "packed"]
Precision = Literal["float32", "bfloat16", "mixed"]
Shards = Literal["none", "fsdp"]
LeaveOut = Literal["refuse", "skip"]
"""Rows that cannot be learned from: the run is refused, or they are left out and counted."""
RewardName = Literal["p_yes", "points"]
GIB = 1 << 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Lora:
    """Low-rank adapters on every projection of the language model's layers: never on the vision tower."""

    rank: int = 64
    alpha: int = 128
    dropout: float = 0.0

    def __post_init__(self) -> None:
        if self.rank < 1 or not self.alpha > 0 or not 0 <= self.dropout < 1:
            raise BadInput(
                f"LoRA of rank {self.rank}, alpha {self.alpha}, dropout {self.dropout} cannot be made.",
                mend="Give a rank of 1 or more, an alpha above 0 and a dropout from 0 to below 1.",
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class Guard:
    """What a run does when its numbers go wrong."""

    skips: int = 3
    """So many steps whose loss or gradient is not finite may be left out in a row; at the next the run halts."""
    times: float = 4.0
    """It halts where the loss stays above so many times its running mean ..."""
    patience: int = 20
    """... for so many steps."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rollout:
    """Of GSPO: how the model is asked for answers of its own, what they are worth, and how far a draw may move it."""

    rewards: Mapping[RewardName, float]
    """Which rewards, and how much each weighs: ``training.rewards`` tells what they are."""
    samples: int = 8
    """Answers to each prompt: a group. What is better than its mean gains."""
    temperature: float = 1.0
    max_tokens: int = 512
    """Of an answer; one that is cut off there has no end of turn."""
    updates: int = 1
    """Steps of the optimizer over one draw. Before the first the ratio is 1, so it is clipped from the second on."""
    below: float = 3e-4
    above: float = 4e-4
    """How far below and above 1 the ratio counts."""
    scaled: bool = True
    """Advantages in deviations of their group."""
    kl: float = 0.0
    """Weight of the divergence from the model as it was when the run began."""
    at_once: int = 16
    """Answers that are written at once: what fits into memory, and no more than that."""
    token_seconds: float | None = None
    """What one token of all that are written at once is taken to take; the plan's hours go by it."""

    def __post_init__(self) -> None:
        if not self.rewards or not all(weight > 0 and math.isfinite(weight) for weight in self.rewards.values()):
            raise BadInput(f"The rewards are {dict(self.rewards)}.", mend="Name one or more, each above 0.")
        if strange := [name for name in self.rewards if name not in get_args(RewardName)]:
            known = ", ".join(get_args(RewardName))
            raise BadInput(f"The reward {strange[0]!r} is unknown.", mend=f"Use some of {known}.")
        if self.samples < 2 or self.updates < 1 or self.max_tokens < 1 or self.at_once < 1:
            raise BadInput(
                f"{self.samples} samples of {self.max_tokens} tokens and {self.updates} updates teach nothing.",
                mend="Draw 2 or more, of 1 token or more, and make 1 or more updates.",
            )
        if not 0 < self.temperature <= 5 or not 0 < self.below < 1 or not self.above > 0:
            raise BadInput(
                f"Temperature {self.temperature}, ratio from 1 - {self.below} to 1 + {self.above}.",
                mend="Give a temperature above 0, 5 at most, and a ratio that may fall and rise.",
            )
        if not (self.kl >= 0 and math.isfinite(self.kl)):
            raise BadInput(f"The weight of the divergence is {self.kl}.", mend="Give 0 or more.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """See the module. BadInput names what does not go together."""

    name: str
    says: str
    """One sentence for people."""
    model: str
    """The checkpoint that it was made for; another of its kind can be given."""
    method: Method = "sft"
    tasks: tuple[RowTask, ...] = ("caption", "critique", "yes_no")
    shares: Mapping[str, float] = field(default_factory=dict)
    """Which part of the loss a task's answers are to have; without, every answer token counts alike."""
    layout: Layout = "shared"
    lora: Lora | None = None
    """None: every weight of what is trained."""
    train_tower: bool = False

    learning_rate: float
    final_share: float = 0.1
    """Of the learning rate, at the last step of the cosine."""
    warm_up: float = 0.05
    """Share of the steps in which the rate rises from 0."""
    weight_decay: float = 0.0
    """Of weights with two and more dimensions; norms and biases are never shrunk."""
    betas: tuple[float, float] = (0.9, 0.95)
    clip: float = 1.0
    """Largest norm of the gradient."""
    epochs: float = 2
    steps: int | None = None
    """Instead of ``epochs``."""
    step_clips: int
    """Clips of one step, all devices together, each with all its branches: many, since those of one clip are alike."""
    batch_tokens: int
    """Most tokens that one device works on at once, filling included. A clip whose branches have more together is taken
    in pieces; one answer with its film and prompt must fit."""
    precision: Precision = "bfloat16"
    """``mixed``: weights in float32, sums in bfloat16; what is trained whole needs it, since small steps are lost in
    bfloat16. With LoRA the adapter is float32 beside weights in bfloat16."""
    checkpointing: bool = True
    """Whether activations are computed again on the way back."""

    beta: float | None = None
    """Of DPO: how strongly it is held to the reference."""
    edited_weight: float | None = None
    """Of RLHF-V: weight of the tokens that the expert changed; the others count 1."""
    rollout: Rollout | None = None
    """Of GSPO."""

    frames: int = 16
    most_pixels: int = 131_072
    most_tokens: int = 16_384
    """Of film, prompt and answer together; what has more is refused, never cut. A clip whose branches have more
    together is shown in several rows."""
    most_answer: int = 1024
    """Of an answer."""
    missing: LeaveOut = "refuse"
    """What becomes of a row whose film is not there."""
    too_long: LeaveOut = "refuse"
    """What becomes of a row that is over the limits."""

    devices: int = 1
    device_bytes: int = 80 * GIB
    """Memory of one device that a run may count on."""
    shards: Shards = "none"
    rate: float | None = None
    """Floating point operations a second that one device is taken to sustain; the plan's hours go by it."""

    evaluate_every: int = 200
    evaluate_clips: int = 64
    save_every: int = 100
    keep: int = 2
    """Checkpoints beside the best one."""
    best_by: str = "loss"
    """The figure of the development part by which the best checkpoint is chosen; ``loss`` where lower is better."""
    patience: int = 0
    """So many trials without a better one end the run; 0: never."""
    guard: Guard = Guard()
    hints: float = 0.0
    """Weight of a classifier on the tower's features, thrown away in the end: only where the rows' truth is known."""
    seed: int = 0
    sources: Mapping[str, str] = field(default_factory=dict)
    """Field -> where its value comes from. Not part of the hash."""

    def __post_init__(self) -> None:
        named = (("method", self.method, get_args(Method)), ("layout", self.layout, get_args(Layout)),
                 ("precision", self.precision, get_args(Precision)), ("shards", self.shards, get_args(Shards)),
                 *(("task", task, TASKS) for task in self.tasks))  # fmt: skip
        for name, value, allowed in named:
            if value not in allowed:
                raise BadInput(f"The {name} {value!r} is unknown.", mend=f"Use one of {', '.join(allowed)}.")
        for name in ("learning_rate", "epochs", "step_clips", "batch_tokens", "clip", "frames", "most_pixels",
                     "most_tokens", "devices", "save_every", "evaluate_every", "keep"):  # fmt: skip
            value = getattr(self, name)
            if not (value > 0 and math.isfinite(value)):
                raise BadInput(f"{name} is {value}.", mend="Give more than 0.")
        if self.steps is not None and self.steps < 1:
            raise BadInput(f"{self.steps} steps were asked for.", mend="Give 1 or more.")
        if not 0 <= self.warm_up < 1 or not 0 <= self.final_share <= 1:
            raise BadInput("Warm-up and final share are shares.", mend="Give 0 to 1.")
        self._check_together()

    def _check_together(self) -> None:
        if not self.tasks:
            raise BadInput("The recipe has no task.", mend=f"Name some of {', '.join(TASKS)}.")
        pairs = self.method in ("dpo", "rlhfv")
        if pairs != (self.tasks == ("preference",)):
            raise BadInput(
                f"The method {self.method} does not learn from rows of {', '.join(self.tasks)}.",
                mend="dpo and rlhfv learn from preference rows alone, the others from the rest.",
            )
        if (self.beta is None) == pairs or (self.edited_weight is None) == (self.method == "rlhfv"):
            raise BadInput("beta is for pairs, and edited_weight for RLHF-V.", mend="Give them there and nowhere else.")
        if (self.rollout is None) == (self.method == "gspo"):
            raise BadInput("A rollout is for gspo, which needs one.", mend="Give it there and nowhere else.")
        if self.rollout is not None:
            self._check_rollout(self.rollout)
        known = {each.name for each in fields(self)}
        if strangers := [name for name in self.sources if name not in known]:
            raise BadInput(f"The recipe has no {strangers[0]!r} to tell a source of.", mend="Take it out.")

    def _check_rollout(self, rollout: Rollout) -> None:
        rewarded = {task for task in self.tasks if set(REWARDED[task]) & set(rollout.rewards)}
        if without := [task for task in self.tasks if task not in rewarded]:
            raise BadInput(
                f"No reward of {', '.join(rollout.rewards)} is for {without[0]} rows.",
                mend="p_yes is for captions and critiques, points for critiques; other rows have no answer to draw.",
            )
        if idle := [name for name in rollout.rewards if not any(name in REWARDED[task] for task in self.tasks)]:
            raise BadInput(f"The reward {idle[0]} is for no row of {', '.join(self.tasks)}.", mend="Take it out.")
        if self.devices != 1 or self.shards != "none":
            raise BadInput("gspo draws its answers on one device.", mend="Give devices 1 and no shards.")
        if self.hints or (self.lora is not None and self.train_tower):
            raise BadInput(
                "gspo has neither hints nor a tower that learns beside an adapter: the adapter switched off would no "
                "longer be the model as it was.",
                mend="Leave hints out, and train the tower without an adapter or not at all.",
            )

    @property
    def hash(self) -> str:
        """Of all that decides about the weights, and nothing else: a run goes on only by the same."""
        told = {name: value for name, value in asdict(self).items() if name not in NO_WEIGHT}
        told |= {"missing": "refuse", "too_long": "refuse"}  # which rows that leaves has a hash of its own
        if self.rollout is None:
            del told["rollout"]  # it came later, and runs that were begun before it go on
        else:
            told["rollout"] = {name: value for name, value in told["rollout"].items() if name not in NO_WEIGHT}
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    def with_steps(self, steps: int) -> Recipe:
        """The same, so many steps long."""
        return replace(self, steps=steps)

    def as_json(self) -> dict[str, object]:
        """For manifests and people."""
        return {**asdict(self), "hash": self.hash}


NO_WEIGHT = frozenset(
    {"name", "says", "model", "sources", "device_bytes", "rate", "save_every", "keep", "evaluate_every",
     "evaluate_clips", "best_by", "patience", "batch_tokens", "checkpointing", "devices", "shards", "at_once",
     "token_seconds"}
)  # fmt: skip
"""Fields from which no weight follows, or none but by rounding: a run goes on with smaller batches or other devices.
Which model is begun with, and which rows are learned from, have hashes of their own."""

REWARDED: Mapping[RowTask, tuple[RewardName, ...]] = {
    "caption": ("p_yes",), "critique": ("p_yes", "points"), "yes_no": (), "preference": (),
}  # fmt: skip
"""Which rewards have something to say of the answers to a task's rows."""

ASSUMED = (
    "learning_rate", "final_share", "warm_up", "weight_decay", "betas", "clip", "epochs", "step_clips", "frames",
    "most_pixels", "lora", "train_tower", "beta", "edited_weight", "rollout",
)  # fmt: skip
"""Hyper-parameters that the paper does not tell: every recipe says of each that it uses where it is taken from."""


def learning_rate_at(recipe: Recipe, step: int, steps: int) -> float:
    """The rate at this step, of ``steps``: it rises linearly, then falls along a half cosine to its final share."""
    warm = max(1, round(recipe.warm_up * steps)) if recipe.warm_up else 0
    if step < warm:
        return recipe.learning_rate * (step + 1) / warm
    done = (step - warm) / max(1, steps - warm)
    share = recipe.final_share + (1 - recipe.final_share) * 0.5 * (1 + math.cos(math.pi * done))
    return recipe.learning_rate * share
