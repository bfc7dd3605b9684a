"""How the specification changes: the stream of its draft and of the versions that came of it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from videolect.errors import BadInput
from videolect.language.values import EntryKind
from videolect.language.version import Bump
from videolect.record.acts.base import Act
from videolect.record.checks import check_name, check_text

MAX_ENTRY = 400_000
"""Characters of one entry of a specification, as JSON."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SpecDraftOpened(Act):
    """A lead began a new version of the specification; with a draft open already, moved it onto another base."""

    base_version: str
    base_hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SpecEdited(Act):
    """A lead changed, added or (``entry`` None) removed one entry of the specification."""

    entry_kind: EntryKind
    entry_id: str
    entry: str | None
    """All of the entry as it is then: JSON of words, lists and objects."""
    note: str = ""

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_text(self.entry_id, "The entry's id", limit=200, blank=False)
        check_text(self.note, "The note", limit=2000)
        if self.entry is not None:
            check_text(self.entry, "The entry", limit=MAX_ENTRY)
            try:
                json.loads(self.entry)
            except (ValueError, RecursionError):
                raise BadInput(f"The entry of {self.entry_id[:60]} is not JSON.", mend="Send it as JSON.") from None


@dataclass(frozen=True, kw_only=True, slots=True)
class SpecEditDropped(Act):
    """A lead took the edits of one entry back."""

    entry_kind: EntryKind
    entry_id: str

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_text(self.entry_id, "The entry's id", limit=200, blank=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class SpecPublished(Act):
    """The draft became a version."""

    published_version: str
    published_hash: str
    bump: Bump
    note: str = ""

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_text(self.note, "The note", limit=2000)


@dataclass(frozen=True, kw_only=True, slots=True)
class SpecDraftDropped(Act):
    """A lead gave the whole draft up."""

    reason: str = ""

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_text(self.reason, "The reason", limit=2000)


def spec_stream(name: str) -> str:
    """The stream of a specification's draft and of the versions that came of it."""
    return f"spec/{check_name(name, 'The name of the specification')}"
