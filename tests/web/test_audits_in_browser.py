"""An audit in the browser: a lead imports captions, an annotator marks, rates and amends, the lead reads the figures.

``--pictures DIR`` keeps pictures of the pages.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.support.audits import CAPTION, ratings
from tests.web.test_cuts_in_browser import pictures  # noqa: F401  # a fixture
from tests.web.test_in_browser import SETTLED, Person, site_of
from videolect.oversight.audit import AuditDesk
from videolect.video.backends.pyav import write_mp4
from videolect.wiring import Workspace

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ITEM = "[data-testid=audit-item-page]"
SAVED = "[data-testid=save-state][data-save=saved]"


@contextmanager
def auditing(folder: Path) -> Iterator[tuple[str, dict[str, str], Workspace, str]]:
    path = folder / "film.mp4"
    grey = np.full((90, 160, 3), 128, np.uint8)
    write_mp4(path, [grey] * 24, fps=Fraction(24), size=(160, 90))
    with site_of(path, folder) as (address, passwords, workspace):
        video = next(act.video for _, act in workspace.ledger.every(kind="Imported"))  # type: ignore[attr-defined]
        yield address, passwords, workspace, video.hash


def answers(workspace: Workspace) -> dict[tuple[str, str], Any]:
    audit = AuditDesk(workspace.catalogue).look("spring")
    return {(audit.items[number - 1].id, who): act for (number, who), act in audit.answers.items()}


def marks(page: Page) -> list[tuple[str | None, str]]:
    return [
        (
            each.get_attribute("data-failure"),
            each.locator(".quote").inner_text() if each.locator(".quote").count() else "",
        )
        for each in page.get_by_test_id("audit-mark").all()
    ]


def rated(page: Page) -> list[str | None]:
    names = ("overall", "subject", "scene", "motion", "spatial", "camera")
    return [page.get_by_test_id(f"rated-{name}").get_attribute("data-value") for name in names]


@pytest.mark.slow
def test_an_audit_from_import_to_figures(browser: Browser, tmp_path: Path, pictures: Path | None) -> None:  # noqa: F811
    table = tmp_path / "captions.jsonl"
    with auditing(tmp_path) as (address, passwords, workspace, film):
        rows = [{"dataset": "Their Set", "item": f"s{n}", "video_id": f"v{n}", "caption": CAPTION} for n in (1, 2)]
        rows[0] |= {"video_hash": film, "aspects": "subject motion"}
        table.write_text("".join(json.dumps(row) + "\n" for row in [*rows, {"item": "s3"}]))

        # -- the lead imports; the bad row is named
        lead = Person(browser, address, "rev", passwords["rev"], pictures)
        lead.click("nav-audits")
        lead.page.get_by_test_id("import-file").set_input_files(table)
        lead.page.get_by_test_id("import-name").fill("spring")
        lead.page.get_by_test_id("import-note").fill("Look twice.")
        lead.click("import-send")
        expect(lead.page.get_by_test_id("import-taken")).to_contain_text("2 captions came into spring")
        expect(lead.page.get_by_test_id("import-taken")).to_contain_text("line 3 (s3): The dataset is empty.")
        lead.picture("audits")

        # -- an annotator takes the next until it is the one with the film
        ann = Person(browser, address, "ann", passwords["ann"], pictures)
        page = ann.page
        page.goto("/audits/spring")
        page.wait_for_selector("[data-testid=audit-next]")
        page.keyboard.press("n")
        page.wait_for_selector(ITEM)
        if page.get_by_test_id("no-film").count():
            first = page.locator(ITEM).get_attribute("data-number")
            ann.click("audit-skip")
            page.wait_for_selector(f"{ITEM}:not([data-number='{first}'])")
        page.wait_for_selector(SETTLED)
        assert "Their Set" not in page.locator("body").inner_text()

        # -- words by mouse, words by keyboard, something that is missing
        ann.select_words("pans left", then="audit-chosen")
        ann.picture("audit-chosen")
        page.keyboard.press("6")
        page.keyboard.press("s")
        for key in ("ArrowRight", "ArrowRight", "ArrowRight", "Shift+ArrowLeft", "Enter"):
            page.keyboard.press(key)
        expect(page.get_by_test_id("audit-chosen")).to_have_text("man 👩‍🎬 walks")
        page.keyboard.press("1")
        page.keyboard.press("Escape")
        page.keyboard.press("a")
        assert marks(page) == [
            ("imprecise_term", "man 👩‍🎬 walks"), ("wrong_detail", "pans left"), ("missing_information", "")
        ]  # fmt: skip

        # -- ratings by keyboard: each goes on to the next; one is put right
        for digit in "344421":
            page.keyboard.press(digit)
        assert rated(page) == list("344421")
        for _ in range(5):
            page.keyboard.press("[")
        page.keyboard.press("2")
        page.keyboard.press("w")
        page.keyboard.type("No lens. 👀")
        page.wait_for_selector(SAVED)
        ann.picture("audit-item")

        # -- a reload keeps it all, and then it is handed in
        page.reload()
        page.wait_for_selector(SETTLED)
        assert (rated(page), len(marks(page))) == (list("244421"), 3)
        expect(page.get_by_test_id("audit-critique")).to_have_value("No lens. 👀")
        done = page.locator(ITEM).get_attribute("data-number")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector(f"{ITEM}:not([data-number='{done}'])")
        act = answers(workspace)["s1", "ann"]
        assert act.ratings == ratings(2)
        assert [(span.failure, span.words) for span in act.spans] == marks_of(CAPTION)
        assert act.critique == "No lens. 👀"
        assert act.active_seconds > 0

        # -- what is not whole is not handed in; by mouse
        expect(page.get_by_test_id("no-film")).to_be_visible()
        ann.click("rate-overall-5")
        ann.click("audit-send")
        expect(page.get_by_test_id("audit-hint")).to_contain_text(
            "Still to rate: Subject, Scene, Motion, Spatial, Camera"
        )
        for name in ("subject", "scene", "motion", "spatial", "camera"):
            ann.click(f"rate-{name}-4")
        ann.click("audit-send")
        page.wait_for_selector("[data-testid=audit-done-row] >> nth=1")
        assert page.get_by_test_id("audit-next").count() == 0

        # -- amended from the list; a window that has not seen it is told, and keeps what it has
        page.goto(f"/audits/spring/{done}")
        page.wait_for_selector("[data-testid=audit-again]")
        other = ann.context.new_page()
        other.goto(f"/audits/spring/{done}")
        other.wait_for_selector("[data-testid=audit-again]")
        ann.click("rate-camera-3")
        ann.click("audit-send")
        page.wait_for_selector("[data-testid=audit-done]")
        assert answers(workspace)["s1", "ann"].ratings == ratings(2, camera=3)
        other.get_by_test_id("rate-scene-1").click()
        other.get_by_test_id("audit-send").click()
        expect(other.get_by_test_id("trouble")).to_contain_text("You have answered item")
        assert rated(other)[2] == "1"
        other.close()

        # -- the figures, for the lead alone
        assert page.get_by_test_id("audit-figures").count() == 0
        lead.page.goto("/audits/spring")
        expect(lead.page.get_by_test_id("audit-means")).to_contain_text("3.50", timeout=60_000)  # overall 2 and 5
        expect(lead.page.get_by_test_id("audit-auditors")).to_contain_text("ann")
        expect(lead.page.get_by_test_id("no-agreement")).to_be_visible()
        lead.picture("audit-figures")
        with lead.page.expect_download() as download:
            lead.click("audit-export")
        lines = Path(download.value.path()).read_text("utf-8").splitlines()
        assert [json.loads(line)["auditor"] for line in lines] == ["ann", "ann"]

        # -- closed: it is only looked at
        lead.click("audit-turn")
        lead.page.wait_for_selector("[data-testid=audit-page][data-closed=true]")
        page.goto(f"/audits/spring/{done}")
        page.wait_for_selector("[data-testid=audit-closed]")
        assert page.get_by_test_id("audit-send").count() == 0
        assert ann.errors == [error for error in ann.errors if "409" in error]  # the stale window's, which was told
        assert lead.errors == []


def marks_of(caption: str) -> list[tuple[str, str]]:
    """As they are handed in."""
    assert caption == CAPTION
    return [("imprecise_term", "man 👩‍🎬 walks"), ("wrong_detail", "pans left"), ("missing_information", "")]
