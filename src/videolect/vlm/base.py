"""What every writer offers: a draft of one aspect of one clip, and its revision by a critique."""

from __future__ import annotations

from typing import Protocol

from videolect.record.drafting import Draft, DraftRequest, ReviseRequest, Revision


class Backend(Protocol):
    """A writer. Its values are those of ``record.drafting``; it reads no file and keeps no state between calls."""

    def draft(self, request: DraftRequest) -> Draft:
        """Write the caption of one aspect."""
        ...

    def revise(self, request: ReviseRequest) -> Revision:
        """Write it again as the critique asks."""
        ...
