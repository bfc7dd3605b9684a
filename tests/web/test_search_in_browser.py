"""The page of searches in a real browser: completing a name, hits with picture and marks, the address, and errors."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support.acts import ANN, REV
from tests.support.village import render_clip
from tests.web.conftest import ANSWERS
from tests.web.test_in_browser import CLIP, Person, pictures, site_of  # noqa: F401 - pictures is a fixture
from videolect.oversight.streams import Work
from videolect.record.campaign import LABELS, TaskKey
from videolect.wiring import Workspace


def settle(workspace: Workspace, aspect: str) -> str:
    """Label the clip and take one caption to its end; its text."""
    desk = workspace.desk
    labels = TaskKey(campaign="spring", clip=CLIP, aspect=LABELS)
    desk.label(ANN, labels, Work(token=desk.claim(ANN, labels).token), ANSWERS)
    key = labels.sibling(aspect)
    deadline = time.monotonic() + 30
    while desk.look(key).standing.status != "to_caption":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    work = Work(token=desk.claim(ANN, key).token)
    desk.rate(ANN, key, work, 5)
    desk.submit(ANN, key, work)
    desk.approve(REV, key, Work(token=desk.claim(REV, key).token), {})
    return str(desk.look(key).task.final)  # type: ignore[union-attr]  # a caption's task


@pytest.mark.slow
def test_a_clip_is_found_by_a_primitive_and_a_word_and_opened(
    browser: Browser, tmp_path: Path, pictures: Path | None  # noqa: F811
):  # fmt: skip
    film = tmp_path / f"{CLIP}.mp4"
    render_clip(film, movement="static", seconds=1.0, size=(320, 180), seed=3)
    with site_of(film, tmp_path) as (address, passwords, workspace):
        text = settle(workspace, "camera")
        word = text.split()[1]
        ann = Person(browser, address, "ann", passwords["ann"], pictures)
        page = ann.page
        page.get_by_role("link", name="Search").click()
        expect(page.get_by_test_id("search-page")).to_be_visible()
        expect(page.get_by_test_id("search-unsettled")).to_have_count(0)

        # The name of a primitive is completed where the caret stands; Enter takes it, a second Enter searches.
        page.keyboard.press("/")
        query = page.get_by_test_id("search-query")
        expect(query).to_be_focused()
        page.keyboard.type("not pan_left and rotation:pan_ri")
        expect(page.get_by_test_id("search-offers").get_by_role("option")).to_have_count(3)
        expect(page.get_by_test_id("search-offers").get_by_role("option", selected=True)).to_contain_text("pan_right")
        page.keyboard.press("Enter")
        expect(query).to_have_value("not pan_left and rotation:pan_right")
        expect(page.get_by_test_id("search-offers")).to_have_count(0)
        page.get_by_test_id("search-text").fill(word)
        page.keyboard.press("Enter")

        hit = page.get_by_test_id("search-hit")
        expect(hit).to_have_count(1)
        expect(hit.locator("mark").first).to_have_text(word)
        expect(page.get_by_test_id("search-read-as")).to_have_text("not pan_left and pan_right")
        expect(hit).to_contain_text("pan_right yes")
        expect(page.get_by_test_id("search-picture")).to_be_visible()
        ann.picture("search")

        # The address holds the search: it is there again after a reload, and so are the fields.
        page.reload()
        expect(hit).to_have_count(1)
        expect(query).to_have_value("not pan_left and rotation:pan_right")
        page.get_by_test_id("search-aspect").select_option("scene")
        expect(page.get_by_test_id("search-count")).to_contain_text("Nothing was found.")
        page.get_by_test_id("search-aspect").select_option("camera")
        page.get_by_test_id("search-hit-link").click()
        page.wait_for_url(f"**/task/spring/{CLIP}/camera")
        expect(page.get_by_role("region", name="Final caption")).to_contain_text(text)
        page.go_back()
        expect(hit).to_have_count(1)
        assert ann.errors == []


@pytest.mark.slow
def test_a_query_that_cannot_be_read_shows_its_place_and_what_may_be_meant(
    browser: Browser, tmp_path: Path, pictures: Path | None  # noqa: F811
):  # fmt: skip
    film = tmp_path / f"{CLIP}.mp4"
    render_clip(film, movement="static", seconds=1.0, size=(320, 180), seed=3)
    with site_of(film, tmp_path) as (address, passwords, _):
        rev = Person(browser, address, "rev", passwords["rev"], pictures)
        page = rev.page
        page.goto("/search?q=pan_left+and+dolly_zom")
        expect(page.get_by_test_id("trouble")).to_contain_text("Perhaps dolly_zoom")
        expect(page.get_by_test_id("search-place").locator("mark")).to_have_text("dolly_zom")
        rev.picture("search-trouble")
        page.get_by_test_id("search-query").fill("dolly_zoom=?")
        page.get_by_test_id("search-send").click()
        expect(page.get_by_test_id("search-hit")).to_contain_text("No caption yet.")
        expect(page.get_by_test_id("trouble")).to_have_count(0)
