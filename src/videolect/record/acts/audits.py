"""Audits of captions: a stream for each, with its items and all answers."""

from __future__ import annotations

from dataclasses import dataclass

from videolect.errors import BadInput
from videolect.record.acts.base import Act
from videolect.record.audit import AuditItem, AuditRatings, AuditSpan, check_spans
from videolect.record.checks import check_name, check_text


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditOpened(Act):
    """An audit of captions began."""

    people: int = 1
    """How many people are to audit each item; more may."""
    note: str = ""
    """What the auditors are told."""

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_text(self.note, "The note", limit=5000)
        if not 1 <= self.people <= 1000:
            raise BadInput(f"{self.people} people are to audit each item.", mend="Give 1 to 1,000.")


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditItemAdded(Act):
    """A caption came into an audit."""

    item: AuditItem


@dataclass(frozen=True, kw_only=True, slots=True)
class Audited(Act):
    """A person said how good a caption is; the same person's later answer to the same item stands in its place."""

    dataset: str
    item: str
    ratings: AuditRatings
    spans: tuple[AuditSpan, ...] = ()
    critique: str = ""

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        for name in ("dataset", "item"):
            check_text(getattr(self, name), f"The {name}", limit=500, blank=False)
        check_spans(self.spans)
        check_text(self.critique, "The critique")


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditClosed(Act):
    """A lead ended an audit: answers are no longer given or amended."""

    reason: str = ""

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_text(self.reason, "The reason", limit=2000)


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditReopened(Act):
    """A lead let an audit that was closed go on."""

    reason: str = ""

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_text(self.reason, "The reason", limit=2000)


def audit_stream(name: str) -> str:
    """The stream of one audit: its items and all answers."""
    return f"audit/{check_name(name, 'The name of the audit')}"
