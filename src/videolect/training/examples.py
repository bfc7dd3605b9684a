"""Rows as tokens, by clip: the film's head once, then a branch for each answer that is to be learned from it.

Lengths are exact and known without decoding a film. Nothing is cut: an answer or a prompt that does not fit is refused
or left out, with its row and the reason, and so is a row whose film is missing.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, get_args

from videolect.dataset.rows.row import Row, prompt_of
from videolect.errors import BadInput, CannotRead
from videolect.training.films import Shown, ShownRows, grid_of, head_words
from videolect.training.recipe import LeaveOut
from videolect.vlm import prompts, tokens
from videolect.vlm.tokens import PixelFormat

Role = Literal["target", "chosen", "rejected", "sample"]
_NAMED = 5
"""Rows that an error names."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Branch:
    """One prompt about a film and one answer to it."""

    ids: tuple[int, ...]
    """Tokens behind the film's head: prompt, invitation, answer, end of turn."""
    answer_from: int
    """Index in ``ids`` at which the answer begins."""
    answer: str
    """The answer as the row has it: what the labelled tokens must say."""
    prompt: str
    """The prompt as the row has it."""
    row_id: str
    task: str
    role: Role = "target"
    group: str | None = None
    """Of a pair, or of samples for one prompt: which belong together."""
    weights: tuple[float, ...] | None = None
    """For each answer token; None: all alike."""
    caption: str | None = None
    """The caption that is criticised or judged."""

    @property
    def answer_ids(self) -> tuple[int, ...]:
        """Answer and end of turn."""
        return self.ids[self.answer_from :]

    @property
    def prompt_ids(self) -> tuple[int, ...]:
        """What stands between the film and the answer."""
        return self.ids[: self.answer_from]


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """One clip and what is to be learned from it."""

    film: str
    """``Shown.key``."""
    ids: tuple[int, ...]
    """The head: everything up to the end of the film."""
    pad: int
    """Which of them is a place of the film."""
    grid: tuple[int, int, int]
    """Groups of frames, rows and columns of patches."""
    merge: int
    """Patches of a side that become one place."""
    branches: tuple[Branch, ...]

    @property
    def places(self) -> int:
        """How many tokens of the head the film fills."""
        groups, rows, columns = self.grid
        return groups * rows * columns // self.merge**2

    @property
    def answer_tokens(self) -> int:
        """Of all branches."""
        return sum(len(branch.ids) - branch.answer_from for branch in self.branches)


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What may be long, and what happens to what is longer."""

    answer: int = 1024
    """Tokens of an answer."""
    context: int = 32_768
    """Tokens of film, prompt and answer together: of the model."""
    row: int = 32_768
    """Tokens that are laid out behind each other; a clip with more is shown in several rows."""
    drawn: int = 0
    """Tokens of the context that an answer of the model's own may take, where it answers itself."""
    missing: LeaveOut = "refuse"
    """Rows whose film is not there."""
    too_long: LeaveOut = "refuse"

    def __post_init__(self) -> None:
        for name in ("answer", "context", "row"):
            if getattr(self, name) < 1:
                raise BadInput(f"The limit {name} is {getattr(self, name)}.", mend="Give 1 or more.")
        for name in ("missing", "too_long"):
            if getattr(self, name) not in get_args(LeaveOut):
                raise BadInput(f"{name} is {getattr(self, name)!r}.", mend="Use refuse or skip.")


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftOut:
    """A row that is not learned from."""

    row_id: str
    reason: str
    """``no film``, ``film cannot be read``, ``answer too long``, ``prompt too long``; ``both answers alike``, of a pair
    that differs by nothing that is read, such as a space at its end."""
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Examples(Sequence[Example]):
    """All clips of a training set, in the order of their first rows."""

    items: tuple[Example, ...]
    left_out: tuple[LeftOut, ...] = ()
    tokenizer: str
    """Fingerprint of the tokenizer that the ids are of."""
    pixels: str
    """Hash of the pixel format."""

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, at: Any) -> Any:
        return self.items[at]

    @property
    def branches(self) -> Iterator[Branch]:
        """Of all clips."""
        return (branch for example in self.items for branch in example.branches)

    @property
    def reasons(self) -> dict[str, int]:
        """How many rows are left out, by reason."""
        return dict(Counter(one.reason for one in self.left_out))

    @cached_property
    def hash(self) -> str:
        """Of everything that is shown, asked and answered; pixels by the clips' keys."""
        digest = hashlib.sha256(f"{self.tokenizer} {self.pixels} {tokens.FORMAT}".encode())
        for example in self.items:
            told = [example.film, example.ids, example.grid, example.merge]
            told += [[b.ids, b.answer_from, b.role, b.group, b.weights, b.row_id] for b in example.branches]
            digest.update(json.dumps(told).encode())
        return digest.hexdigest()


