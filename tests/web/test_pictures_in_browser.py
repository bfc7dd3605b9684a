"""Loops in a real browser: the guide from its folder, the language's page, and the label form on its key."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.glossary import put_glossary
from tests.support.village import render_clip
from tests.web.test_in_browser import CLIP, Person, pictures, site_of  # noqa: F401 - pictures is a fixture
from videolect.cli.main import main
from videolect.language import load_spec
from videolect.stage.glossary import make_pictures

SPEC = load_spec()
SAID = "camera_pan"


@pytest.fixture(scope="module")
def glossary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures") / "glossary"
    put_glossary(folder, SPEC, "pan_left", "truck_left")
    make_pictures(folder)
    return folder


@pytest.fixture(scope="module")
def guide(glossary: Path) -> Path:
    out = glossary.parent / "site"
    assert main(["spec", "guide", "--out", str(out), "--pictures", str(glossary)]) == 0
    return out


def plays_again(page: Page, video: Locator) -> None:
    """It plays, comes to its end, and begins again by itself."""
    handle = video.element_handle()
    page.wait_for_function("(v) => !v.paused && v.currentTime > 0.05", arg=handle)
    assert video.evaluate("(v) => v.muted")
    video.evaluate("(v) => { v.playbackRate = 4; v.ends = 0; v.addEventListener('ended', () => v.ends++); }")
    page.wait_for_function("(v) => v.ends > 0 && !v.ended && v.currentTime > 0.05", arg=handle)


def test_the_guide_plays_a_primitive_and_its_look_alike(guide: Path, browser: Browser):
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto((guide / "primitives" / "pan_left.html").as_uri())
    beside = page.locator(".beside", has=page.locator("a[href$='truck_left.html']"))
    expect(beside).to_contain_text("Tell them apart:")
    beside.scroll_into_view_if_needed()
    expect(beside.locator("video")).to_have_count(2)
    plays_again(page, beside.locator("video").nth(1))
    first = beside.locator("video").first
    beside.get_by_role("button", name="Stop: Pan left").click()
    page.wait_for_function("(v) => v.paused", arg=first.element_handle())
    page.wait_for_timeout(1000)
    assert first.evaluate("(v) => v.paused"), "what a reader stopped stays so"
    # What has no picture has no empty place for one.
    page.goto((guide / "primitives" / "deep_focus.html").as_uri())
    expect(page.locator("video")).to_have_count(0)


@pytest.mark.parametrize("how", ["reduced", "print"])
def test_stills_stand_in_for_the_loops(how: str, guide: Path, browser: Browser):
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.emulate_media(**({"reduced_motion": "reduce"} if how == "reduced" else {"media": "print"}))
    page.goto((guide / "primitives" / "pan_left.html").as_uri())
    expect(page.locator(".motion").first).to_be_hidden()
    stills = page.locator(".lead .stills img")
    expect(stills).to_have_count(2)
    for still in stills.all():
        expect(still).to_be_visible()
        assert still.evaluate("(i) => i.decode().then(() => i.naturalHeight)") == 180
    assert page.evaluate("[...document.querySelectorAll('video')].every((v) => v.paused && v.readyState === 0)")


@pytest.mark.slow
def test_the_desk_shows_them_beside_entry_and_question(
    browser: Browser, glossary: Path, tmp_path: Path, pictures: Path | None  # noqa: F811
):  # fmt: skip
    film = tmp_path / f"{CLIP}.mp4"
    render_clip(film, movement="static", seconds=1.0, size=(320, 180), seed=3)
    with site_of(film, tmp_path, glossary=glossary) as (address, passwords, _):
        ann = Person(browser, address, "ann", passwords["ann"], pictures)
        page = ann.page
        page.goto("/language?kind=primitive&id=pan_left")
        plays_again(page, page.get_by_test_id("entry-loop").locator("video"))
        beside = page.get_by_test_id("beside-truck_left")
        expect(beside.locator("video")).to_have_count(2)
        expect(beside).to_contain_text("Tell them apart:")
        ann.picture("language-pictures")
        ann.go("labels")
        for answer in ("shot_transition-false", "steadiness-smooth", "camera_movement-major_simple"):
            ann.click(f"option-{answer}")
        page.locator(f"[data-field={SAID}]").click(position={"x": 2, "y": 2})
        strip = page.get_by_test_id("answer-pictures")
        expect(page.get_by_test_id("pictures-toggle")).to_be_visible()
        expect(strip).to_have_count(0)
        page.keyboard.press("v")
        expect(strip.locator("li")).to_have_count(1)
        expect(strip).to_contain_text(next(o.title for o in SPEC.field(SAID).options if o.value == "right_to_left"))
        plays_again(page, strip.locator("video"))
        ann.picture("form-pictures")
        # A question without pictures offers none, and the next one with some shows them still.
        page.locator("[data-field=camera_tilt]").click(position={"x": 2, "y": 2})
        expect(page.get_by_test_id("pictures-toggle")).to_have_count(0)
        expect(strip).to_have_count(0)
        page.locator("[data-field=camera_left_right]").click(position={"x": 2, "y": 2})
        expect(page.get_by_test_id("picture-right_to_left")).to_be_visible()
        page.keyboard.press("v")
        expect(strip).to_have_count(0)
        assert ann.errors == []
