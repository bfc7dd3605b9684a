"""What a writer is asked and what it answers: values that the desk, the backends and the benchmark share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from videolect.record.acts.captions import NotApplied, PlantedError
from videolect.record.acts.labels import Answer
from videolect.record.clip import Clip
from videolect.record.critique import Critique
from videolect.record.people import Model


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftRequest:
    """Write the caption of one aspect of one clip."""

    clip: Clip
    aspect: str
    answers: Mapping[str, Answer]
    """The label record as today's specification reads it; empty where nobody has labelled the clip."""
    labels_hash: str | None = None
    """Identity of the record as it was handed in, perhaps under an older schema. None: that of the answers here."""
    parents: Mapping[str, str] = field(default_factory=dict)
    """Finished captions of the aspects that this one depends on, by aspect."""
    spec_hash: str | None = None
    """The version of the specification that the campaign keeps to. None: the writer's own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What a writer wrote, and what it could not know."""

    text: str
    model: Model
    cannot_know: tuple[str, ...] = ()
    planted: tuple[PlantedError, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviseRequest:
    """Apply a critique to a draft."""

    clip: Clip
    aspect: str
    draft: str
    critique: Critique
    answers: Mapping[str, Answer] = field(default_factory=dict)
    spec_hash: str | None = None
    """As in a draft's request."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Revision:
    """The post-caption, the points that it carries out, and the others with the reason."""

    text: str
    model: Model
    applied: tuple[str, ...] = ()
    not_applied: tuple[NotApplied, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PolishRequest:
    """Put an expert's notes on a draft into clear sentences."""

    clip: Clip
    aspect: str
    draft: str
    critique: Critique
    spec_hash: str | None = None
    """As in a draft's request."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PolishedText:
    """The notes in other words, to be accepted by the expert or not."""

    text: str
    model: Model
