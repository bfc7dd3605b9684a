"""A settled task as the row that training and measurement read: a query over acts, never a stored thing that drifts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from typing import Any, Literal

from videolect.record.acts.captions import Tick
from videolect.record.campaign import Mode
from videolect.record.codec import to_plain
from videolect.record.critique import Point

TripleKind = Literal["perfect", "revised", "edited", "written"]


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedPoint:
    """A point, what the reviewer said of it, and whether the reviser carried it out."""

    point: Point
    verdict: Tick | None
    addressed: bool

    def plain(self) -> dict[str, Any]:
        """The point's own fields with ``verdict`` and ``addressed`` beside them."""
        return {**to_plain(self.point), "verdict": self.verdict, "addressed": self.addressed}


@dataclass(frozen=True, kw_only=True, slots=True)
class Triple:
    """One settled task: (pre-caption, critique, post-caption) with its provenance. Columns as in docs/triples.md."""

    triple_id: str
    video_id: str
    video_hash: str | None
    source_id: str
    start_pts: int | None
    """None, like ``end_pts``, ``time_base`` and ``video_hash``, where the words came in without their film."""
    end_pts: int | None
    time_base: Fraction | None
    aspect: str
    kind: TripleKind
    pre_caption: str | None
    pre_model: str | None
    pre_prompt_hash: str | None
    rating: int | None
    critique_raw: str | None
    critique: str | None
    critique_language: str | None
    points: tuple[JudgedPoint, ...] = ()
    post_caption: str
    post_model: str | None
    edited_by_hand: bool
    annotator: str
    reviewer: str | None
    verdict: Literal["approved", "corrected"]
    rejected_critique: str | None = None
    rejected_post_caption: str | None = None
    same_draft: bool | None = None
    spec_version: str
    spec_hash: str
    parents: Mapping[str, str] = field(default_factory=dict)
    campaign: str
    mode: Mode
    active_seconds: float | None
    drafted_at: datetime | None
    submitted_at: datetime | None
    settled_at: datetime | None
    ledger_seq: int | None
    """None for words that came from outside the ledger, and so no time that they do not tell."""

    def plain(self) -> dict[str, Any]:
        """The row as JSON: keys as documented, times ISO 8601, the time base ``n/d``, points flattened."""
        plain: dict[str, Any] = to_plain(replace(self, points=()))
        plain["points"] = [point.plain() for point in self.points]
        return plain
