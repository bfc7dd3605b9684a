"""What a run will take, before a weight is loaded: rows, tokens, memory, hours; and whether it fits at all.

Tokens are counted and not guessed where tokenizer and films are at hand. Memory and hours are predictions from the
model's published shape: every part is told, so that whoever measures finds which one was wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from videolect.errors import BadInput
from videolect.training.recipe import Lora, Recipe, Rollout
from videolect.training.shapes import Shape

TILE = 1024
"""Answer tokens whose logits stand in memory at once."""
_SPARE = 0.04
"""Share of a device's memory that is left for the driver, and for what lies between the pieces."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Length:
    """How long one clip's rows are: the film with its marks, then its branches."""

    rows: tuple[str, ...]
    """Which ones, by id: one for each branch, so a pair stands twice."""
    film: int
    """Tokens of the film's part of the prompt, the opening of the turn among them."""
    places: int
    """Of them those that patches fill."""
    group: int
    """Patches of one group of frames."""
    branches: tuple[tuple[int, int], ...]
    """Of each branch all tokens, and those of the answer."""
    shared: int
    """Tokens when the film is read once for all branches, and a prompt once for all its answers."""

    @property
    def separate(self) -> int:
        """Tokens when each branch reads the film for itself."""
        return sum(self.film + words for words, _ in self.branches)

    @property
    def answers(self) -> int:
        """Tokens that are learned."""
        return sum(answer for _, answer in self.branches)


@dataclass(frozen=True, kw_only=True, slots=True)
class Memory:
    """Bytes on one device at the worst moment, by what they are for."""

    weights: int
    gradients: int
    optimizer: int
    activations: int
    logits: int
    drawing: int = 0
    """What keys and values of answers that are being written take beyond activations and logits, which are not there
    then."""

    @property
    def all(self) -> int:
        """Together."""
        return self.weights + self.gradients + self.optimizer + self.activations + self.logits + self.drawing


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """See the module."""

    recipe: str
    rows: int
    films: int
    tokens: int
    """Of one epoch, as the model sees them in the recipe's layout."""
    tokens_separate: int
    """The same if every row read its film for itself."""
    answers: int
    longest: int
    steps: int
    trained: int
    """Parameters that are learned, of ``parameters``."""
    parameters: int
    memory: Memory
    device_bytes: int
    seconds: float | None
    """None where the recipe tells no rate."""
    drawn: int = 0
    """Tokens that the model writes itself in one epoch, at most."""
    seconds_drawing: float | None = None
    """Of ``seconds``, those in which it writes, and is judged."""
    fits: bool
    why: str = ""
    mend: str = ""
    estimated: tuple[str, ...] = ()
    """What was assumed and not looked up."""

    def as_json(self) -> dict[str, Any]:
        """With the keys that every plan has."""
        return {**asdict(self), "memory_bytes": self.memory.all, "memory": asdict(self.memory)}

    def check(self) -> None:
        """BadInput where it does not fit."""
        if not self.fits:
            raise BadInput(self.why, mend=self.mend)


