"""What a role includes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.acts import ANN, DRAFTER, LEAD, REV, person
from videolect.errors import BadInput, NotAllowed
from videolect.oversight.roles import RIGHTS, ROLES, Worker

ALL = ("correct", "review", "caption", "label")


@pytest.mark.parametrize(
    ("worker", "stages"),
    [
        (ANN, ("caption", "label")),
        (REV, ALL),
        (LEAD, ALL),
        (DRAFTER, ("draft",)),
        (person("guest"), ()),
        (person("both", "annotator", "reviewer"), ALL),
    ],
)
def test_a_role_includes_stages_the_end_of_the_work_first(worker: Worker, stages: tuple[str, ...]):
    assert worker.stages == stages
    for stage in stages:
        worker.check_may_take(stage)
    for stage in {"label", "draft", "caption", "review", "correct"} - set(stages):
        with pytest.raises(NotAllowed, match=f"{worker.id} is .* may not {stage}"):
            worker.check_may_take(stage)


def test_an_author_corrects_what_is_reserved_for_him_and_no_more():
    ANN.check_may_take("correct", reserved_for_me=True)
    with pytest.raises(NotAllowed):
        ANN.check_may_take("review", reserved_for_me=True)


def test_only_a_lead_leads():
    LEAD.check_may("open a campaign")
    for other in (ANN, REV, DRAFTER):
        with pytest.raises(NotAllowed, match=f"{other.id} is .*, and may not open a campaign") as refused:
            other.check_may("open a campaign")
        assert refused.value.mend == "Ask a lead to do it, or for the role lead."


def test_the_page_shows_who_may_what():
    page = (Path(__file__).parents[2] / "docs" / "oversight.md").read_text(encoding="utf-8")
    shown = {what: set(roles.split(", ")) for what, roles in re.findall(r"^\| ([a-z ]+) \| ([a-z, ]+) \|$", page, re.M)}
    assert {right: set(roles) for right, roles in RIGHTS.items()}.items() <= shown.items()


def test_a_model_has_no_right():
    assert not any(DRAFTER.may(right) for right in RIGHTS)
    assert not any(person("guest").may(right) for right in RIGHTS)
    assert [right for right in RIGHTS if REV.may(right)] == ["export triples", "edit cuts", "audit"]


def test_the_refusal_names_what_one_is():
    with pytest.raises(NotAllowed, match="ann is annotator, and may not review"):
        ANN.check_may_take("review")
    with pytest.raises(NotAllowed, match=r"drafter@1 is (a )?model, and may not caption"):
        DRAFTER.check_may_take("caption")


def test_a_person_without_a_role_is_not_called_a_model():
    with pytest.raises(NotAllowed) as refused:
        person("guest").check_may_take("label")
    assert "model" not in refused.value.message


@pytest.mark.parametrize("role", ["boss", "Lead", ""])
def test_an_unknown_role_is_refused(role: str):
    with pytest.raises(BadInput, match=f"Role '{role}' is unknown. Use {', '.join(ROLES)}"):
        person("ann", role)
