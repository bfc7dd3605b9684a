"""Two imports into one campaign at the same moment."""

from __future__ import annotations

import pytest

from tests.support.acts import LEAD, TinySpec, catalogue, clip
from videolect.errors import BadInput, NotFound, StaleVersion
from videolect.intake import Opener
from videolect.oversight.catalogue import Catalogue
from videolect.record.campaign import Campaign


@pytest.fixture
def ours() -> Catalogue:
    return catalogue(TinySpec())


def test_a_campaign_that_another_import_opens_meanwhile_is_joined(
    ours: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    look, looks = ours.campaign, []

    def late(name: str) -> Campaign:
        looks.append(name)
        if len(looks) == 1:  # and right after this look ...
            Catalogue(ours.ledger, ours.shelf).open_campaign(LEAD, name)
            raise NotFound(f"There is no campaign {name}.", mend="Open it.")
        return look(name)

    monkeypatch.setattr(ours, "campaign", late)
    opener = Opener(ours, LEAD, "spring")
    opener.add(clip())
    opener.flush()
    assert (opener.tasks, opener.campaigns) == (5, 0)


def test_what_is_wrong_with_a_new_campaign_is_told_all_the_same(ours: Catalogue) -> None:
    opener = Opener(ours, LEAD, "spring", aspects=["colour"])
    opener.add(clip())
    with pytest.raises(BadInput, match="no aspect 'colour'"):
        opener.flush()


def test_tasks_that_another_import_opens_meanwhile_are_opened_once(
    ours: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = ours.open_campaign(LEAD, "spring")
    Catalogue(ours.ledger, ours.shelf).add_clips(LEAD, campaign, [clip("c1")])
    monkeypatch.setattr(ours.ledger, "row", lambda stream: None)  # as it looked a moment before
    assert ours.add_clips(LEAD, campaign, [clip("c1"), clip("c2")]) == 5
    assert ours.add_clips(LEAD, campaign, [clip("c1"), clip("c2")]) == 0
    assert sum(1 for _ in ours.ledger.every(kind="Opened")) == 10


def test_a_ledger_that_refuses_for_another_reason_is_told(ours: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = ours.open_campaign(LEAD, "spring")

    def refuse(acts: object) -> int:
        raise StaleVersion("It has moved on.", mend="Read it again.")

    monkeypatch.setattr(ours.ledger, "append", refuse)
    with pytest.raises(StaleVersion):
        ours.add_clips(LEAD, campaign, [clip()])
