"""What an audit of captions holds: the captions, and what a person says of one: six ratings, marked words, a critique.

The captions are other people's: they came from a file with the name of their data set, and nobody here revises them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal, get_args

from videolect.errors import BadInput
from videolect.record.checks import check_name, check_text

Failure = Literal[
    "imprecise_term", "missing_information", "subjective", "poor_writing", "hallucination", "wrong_detail"
]
FAILURES: tuple[Failure, ...] = get_args(Failure)
"""What can be wrong with marked words: the six failure types of the CHAI paper's audit."""

LEAST, MOST = 1, 5
"""The ends of the Likert scale."""

MAX_SPANS = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditItem:
    """One caption that is audited. ``dataset`` and ``id`` together name it."""

    dataset: str
    id: str
    """Its name in the data set."""
    video_id: str
    source_id: str
    """The film that the clip was cut from: intervals go by it."""
    caption: str
    aspects: tuple[str, ...] = ()
    """What the data set promises to describe; empty: everything."""
    video_hash: str | None = None
    """Of the imported film; None where there is none to look at."""

    def __post_init__(self) -> None:
        for name in ("dataset", "id", "video_id", "source_id"):
            check_text(getattr(self, name), f"The item's {name}", limit=500, blank=False)
        check_text(self.caption, "The caption", blank=False)
        for aspect in self.aspects:
            check_name(aspect, "The aspect")
        if self.video_hash is not None:
            check_name(self.video_hash, "The video hash")

    @property
    def name(self) -> tuple[str, str]:
        """Data set and id."""
        return self.dataset, self.id


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditRatings:
    """How good a caption is, as a whole and by aspect; 1 to 5 each. An aspect of which it says nothing is rated too."""

    overall: int
    subject: int
    scene: int
    motion: int
    spatial: int
    camera: int

    def __post_init__(self) -> None:
        for name in RATED:
            given = getattr(self, name)
            if type(given) is not int or not LEAST <= given <= MOST:
                raise BadInput(f"The rating {name} is {given!r}.", mend=f"Rate from {LEAST} to {MOST}.")


RATED: tuple[str, ...] = tuple(field.name for field in fields(AuditRatings))
"""The six ratings, in the order in which they are asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditSpan:
    """Words of the caption and what is wrong with them.

    ``start`` and ``end`` are code points of the caption, half open, and ``words`` is exactly that slice. Only of
    missing information the slice may be empty: then it says where the information is missing.
    """

    start: int
    end: int
    words: str
    failure: Failure

    def __post_init__(self) -> None:
        check_text(self.words, "The marked words")
        if self.failure not in FAILURES:
            raise BadInput(f"There is no failure {self.failure!r}.", mend=f"Use one of {', '.join(FAILURES)}.")
        if not 0 <= self.start <= self.end:
            raise BadInput(f"A span runs from {self.start} to {self.end}.", mend="Give 0 <= start <= end.")
        if self.start == self.end and self.failure != "missing_information":
            raise BadInput(f"A span marked {self.failure} is empty.", mend="Select at least one character.")

    def check_against(self, caption: str) -> None:
        """BadInput unless the span lies in the caption and holds just these words."""
        if self.end > len(caption):
            raise BadInput(
                f"A span ends at character {self.end}; the caption has {len(caption)}.", mend="Select the words again."
            )
        if caption[self.start : self.end] != self.words:
            raise BadInput(
                f"A span speaks of {self.words[:60]!r}, but the caption has {caption[self.start : self.end][:60]!r} "
                "there.",
                mend="Select the words again: offsets are code points.",
            )


def check_spans(spans: tuple[AuditSpan, ...]) -> None:
    """BadInput for too many spans, or for the same one twice."""
    if len(spans) > MAX_SPANS:
        raise BadInput(f"{len(spans)} spans are marked; at most {MAX_SPANS} are kept.", mend="Mark fewer.")
    seen = set()
    for span in spans:
        said = (span.start, span.end, span.failure)
        if said in seen:
            raise BadInput(f"The words {span.words[:60]!r} are marked {span.failure} twice.", mend="Mark them once.")
        seen.add(said)