@dataclass(slots=True)
class _Clip:
    shown: Shown
    branches: list[Branch] = field(default_factory=list)


def examples_of(
    rows: Iterable[Row], tokenizer: Any, pixels: PixelFormat, shown: ShownRows, *, limits: Limits | None = None,
    spec_hash: str | None = None,
) -> Examples:  # fmt: skip
    """Group the rows by clip and write them in tokens.

    ``spec_hash``: of the specification that the rows' manifest names; with it every prompt is checked to be one of this
    version's. BadInput for a tokenizer that is not Qwen3-VL's, for a prompt of another format, for no rows at all, and
    for rows that are missing or too long where the limits say ``refuse``.
    """
    limits = limits or Limits()
    writer = _Writer(tokenizer)
    clips: dict[str, _Clip] = {}
    left_out: list[LeftOut] = []
    heads: dict[str, tuple[int, ...]] = {}
    for row in rows:
        if spec_hash is not None or row.task == "yes_no":
            prompt_of(row, spec_hash)  # which checks it
        found = _found(row, shown)
        if isinstance(found, LeftOut):
            left_out.append(found)
            continue
        if found.key not in heads:
            heads[found.key] = writer.ids(head_words(found, pixels))
        branches = writer.branches(row)
        if len({branch.answer_ids for branch in branches}) < len(branches):
            left_out.append(LeftOut(row_id=row.row_id, reason="both answers alike"))
            continue
        if why := _too_long(row, heads[found.key], branches, limits):
            left_out.append(why)
            continue
        clips.setdefault(found.key, _Clip(found)).branches.extend(branches)
    _refuse(left_out, limits)
    made = [
        Example(
            film=key, ids=heads[key], pad=writer.pad, grid=grid_of(clip.shown, pixels), merge=pixels.merge,
            branches=tuple(clip.branches),
        )
        for key, clip in clips.items()
    ]  # fmt: skip
    if not made:
        raise BadInput("No row is left to learn from.", mend="Give rows whose films are there and that fit the limits.")
    for example in made:
        tokens.check_places(example.ids.count(writer.pad), example.places)
    return Examples(
        items=tuple(part for example in made for part in parts_of(example, limits.row)), left_out=tuple(left_out),
        tokenizer=tokenizer_hash(tokenizer), pixels=pixels.hash,
    )  # fmt: skip


def _found(row: Row, shown: ShownRows) -> Shown | LeftOut:
    try:
        found = shown(row)
    except CannotRead as error:
        return LeftOut(row_id=row.row_id, reason="film cannot be read", detail=error.message.rstrip("."))
    return found or LeftOut(row_id=row.row_id, reason="no film", detail=row.video_hash or row.video_id)


def tokenizer_hash(tokenizer: Any) -> str:
    """Which tokenizer this is: of its words, merges and marks."""
    fast = getattr(tokenizer, "backend_tokenizer", None)
    whole = fast.to_str() if fast is not None else json.dumps(sorted(tokenizer.get_vocab().items()))
    return hashlib.sha256(whole.encode()).hexdigest()


def check_manifest(manifest: Mapping[str, Any]) -> str:
    """The hash of the specification that a folder of rows was made with. BadInput for prompts of another version."""
    if manifest.get("prompts") != prompts.VERSION:
        raise BadInput(
            f"The rows hold prompts of version {manifest.get('prompts')!r}, and this is {prompts.VERSION!r}.",
            mend="Write the rows again with this version: data rows TRIPLES --out DIR.",
        )
    return str(manifest["spec"]["hash"])