def plan(
    recipe: Recipe, shape: Shape, lengths: Sequence[Length], *, estimated: tuple[str, ...] = ()
) -> Plan:  # fmt: skip
    """The plan of a run over these films. BadInput where there is nothing to learn from."""
    if not lengths:
        raise BadInput("There are no rows to learn from.", mend="Name a folder that data rows wrote: --rows DIR.")
    if recipe.rollout is not None:
        lengths = [of_answers(each, recipe.rollout) for each in lengths]
        estimated = (*estimated, "answers: each is as long as it may be, and none is left out")
    layout = [each.separate if recipe.layout == "separate" else each.shared for each in lengths]
    longest = _longest(recipe, lengths)
    tokens = sum(layout)
    steps = recipe.steps or max(1, round(recipe.epochs * -(-len(lengths) // recipe.step_clips)))
    alone = max(_one(each) for each in lengths)
    memory = memory_of(recipe, shape, longest, alone)
    why, mend = _refusal(recipe, shape, lengths, longest, memory)
    epochs = steps * recipe.step_clips / len(lengths)
    seconds, drawing = _seconds(recipe, shape, lengths, epochs), _seconds_drawing(recipe, shape, lengths, epochs)
    return Plan(
        recipe=recipe.name, rows=len({row for each in lengths for row in each.rows}), films=len(lengths), tokens=tokens,
        tokens_separate=sum(each.separate for each in lengths), answers=sum(each.answers for each in lengths),
        longest=longest, steps=steps, trained=trained(recipe, shape), parameters=shape.parameters, memory=memory,
        device_bytes=recipe.device_bytes, seconds=None if seconds is None else seconds + (drawing or 0.0),
        drawn=sum(each.answers for each in lengths) if recipe.rollout is not None else 0, seconds_drawing=drawing,
        fits=not why, why=why, mend=mend, estimated=estimated,
    )  # fmt: skip


def of_answers(each: Length, rollout: Rollout) -> Length:
    """A clip as it is learned from where the model answers itself: each prompt with a group of answers, at most so
    long."""
    prompts, most = [words - answer for words, answer in each.branches], rollout.max_tokens
    return replace(
        each, rows=tuple(row for row in each.rows for _ in range(rollout.samples)),
        branches=tuple((one + most, most) for one in prompts for _ in range(rollout.samples)),
        shared=each.film + sum(one + rollout.samples * most for one in prompts),
    )  # fmt: skip


def _longest(recipe: Recipe, lengths: Sequence[Length]) -> int:
    """Tokens of the longest row: what attends to each other. A clip with more than a batch holds is taken in pieces."""
    if recipe.layout == "separate":
        return max(map(_one, lengths))
    return max(min(each.shared, max(recipe.batch_tokens, _least(recipe, each))) for each in lengths)


def _least(recipe: Recipe, each: Length) -> int:
    """Tokens of its largest piece that cannot be cut: an answer, or a pair of them, with film and prompt."""
    if recipe.layout == "separate" or recipe.rollout is not None:  # answers that were drawn need not stay together
        return _one(each)
    together: Counter[str] = Counter()
    for row, (words, _) in zip(each.rows, each.branches, strict=True):
        together[row] += words
    return each.film + max(together.values())


def _one(each: Length) -> int:
    """Tokens of film, prompt and answer together, in the longest branch."""
    return each.film + max(words for words, _ in each.branches)


def trained(recipe: Recipe, shape: Shape) -> int:
    """Parameters that the run changes."""
    if recipe.lora is not None:
        return shape.adapter(recipe.lora.rank) + (shape.tower if recipe.train_tower else 0)
    return shape.parameters - (0 if recipe.train_tower else shape.tower)


def memory_of(recipe: Recipe, shape: Shape, longest: int, alone: int | None = None) -> Memory:
    """Bytes of one device. What is trained is kept in float32 with AdamW's two moments; the rest as the recipe says.

    ``longest``: tokens of the longest row. ``alone``: of film, prompt and one answer, where the model answers itself;
    None: as many as the recipe allows.
    """
    kept = 2 if recipe.precision == "bfloat16" else 4
    half = 4 if recipe.precision == "float32" else 2
    learned = trained(recipe, shape)
    frozen = shape.parameters - (0 if recipe.lora is not None else learned)
    parts = recipe.devices if recipe.shards == "fsdp" else 1
    gathered = 2 * shape.layer * half if parts > 1 else 0  # one layer at work, the next one coming
    tokens = max(recipe.batch_tokens, longest)
    answers = min(TILE, tokens)
    activations, logits = _activations(recipe, shape, tokens, longest, half), 3 * 4 * answers * shape.vocabulary
    copied = kept * shape.parameters if recipe.lora is None and keeps_a_copy(recipe) else 0
    return Memory(
        weights=(4 * learned + kept * frozen) // parts + gathered + copied, gradients=4 * learned // parts,
        optimizer=8 * learned // parts, activations=activations, logits=logits,
        drawing=max(0, _keys_and_values(recipe, shape, alone or recipe.most_tokens, half) - activations - logits),
    )  # fmt: skip


def keeps_a_copy(recipe: Recipe) -> bool:
    """Whether the model as it was is asked beside the one that learns; with an adapter that costs nothing."""
    return recipe.rollout is not None and ("p_yes" in recipe.rollout.rewards or bool(recipe.rollout.kl))


def _keys_and_values(recipe: Recipe, shape: Shape, tokens: int, half: int) -> int:
    """Of all answers that are written at once: each has a copy of its film's."""
    at_once = 0 if recipe.rollout is None else recipe.rollout.at_once
    return at_once * tokens * shape.layers * 2 * shape.key_heads * shape.head_width * half


def _activations(recipe: Recipe, shape: Shape, tokens: int, longest: int, half: int) -> int:
    """What stands between the way there and the way back, for the batch with the most tokens."""
    queries, keys = shape.heads * shape.head_width, shape.key_heads * shape.head_width
    residual = half if recipe.lora is not None else 4  # an embedding that is trained is float32, and so is the stream
    layer = half * (2 * shape.width + 3 * queries + 4 * keys + 4 * shape.inner) + 4 * 4 * shape.width
    deep = shape.deepstack * shape.width * half
    if recipe.checkpointing:
        language = tokens * (shape.layers * shape.width * residual + layer)
    else:
        language = tokens * shape.layers * (layer + shape.width * residual)
    mask = longest * longest * half  # the block mask of one row
    patches = tokens * shape.pixels.merge**2
    block = half * (9 * shape.tower_width + 2 * shape.tower_inner)
    kept = shape.tower_layers if recipe.train_tower and not recipe.checkpointing else 1
    return language + tokens * deep + mask + patches * block * kept


def _refusal(
    recipe: Recipe, shape: Shape, lengths: Sequence[Length], longest: int, memory: Memory
) -> tuple[str, str]:  # fmt: skip
    if over := [each for each in lengths if _one(each) > recipe.most_tokens]:
        why = (
            f"{len(over)} clips have rows of more than {recipe.most_tokens:,} tokens, such as {over[0].rows[0]} "
            f"(the longest has {max(map(_one, over)):,})."
        )
        return why, "Show fewer or smaller frames, or leave these rows out: nothing is cut."
    needed = max(lengths, key=lambda each: _least(recipe, each))
    least = _least(recipe, needed)
    if recipe.layout != "separate" and least > recipe.batch_tokens:
        why = (
            f"A row of the clip of {needed.rows[0]} has {least:,} tokens with its film, and a batch holds "
            f"{recipe.batch_tokens:,}."
        )
        return why, f"Give {least:,} or more (--batch-tokens), or show fewer or smaller frames."
    if longest > shape.context:
        return f"A row has {longest:,} tokens, and the model's context {shape.context:,}.", "Show fewer frames."
    most = int(recipe.device_bytes * (1 - _SPARE))
    if memory.all <= most:
        return "", ""
    why = (
        f"{recipe.name} needs {in_gib(memory.all)} of each device, and may use {in_gib(most)}: weights "
        f"{in_gib(memory.weights)}, gradients {in_gib(memory.gradients)}, optimizer {in_gib(memory.optimizer)}, "
        f"activations {in_gib(memory.activations)}, logits {in_gib(memory.logits)}."
    )
    return why, _what_would_fit(recipe, shape, lengths, most)


def _what_would_fit(recipe: Recipe, shape: Shape, lengths: Sequence[Length], most: int) -> str:
    """The first change that brings it under the limit."""
    longest = _longest(recipe, lengths)
    least = max(_least(recipe, each) for each in lengths)
    changes: list[tuple[str, Recipe]] = [
        ("compute activations again (checkpointing)", replace(recipe, checkpointing=True)),
        *((f"work on fewer tokens at once (--batch-tokens {fewer})",
           replace(recipe, checkpointing=True, batch_tokens=fewer))
          for fewer in (max(longest, 1024), max(least, 1024)) if fewer < recipe.batch_tokens),
        ("train an adapter (LoRA)", replace(recipe, lora=Lora(), checkpointing=True)),
    ]  # fmt: skip
    for words, other in changes:
        if other != recipe and memory_of(other, shape, _longest(other, lengths)).all <= most:
            return f"It would fit if you {words}."
    for devices in (2, 4, 8, 16, 32):
        other = replace(recipe, devices=max(recipe.devices, devices), shards="fsdp", checkpointing=True)
        if memory_of(other, shape, longest).all <= most:
            return f"It would fit if the weights were sharded over {other.devices} devices (fsdp)."
    return "Use a smaller model, or fewer and smaller frames."


def _seconds(recipe: Recipe, shape: Shape, lengths: Sequence[Length], epochs: float) -> float | None:
    """By the operations that are needed and the rate that the recipe tells; loading and trials are not among them."""
    if recipe.rate is None:
        return None
    back = 1 if recipe.lora is not None else 2  # a frozen weight needs no gradient of its own
    again = 1 if recipe.checkpointing else 0
    language = tower = 0.0
    for each in lengths:
        times = len(each.branches) if recipe.layout == "separate" else 1
        language += times * each.film * shape.token_work(each.film / 2)
        language += sum(words * shape.token_work(each.film + words / 2) for words, _ in each.branches)
        language += each.answers * 2 * shape.embedding
        tower += times * each.places * shape.place_work(each.group)
    passes, asked = 1, 0  # over what is learned from, with gradients and without
    if recipe.rollout is not None:
        passes, asked = recipe.rollout.updates, (recipe.rollout.updates > 1) + bool(recipe.rollout.kl)
    work = language * (passes * (1 + back + again) + asked)
    work = epochs * (work + tower * (passes * (3 + again if recipe.train_tower else 1) + asked))
    if recipe.method in ("dpo", "rlhfv"):
        work += language + tower  # the reference, once
    return work / (recipe.rate * recipe.devices)


def _seconds_drawing(recipe: Recipe, shape: Shape, lengths: Sequence[Length], epochs: float) -> float | None:
    """To read the films and prompts, to write the answers one token after another, and to have them judged: a judge
    like the model reads the film once and every answer. ``lengths``: of answers."""
    roll = recipe.rollout
    if roll is None or recipe.rate is None:
        return None
    work = waited = 0.0
    for each in lengths:
        read = each.places * shape.place_work(each.group) + each.film * shape.token_work(each.film / 2)
        words = sum(words * shape.token_work(each.film + words / 2) for words, _ in each.branches)
        work += read + words + (read + words if "p_yes" in roll.rewards else 0)
        if roll.token_seconds is not None:
            waited += -(-len(each.branches) // roll.at_once) * roll.max_tokens * roll.token_seconds
    return epochs * (work / recipe.rate + waited)


def in_gib(count: int) -> str:
    """Bytes for people."""
    return f"{count / (1 << 30):.1f} GiB" if count >= 1 << 27 else f"{count / (1 << 20):.1f} MiB"
