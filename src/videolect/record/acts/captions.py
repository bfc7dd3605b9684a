"""From a draft to a caption that is settled: what models and people do in the stream of a caption's task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from videolect.errors import BadInput
from videolect.record.acts.base import Act
from videolect.record.checks import check_text
from videolect.record.critique import Critique

Tick = Literal["agreed", "disagreed"]
"""A reviewer's word on one point of a critique."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlantedError:
    """An error that a demonstration wrote into a draft on purpose, declared."""

    kind: str
    wrong: str
    right: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Drafted(Act):
    """A model wrote a draft (the pre-caption)."""

    text: str
    parents: Mapping[str, str] = field(default_factory=dict)
    """Content hash of each parent caption that the draft was written from; ``labels`` for the label record."""
    cannot_know: tuple[str, ...] = ()
    """Topics on which the writer had nothing to go by."""
    planted: tuple[PlantedError, ...] = ()

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_text(self.text, "The draft", blank=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rated(Act):
    """A worker said how good the draft is, 1 to 5."""

    rating: int

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        if isinstance(self.rating, bool) or not isinstance(self.rating, int) or not 1 <= self.rating <= 5:
            raise BadInput(f"Rating {self.rating!r} is off the scale.", mend="Rate from 1 to 5.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Critiqued(Act):
    """A worker said what is wrong with the draft."""

    critique: Critique


@dataclass(frozen=True, kw_only=True, slots=True)
class Polished(Act):
    """A model put the critique into clear sentences, for its author to accept or not."""

    text: str

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_text(self.text, "The polished critique", blank=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class NotApplied:
    """A point that a reviser did not carry out, and why."""

    point: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Revised(Act):
    """A model wrote the post-caption from the draft and the critique."""

    text: str
    applied: tuple[str, ...] = ()
    """Ids of the points that it carried out."""
    not_applied: tuple[NotApplied, ...] = ()

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_text(self.text, "The revision", blank=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Edited(Act):
    """A worker wrote by hand: over a revision, over a draft (mode edit), or from nothing (mode write)."""

    text: str

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_text(self.text, "The edited caption", blank=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Submitted(Act):
    """The author handed the caption in."""

    text: str

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_text(self.text, "The caption", blank=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Approved(Act):
    """The reviewer let it stand."""

    ticks: Mapping[str, Tick] = field(default_factory=dict)
    """By point id."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejected(Act):
    """The reviewer did not."""

    reason: str
    ticks: Mapping[str, Tick] = field(default_factory=dict)

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_text(self.reason, "The reason for the rejection", limit=5000, blank=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Corrected(Act):
    """The rejected caption was mended; ``text`` is the final one unless it is reviewed again."""

    text: str

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_text(self.text, "The corrected caption", blank=False)