class _Writer:
    """Texts as tokens; the same text comes again and again."""

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer = tokenizer
        self.known: dict[str, tuple[int, ...]] = {}
        marks = {mark: self.ids(mark) for mark in tokens.SPECIAL}
        for mark, found in marks.items():
            if len(found) != 1:
                raise BadInput(
                    f"For this tokenizer {mark} is {len(found)} tokens.",
                    mend="Use the tokenizer of the Qwen3-VL checkpoint that is to be trained.",
                )
        self.pad, self.end = marks[tokens.PAD][0], marks[tokens.TURN_END][0]

    def ids(self, text: str) -> tuple[int, ...]:
        if text not in self.known:
            self.known[text] = tuple(self.tokenizer.encode(text, add_special_tokens=False))
        return self.known[text]

    def branches(self, row: Row) -> list[Branch]:
        """One of a row with a target, two of a pair: the better one first."""
        if row.rejected is None:
            return [self.branch(row, row.target, "target")]
        return [self.branch(row, row.target, "chosen"), self.branch(row, row.rejected, "rejected")]

    def branch(self, row: Row, answer: str, role: Role) -> Branch:
        answer = answer.strip()
        if not answer:
            raise BadInput(f"The row {row.row_id} has an empty answer.", mend="Leave the row out, or write its answer.")
        tail = self.ids(tokens.chat_tail(row.prompt))
        said = self.ids(tokens.harmless(answer))
        return Branch(
            ids=(*tail, *said, self.end), answer_from=len(tail), answer=answer, prompt=row.prompt, row_id=row.row_id,
            task=row.task, role=role, group=None if role == "target" else row.row_id, caption=row.caption,
        )  # fmt: skip


def _too_long(row: Row, head: Sequence[int], branches: Sequence[Branch], limits: Limits) -> LeftOut | None:
    answer = max(len(branch.answer_ids) for branch in branches)
    if answer > limits.answer:
        told = f"{answer:,} tokens, {limits.answer:,} allowed"
        return LeftOut(row_id=row.row_id, reason="answer too long", detail=told)
    whole = len(head) + max(max(len(one.ids), one.answer_from + limits.drawn) for one in branches)
    if whole > limits.context:
        told = f"{whole:,} tokens with {len(head):,} of film, {limits.context:,} allowed"
        return LeftOut(row_id=row.row_id, reason="prompt too long", detail=told)
    return None


def _refuse(left_out: Sequence[LeftOut], limits: Limits) -> None:
    missing = [one for one in left_out if one.reason == "no film"]
    broken = [one for one in left_out if one.reason == "film cannot be read"]
    if limits.missing == "refuse" and (missing or broken):
        told = [f"{_have(missing)} no film: {_named(missing)}."] if missing else []
        told += [f"{_have(broken)} a film that cannot be read: {_named(broken)}."] if broken else []
        raise BadInput(
            " ".join(told), mend="Bring the films, or train without these rows: --skip-missing (missing=skip)."
        )
    long = [one for one in left_out if one.reason.endswith("too long")]
    if long and limits.too_long == "refuse":
        raise BadInput(
            f"{len(long):,} {'row is' if len(long) == 1 else 'rows are'} too long: {_named(long)}.",
            mend="Show fewer or smaller frames, or train without these rows: --skip-long (too_long=skip).",
        )


def _have(left_out: Sequence[LeftOut]) -> str:
    return "1 row has" if len(left_out) == 1 else f"{len(left_out):,} rows have"


def _named(left_out: Sequence[LeftOut]) -> str:
    told = [f"{one.row_id} ({one.detail})" for one in left_out[:_NAMED]]
    more = len(left_out) - len(told)
    return "; ".join([*told, *([f"and {more} more"] if more else [])])


def parts_of(example: Example, most: int) -> Iterator[Example]:
    """The clip in as many rows as it needs; what belongs together stays together."""
    groups: dict[str, list[Branch]] = {}
    for number, branch in enumerate(example.branches):
        groups.setdefault(branch.group or f"#{number}", []).append(branch)
    held: list[Branch] = []
    length = len(example.ids)
    for group in groups.values():
        more = sum(len(branch.ids) for branch in group)
        if held and length + more > most:
            yield replace(example, branches=tuple(held))
            held, length = [], len(example.ids)
        held += group
        length += more
    yield replace(example, branches=tuple(held))
