"""A lead makes a new version of the language in the browser; the campaign that runs keeps its own.

``--pictures DIR`` keeps pictures of the pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.support.village import render_clip
from tests.web.test_in_browser import Person
from videolect.cli.demo.prepared import people_of
from videolect.cli.serving import served
from videolect.language.spec import Spec
from videolect.oversight.roles import Worker
from videolect.oversight.streams import Work
from videolect.record.campaign import LABELS, Policy, TaskKey
from videolect.record.people import Person as Human
from videolect.wiring import OPERATOR, Workspace
from videolect.wiring import workspace as wiring

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MINI = Path(__file__).parents[1] / "data" / "spec" / "mini"
ANN = Worker(actor=Human(id="ann"), roles=("annotator",))


@contextmanager
def language_site(folder: Path) -> Iterator[tuple[str, dict[str, str], Workspace]]:
    """A workspace in which one clip is labelled: it pans both ways."""
    film = folder / "clip.mp4"
    render_clip(film, movement="pan_right", seconds=1.0, size=(320, 180), seed=2)
    workspace = Workspace.create(folder / "workspace")
    passwords = people_of(workspace)
    videos, refused, _ = workspace.intake.take_in([film])
    assert not refused
    workspace.intake.open_tasks("spring", videos, policy=Policy())
    key = TaskKey(campaign="spring", clip="clip", aspect=LABELS)
    lease = workspace.desk.claim(ANN, key)
    workspace.desk.label(ANN, key, Work(token=lease.token), {"moves": True, "pan": "both"})
    with served(workspace) as address:
        yield address, passwords, workspace
    workspace.close()


@pytest.fixture
def pictures(pytestconfig: pytest.Config) -> Path | None:
    asked = pytestconfig.getoption("--pictures")
    if asked is None:
        return None
    Path(asked).mkdir(parents=True, exist_ok=True)
    return Path(asked)


def checked(lead: Person) -> None:
    """The live check has caught up with what is typed."""
    lead.page.wait_for_selector("[data-testid=trial][data-checking=false]", timeout=30_000)


@pytest.mark.slow
def test_a_lead_edits_a_text_and_a_rule_sees_the_effect_and_publishes(
    browser: Browser, tmp_path: Path, pictures: Path | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "load_spec", lambda: Spec.load(MINI))
    with language_site(tmp_path) as (address, passwords, workspace):
        lead = Person(browser, address, "rev", passwords["rev"], pictures)
        page = lead.page
        page.goto("/language")
        page.wait_for_selector("[data-testid=language-page]")
        page.keyboard.press("/")
        page.keyboard.type("pans left")
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-testid=entry-reader]")
        assert lead.text("words-yes_when") == "Pan is 'Left' or 'Both'"
        lead.picture("language-entry")

        # -- a text and a rule, with the check beside them
        page.locator("[data-testid=entry-title]").click()
        page.keyboard.press("e")
        page.get_by_test_id("edit-decision").fill("Yes when it turns left and at no time right.")
        checked(lead)
        assert "None of the 1 label records" in lead.text("trial-effect")
        rule = page.get_by_test_id("edit-yes_when")
        rule.get_by_test_id("chip-left").click()  # nothing but both ways is left: the examples say no
        page.wait_for_selector("[data-testid=trial-problem]")
        checked(lead)
        assert page.locator("[data-testid=outcome][data-right=false]").count() > 0
        lead.picture("language-problem")
        rule.get_by_test_id("rule-test").select_option("is")
        rule.get_by_test_id("rule-value").select_option("left")
        page.wait_for_selector("[data-testid=trial-good]")
        checked(lead)
        assert "1 of 1 label records" in lead.text("trial-effect")
        assert "undetermined" in lead.text("trial-state")
        lead.picture("language-edit")

        # -- what is typed survives a reload
        page.reload()
        page.wait_for_selector("[data-testid=restored]")
        assert page.get_by_test_id("edit-decision").input_value().endswith("no time right.")

        # -- another lead was faster: told, and nothing typed is lost
        language = workspace.language
        other: Any = language.reading(language.look()).entries["primitive", "warm_light"].data
        language.edit(OPERATOR, "primitive", "warm_light", {**other, "title": "Warm"})
        page.get_by_test_id("edit-note").fill("Both ways is no pan to the left.")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("[data-testid=language-stale]")
        assert "operator edited warm_light" in lead.text("language-stale")
        assert page.get_by_test_id("edit-decision").input_value().endswith("no time right.")
        lead.picture("language-stale")
        lead.click("save-over")
        page.wait_for_selector("[data-testid=entry-reader]")
        assert lead.text("words-yes_when") == "Pan is 'Left'"

        # -- the draft: one edit is taken back, the rest published
        lead.click("show-draft")
        page.wait_for_selector("[data-testid=publish-form]")
        assert page.get_by_test_id("draft-edit").count() == 2
        lead.click("discard-warm_light")
        expect(page.get_by_test_id("draft-edit")).to_have_count(1)
        page.wait_for_selector("[data-testid=change]")
        assert "1 label records" in lead.text("draft-touches")
        lead.picture("language-draft")
        page.get_by_test_id("publish-note").fill("Left alone")
        lead.click("publish")
        page.wait_for_selector("[data-testid=versions]")
        expect(page.get_by_test_id("version-row")).to_have_count(2)
        assert lead.text("version-row").split()[0] == "2.0.0"
        lead.picture("language-versions")

        # -- everybody else reads it
        ann = Person(browser, address, "ann", passwords["ann"], pictures)
        ann.page.goto("/language?kind=primitive&id=pans_left")
        ann.page.wait_for_selector("[data-testid=entry-reader]")
        assert ann.text("words-yes_when") == "Pan is 'Left'"
        for name in ("edit-entry", "show-draft", "copy-entry"):
            assert ann.page.get_by_test_id(name).count() == 0
        assert [each for each in lead.errors if "409" not in each] == []
        assert ann.errors == []

        # -- a new campaign takes it, the old one keeps its version
        videos = [
            workspace.catalogue.video(
                workspace.desk.look(TaskKey(campaign="spring", clip="clip", aspect=LABELS)).task.opened.clip.video_hash
            )
        ]
        workspace.intake.open_tasks("autumn", videos, policy=Policy())
        assert {each.name: each.spec_version for each in workspace.catalogue.campaigns()} == {
            "spring": "1.0.0",
            "autumn": "2.0.0",
        }
        answer = ann.page.request.get("/api/tasks/spring/clip/labels").json()
        assert answer["labels"]["primitives"]["pans_left"] is True


@pytest.mark.slow
def test_an_entry_is_copied_and_its_examples_and_options_are_edited(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "load_spec", lambda: Spec.load(MINI))
    with language_site(tmp_path) as (address, passwords, workspace):
        lead = Person(browser, address, "rev", passwords["rev"], None)
        page = lead.page
        page.goto("/language?kind=primitive&id=pans")
        lead.click("copy-entry")
        page.get_by_test_id("new-id").fill("pans")
        assert page.get_by_test_id("new-id").get_attribute("aria-invalid") == "true", "the id is taken"
        page.get_by_test_id("new-id").fill("pans_at_all")
        page.keyboard.press("Enter")
        page.get_by_test_id("edit-title").fill("Pans at all")
        page.wait_for_selector("[data-testid=trial-good]")
        lead.click("save-edit")
        page.wait_for_selector("[data-testid=entry-reader]")
        expect(page.get_by_test_id("entry-title")).to_have_text("Pans at all")
        page.goto("/language?kind=field&id=lamps&edit=1")
        lead.click("add-option")
        page.locator("[data-testid=option-row]").last.get_by_label("Title").fill("Candle")
        page.locator("[data-testid=option-row]").last.get_by_label("Answer").fill("candle")
        page.wait_for_selector("[data-testid=trial-good]")
        lead.click("save-edit")
        page.wait_for_selector("[data-testid=entry-reader]")
        page.goto("/language?kind=condition&id=still&edit=1")
        rule = page.get_by_test_id("edit-rule")
        rule.get_by_test_id("rule-wrap").click()
        rule.get_by_test_id("rule-add").click()
        assert rule.get_by_test_id("rule-row").count() == 2
        rule.get_by_test_id("rule-not").last.click()
        checked(lead)
        lead.click("cancel-edit")
        state = workspace.language.look()
        spec = workspace.language.checked(state)
        assert spec.primitives["pans_at_all"].title == "Pans at all"
        assert spec.field("lamps").options[-1].title == "Candle"
        assert lead.errors == []
