"""The shapes of audits, as ``models`` has those of the tasks."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StrictInt

from videolect.oversight.streams import Work
from videolect.record.audit import LEAST, MAX_SPANS, MOST, Failure
from videolect.web.models import ScratchShape, Shape

Rating = Annotated[StrictInt, Field(ge=LEAST, le=MOST)]

# -- asked and answered


class AuditRatingsShape(Shape):
    """How good a caption is, 1 to 5 each."""

    overall: Rating
    subject: Rating
    scene: Rating
    motion: Rating
    spatial: Rating
    camera: Rating


class AuditSpanShape(Shape):
    """Words of the caption (half-open code points) and what is wrong with them."""

    start: StrictInt = Field(ge=0, lt=2**31)
    end: StrictInt = Field(ge=0, lt=2**31)
    words: str
    failure: Failure


# -- asked


class AuditAnswerBody(Shape):
    """What a person says of one caption."""

    ratings: AuditRatingsShape
    spans: list[AuditSpanShape] = Field(default_factory=list, max_length=MAX_SPANS)
    critique: str = ""
    seen: int | None = Field(default=None, ge=0)
    """``seen`` of the item on which the answer rests."""
    key: str | None = Field(default=None, max_length=200)
    active_seconds: float = Field(default=0.0, ge=0, lt=864_000)

    @property
    def work(self) -> Work:
        """What comes with it, for the desk."""
        return Work(seen=self.seen, key=self.key, active_seconds=self.active_seconds)


class AuditImportBody(Shape):
    """A table of captions: the text of a .csv, .tsv or .jsonl file."""

    file_name: str = Field(max_length=500)
    text: str
    people: int | None = None
    note: str | None = None


class AuditReasonBody(Shape):
    """Why an audit is closed or reopened."""

    reason: str = ""
    key: str | None = Field(default=None, max_length=200)

    @property
    def work(self) -> Work:
        """What comes with it, for the desk."""
        return Work(key=self.key)


# -- answered


class AuditRowShape(Shape):
    """One audit in the list."""

    name: str
    items: int
    answers: int
    mine: int
    """Items that I have answered."""
    left: int
    """Items that wait for my answer."""
    people: int
    """How many are to audit each item."""
    closed: bool
    note: str


class AuditsShape(Shape):
    """All audits, oldest first."""

    audits: list[AuditRowShape]
    may_audit: bool
    may_lead: bool


class AuditMineShape(Shape):
    """What I said of an item, in short."""

    number: int
    overall: int
    begins: str
    """The caption's first words."""


class AuditShape(AuditRowShape):
    """One audit, with what I have answered, the latest first."""

    done: list[AuditMineShape]
    may_audit: bool
    may_lead: bool


class AuditNextShape(Shape):
    """The item that comes next for me."""

    number: int | None


class AuditVideoShape(Shape):
    """The film of an item."""

    hash: str
    frames: int


class AuditAnswerShape(Shape):
    """My answer as it stands."""

    ratings: AuditRatingsShape
    spans: list[AuditSpanShape]
    critique: str


class AuditItemShape(Shape):
    """One caption to audit."""

    audit: str
    number: int
    items: int
    mine: int
    left: int
    closed: bool
    note: str
    caption: str
    aspects: list[str]
    """What its data set promises to describe; empty: everything."""
    film: AuditVideoShape | None
    answer: AuditAnswerShape | None
    seen: int
    """To be sent with the answer; 0: I have not answered."""
    name: str | None
    """Data set and item, for leads."""
    may_audit: bool
    scratch: ScratchShape | None


class AuditBadShape(Shape):
    """A row that was left out."""

    row: str
    why: str


class AuditTakenShape(Shape):
    """What came of an import."""

    new: int
    known: int
    bad: list[AuditBadShape]
    unknown_columns: list[str]
    ratings_left_out: int
    """Rows with ratings of others, which an audit does not take."""
    films_left_out: int
    """Rows that name a file to look at: the page sends the table alone."""
    audit: AuditRowShape


class AuditStatisticsShape(Shape):
    """The figures of ``eval audit`` (docs/audit.md)."""

    figures: dict[str, Any]
