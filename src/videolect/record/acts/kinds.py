"""Every kind of act by its name in the ledger: the codec reads from here what an act is."""

from __future__ import annotations

from videolect.record.acts.audits import AuditClosed, Audited, AuditItemAdded, AuditOpened, AuditReopened
from videolect.record.acts.base import Act
from videolect.record.acts.captions import (
    Approved,
    Corrected,
    Critiqued,
    Drafted,
    Edited,
    Polished,
    Rated,
    Rejected,
    Revised,
    Submitted,
)
from videolect.record.acts.catalogue import CampaignOpened, Imported
from videolect.record.acts.cuts import CutAdded, CutMoved, CutRemoved, CutUndone
from videolect.record.acts.labels import Labelled
from videolect.record.acts.language import (
    SpecDraftDropped,
    SpecDraftOpened,
    SpecEditDropped,
    SpecEdited,
    SpecPublished,
)
from videolect.record.acts.tasks import Claimed, Opened, Released, Withdrawn

ACTS: dict[str, type[Act]] = {
    kind.__name__: kind
    for kind in (
        Imported, CampaignOpened, Opened, Claimed, Released, Labelled, Drafted, Rated, Critiqued, Polished, Revised,
        Edited, Submitted, Approved, Rejected, Corrected, Withdrawn,
        SpecDraftOpened, SpecEdited, SpecEditDropped, SpecPublished, SpecDraftDropped,
        CutAdded, CutMoved, CutRemoved, CutUndone,
        AuditOpened, AuditItemAdded, Audited, AuditClosed, AuditReopened,
    )
}  # fmt: skip
"""Every kind of act by its name in the ledger."""
