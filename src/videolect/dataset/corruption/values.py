"""What a controlled corruption is asked to do, what it may use, and what it did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from videolect.errors import BadInput
from videolect.language.spec import Spec
from videolect.record.acts.captions import NotApplied
from videolect.record.checks import content_hash
from videolect.record.critique import Critique, Point, is_sentinel
from videolect.record.people import Model
from videolect.record.triple import Triple, TripleKind
from videolect.vlm.prompts import Prompt

Kind = Literal[
    "inaccurate", "spurious", "incomplete", "non_constructive", "blind", "no_check", "worst_caption", "faithful"
]
KINDS: tuple[Kind, ...] = get_args(Kind)
Target = Literal["draft", "final"]
TARGETS: tuple[Target, ...] = get_args(Target)
Worst = Literal["other", "inverted"]
WORST: tuple[Worst, ...] = get_args(Worst)
Evidence = Literal["opposite", "claims", "words", ""]
"""How it is known that what was written is false: it asserts the opposite of the right claim; it claims something that
neither the right words nor the draft claim; it only has other words, in which the lexicon reads no other claim."""

COUNTED: tuple[Kind, ...] = ("inaccurate", "spurious", "incomplete", "non_constructive")
_OF_FINALS: tuple[Kind, ...] = ("spurious", "blind", "worst_caption")
BY_RULE = "points-by-rule"
"""Stands for the reviser that carries points out by rule."""

Ask = Callable[[Prompt, int], tuple[str, Model]]
"""(prompt, attempt from 0) -> what a model wrote without looking, empty where that is no text; and who it was."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CorruptRule:
    """What is to be done to each critique. BadInput for what cannot be asked."""

    kind: Kind
    k: int | None = None
    """Points that are changed, added or removed; at least 1."""
    share: float | None = None
    """The same as a share of the points that there are, in (0, 1]; at least one point. Of neither: 1, and all of them
    where mends are removed."""
    seed: int = 0
    target: Target = "draft"
    """Which text the corrupted critique speaks of, or, of a worst caption, which text it stands for."""
    allow_reversal: bool = False
    """Whether a verdict may be turned over: a flawed draft called right, or a right one called flawed."""
    worst: Worst = "other"
    """Whence a worst caption comes: another source's, or its own with everything inverted."""

    def __post_init__(self) -> None:
        named: list[tuple[str, str, tuple[str, ...]]] = [
            ("kind", self.kind, KINDS),
            ("target", self.target, TARGETS),
            ("worst", self.worst, WORST),
        ]
        for name, value, allowed in named:
            if value not in allowed:
                raise BadInput(f"The {name} {value!r} is unknown.", mend=f"Use one of {', '.join(allowed)}.")
        if self.k is not None and self.share is not None:
            raise BadInput("Both a number of points and a share are given.", mend="Give one of them.")
        if self.kind not in COUNTED and (self.k is not None or self.share is not None):
            raise BadInput(
                f"{self.kind} changes a critique as a whole.",
                mend=f"Leave the number out; {', '.join(COUNTED)} have one.",
            )
        if self.k is not None and self.k < 1:
            raise BadInput(f"{self.k} points are asked for.", mend="Give 1 or more.")
        if self.share is not None and not 0 < self.share <= 1:
            raise BadInput(f"The share is {self.share}.", mend="Give more than 0, 1 at most.")
        if self.target == "final" and self.kind not in _OF_FINALS:
            raise BadInput(
                f"{self.kind} needs a critique with points, and of a final caption there is none.",
                mend=f"Name the draft, or one of {', '.join(_OF_FINALS)}.",
            )
        if self.target == "final" and not self.allow_reversal:
            raise BadInput(
                "A final caption is right, so whatever is said against it, or put in its place, reverses the verdict.",
                mend="Say that this is wanted: --allow-reversal.",
            )

    def count(self, n: int) -> int:
        """How many of n."""
        if self.k is not None:
            return self.k
        if self.share is not None:
            return max(1, int(self.share * n + 0.5))
        return n if self.kind == "non_constructive" else 1

    def rank(self, triple: Triple, what: str) -> str:
        """A lot that is the same in every run, whatever else is in the file."""
        return content_hash(f"{self.seed}/{self.kind}/{triple.triple_id}/{what}")

    def as_json(self) -> dict[str, Any]:
        """As the manifest has it."""
        return {
            "kind": self.kind, "k": self.k, "share": self.share, "seed": self.seed, "target": self.target,
            "allow_reversal": self.allow_reversal, "worst": self.worst if self.kind == "worst_caption" else None,
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Tools:
    """What the corruption is handed, since rows do not know models."""

    spec: Spec
    ask: Ask | None = None
    """A model: corrupts free words, imagines critiques and captions, and makes the captions again."""
    read_points: bool = False
    """Whether free words are read as points first (``points.reading``)."""


class LeftOut(Exception):
    """Private to the corruption: why a triple cannot be corrupted so."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One thing that was changed in a critique."""

    what: str
    """falsified, added, removed, emptied, exchanged."""
    point: str | None = None
    before: str | None = None
    after: str | None = None
    evidence: Evidence = ""
    source: str | None = None
    """The triple that lent the words, where another did."""

    def as_json(self) -> dict[str, str | None]:
        """As the records have it."""
        return {
            "what": self.what, "point": self.point, "before": self.before, "after": self.after,
            "evidence": self.evidence or None, "source": self.source,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """Corrupted points, what was changed, and of how many."""

    points: tuple[Point, ...]
    changes: tuple[Change, ...]
    n: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Corrupted:
    """A corrupted triple beside the one that it was made of."""

    triple: Triple
    of: Triple
    changes: tuple[Change, ...]
    n: int | None = None
    """Points that could have been changed; None where the critique was changed as a whole."""
    said: str
    """The right critique in the form of the corrupted one: its points as sentences, or the words as they stood."""
    reviser: str
    reversed: bool = False
    """Whether a flawed text is now called right, or a right one flawed or exchanged for a wrong one."""
    attempts: int = 1
    """Of a model."""
    not_applied: tuple[NotApplied, ...] = ()
    notes: dict[str, int | float | str] = field(default_factory=dict)


def verdict_of(triple: Triple) -> bool:
    """Whether the critique says that the draft is right."""
    return triple.kind == "perfect" or is_sentinel(triple.critique or "")


def remade(
    triple: Triple, rule: CorruptRule, *, pre: str, critique: Critique | str | None, post: str, post_model: str | None,
    kind: TripleKind,
) -> Triple:  # fmt: skip
    """The triple with another critique and caption. Nobody reviewed it, and its name and campaign say what it is."""
    words = critique.words if isinstance(critique, Critique) else critique
    same = pre == triple.pre_caption
    rated = triple.rating if same and triple.rating != 5 else None
    return replace(
        triple, triple_id=f"{triple.triple_id}-{rule.kind}", campaign=f"{triple.campaign}+{rule.kind}", kind=kind,
        pre_caption=pre, pre_model=triple.pre_model if same else None,
        pre_prompt_hash=triple.pre_prompt_hash if same else None, rating=5 if kind == "perfect" else rated,
        critique_raw=None, critique=words, critique_language="en" if words else None, points=(), post_caption=post,
        post_model=post_model, edited_by_hand=False, reviewer=None, verdict="approved", rejected_critique=None,
        rejected_post_caption=None, same_draft=None, active_seconds=None,
    )  # fmt: skip


def original_id(triple: Triple) -> str:
    """Of a corrupted triple the id of the one that it was made of; of any other its own."""
    _, plus, kind = triple.campaign.rpartition("+")
    return triple.triple_id.removesuffix(f"-{kind}") if plus else triple.triple_id
