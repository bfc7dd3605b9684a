"""The whole loop in a real browser, on a real film: two people, every page, and a triple with the exact frames.

``--pictures DIR`` keeps a picture of each page at 1280x800 and 1920x1080.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support.village import render_clip
from videolect.cli.demo.prepared import people_of
from videolect.cli.serving import served
from videolect.record.campaign import Policy
from videolect.wiring import Workspace, WriterChoice

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

FILM = "big_buck_bunny_480p_30s.mp4"
CLIP = "big_buck_bunny_480p_30s"
SETTLED = "[data-testid=player][data-settled=true]"
MARKUP = "<img src=x onerror=\"document.title='broken'\"> <b>bold</b>"


@contextmanager
def site_of(
    film: Path, folder: Path, *, plant: int = 0, glossary: Path | None = None
) -> Iterator[tuple[str, dict[str, str], Workspace]]:  # fmt: skip
    """A served workspace with one film in one campaign: address, passwords, workspace."""
    workspace = Workspace.create(folder / "workspace", writer=WriterChoice(plant=plant), glossary=glossary)
    passwords = people_of(workspace)
    videos, refused, _ = workspace.intake.take_in([film])
    assert not refused
    workspace.intake.open_tasks("spring", videos, policy=Policy())
    with served(workspace) as address:
        yield address, passwords, workspace
    workspace.close()


class Person:
    """Someone at a browser of their own."""

    def __init__(self, browser: Browser, address: str, name: str, password: str, pictures: Path | None) -> None:
        self.context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 800})
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._said)
        self.pictures = pictures
        self.page.goto("/")
        self.picture("sign-in")
        self.page.get_by_test_id("person").fill(name)
        self.page.get_by_test_id("password").fill(password)
        self.page.get_by_test_id("sign-in-send").click()
        self.page.wait_for_selector("[data-testid=queue-page]")

    def _said(self, message: ConsoleMessage) -> None:
        # The page's first question is whether it is signed in; the browser writes the answer 401 into its console.
        if message.type == "error" and "401" not in message.text:
            self.errors.append(f"{message.text} {message.location.get('url', '')}")

    def click(self, name: str) -> None:
        self.page.get_by_test_id(name).first.click()

    def text(self, name: str) -> str:
        return self.page.get_by_test_id(name).first.inner_text()

    def go(self, aspect: str) -> None:
        """Open a task and take it, unless opening it took it already."""
        self.page.goto(f"/task/spring/{CLIP}/{aspect}")
        self.page.wait_for_selector(SETTLED)
        self.take()

    def take(self) -> None:
        if self.page.get_by_test_id("claim").count():
            self.click("claim")
        self.page.wait_for_selector("[data-testid=release]")

    def to_frame(self, frame: int) -> None:
        """By the key of the player: G, the number, Enter."""
        self.page.get_by_test_id("player").click(position={"x": 5, "y": 5})
        self.page.keyboard.press("g")
        self.page.get_by_test_id("goto").fill(f"f{frame}")
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector(f"[data-testid=player][data-frame='{frame}'][data-settled=true]")

    def select_words(self, words: str, *, then: str = "point-editor") -> None:
        """Drag over words of the draft with the mouse; ``then``: what opens."""
        box = self.page.evaluate(
            """(words) => {
              const draft = document.querySelector('[data-testid=draft]');
              const walker = document.createTreeWalker(draft, NodeFilter.SHOW_TEXT);
              const parts = []; let whole = '';
              while (walker.nextNode()) {
                parts.push([whole.length, walker.currentNode]);
                whole += walker.currentNode.data;
              }
              const at = (offset) => {
                const [start, node] = parts.filter(([begin]) => begin <= offset).at(-1);
                return [node, offset - start];
              };
              const begin = whole.indexOf(words);
              const range = document.createRange();
              range.setStart(...at(begin)); range.setEnd(...at(begin + words.length - 1));
              const [node, offset] = at(begin + words.length - 1);
              range.setEnd(node, offset + 1);
              const rects = range.getClientRects();
              const first = rects[0], last = rects[rects.length - 1];
              return [first.left, first.top + first.height / 2, last.right, last.top + last.height / 2];
            }""",
            words,
        )
        mouse = self.page.mouse
        mouse.move(box[0] + 0.5, box[1])
        mouse.down()
        mouse.move(box[2] - 0.5, box[3], steps=6)
        mouse.up()
        self.page.wait_for_selector(f"[data-testid={then}]")

    def picture(self, name: str) -> None:
        if self.pictures is None:
            return
        for width, height in ((1280, 800), (1920, 1080)):
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.wait_for_timeout(350)
            self.page.screenshot(path=self.pictures / f"{name}-{width}x{height}.png")
        self.page.set_viewport_size({"width": 1280, "height": 800})

    def left(self, aspect: str) -> None:
        """The page went on to what is next."""
        self.page.wait_for_url(lambda url: not url.split("?")[0].endswith(f"/{aspect}"))

    def wait_saved(self) -> None:
        self.page.wait_for_selector("[data-testid=save-state][data-save=saved]")


@pytest.fixture(scope="module")
def pictures(pytestconfig: pytest.Config) -> Path | None:
    asked = pytestconfig.getoption("--pictures")
    if asked is None:
        return None
    folder = Path(asked)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def label_tilt(ann: Person) -> None:
    """Answer the label form: a slow, smooth tilt down."""
    for name in (
        "shot_transition-false", "shot_type-scenery", "steadiness-smooth", "camera_movement-major_simple",
        "camera_motion_speed-slow", "camera_tilt-down", "camera_pan-no", "is_tracking-false",
    ):  # fmt: skip
        ann.click(f"option-{name}")


def wait_for_draft(ann: Person, aspect: str) -> None:
    """The server's drafting thread comes round to it."""
    path = f"/api/tasks/spring/{CLIP}/{aspect}"
    deadline = time.monotonic() + 30
    while ann.page.request.get(path).json()["status"] != "to_caption":
        assert time.monotonic() < deadline, ann.page.request.get(path).text()
        time.sleep(0.1)


@pytest.mark.slow
def test_two_people_take_a_real_film_through_the_loop(
    browser: Browser, clip_path: Callable[[str], Path], tmp_path: Path, pictures: Path | None
) -> None:
    with site_of(clip_path(FILM), tmp_path) as (address, passwords, workspace):
        ann = Person(browser, address, "ann", passwords["ann"], pictures)
        ann.page.wait_for_selector("[data-testid=queue-row]")
        assert "labels" in ann.text("queue").lower()
        ann.picture("queue")

        # -- labels
        ann.click("take-next")
        ann.page.wait_for_selector(SETTLED)
        label_tilt(ann)
        ann.wait_saved()
        ann.picture("labels")
        ann.click("submit")
        wait_for_draft(ann, "camera")

        # -- the caption
        ann.go("camera")
        draft = ann.text("draft")
        assert "tilts down" in draft
        assert "slowly" in draft
        ann.click("rate-3")
        ann.to_frame(24)
        ann.page.keyboard.press("i")
        ann.to_frame(71)
        ann.page.keyboard.press("o")
        ann.select_words("slowly")
        ann.click("point-kind-replace")
        ann.page.get_by_test_id("point-instruction").fill("at a regular speed")
        ann.click("point-use-marks")
        ann.picture("caption-point")
        ann.click("point-keep")
        ann.page.get_by_test_id("critique-raw").fill(f"The speed is wrong. {MARKUP}")
        ann.wait_saved()

        # what was typed survives a reload
        ann.page.reload()
        ann.page.wait_for_selector(SETTLED)
        assert ann.page.get_by_test_id("critique-raw").input_value() == f"The speed is wrong. {MARKUP}"
        assert ann.page.get_by_test_id("point").count() == 1

        # the writer puts it into clear sentences; they are accepted, dropped and accepted again
        ann.click("polish")
        ann.page.wait_for_selector("[data-testid=polish-use]")
        assert "The speed is wrong." in ann.text("polished")
        ann.click("polish-use")
        ann.picture("polished")
        ann.click("polish-drop")
        ann.click("polish-use")

        ann.click("revise")
        ann.page.wait_for_selector("[data-testid=revision-diff]")
        assert "at a regular speed" in ann.text("revision-diff")
        ann.picture("caption")
        ann.click("submit")
        ann.left("camera")

        # -- the review
        rev = Person(browser, address, "rev", passwords["rev"], pictures)
        rev.page.goto(f"/review/spring/{CLIP}/camera")
        rev.page.wait_for_selector(SETTLED)
        rev.take()
        assert MARKUP in rev.text("review-raw"), "markup is shown as text"
        rev.click("tick-agreed")
        rev.picture("review")
        rev.click("reject")
        rev.page.get_by_test_id("reject-reason").fill("It is slow after all, and it glides.")
        rev.click("reject-send")
        rev.page.wait_for_selector("[data-testid=rejection]")  # the page goes on to the correction by itself
        rev.page.wait_for_selector(SETTLED)
        rev.picture("correct")
        rev.click("edit-by-hand")
        rev.page.get_by_test_id("edited").fill("The camera tilts down slowly and smoothly over a meadow.")
        rev.wait_saved()
        rev.click("submit")
        rev.left("camera")
        rev.page.goto("/board")
        rev.page.wait_for_selector("[data-testid=board]")
        rev.picture("board")

        rows = [json.loads(line) for line in workspace.triple_lines("spring")]
        assert ann.errors == []
        assert rev.errors == []
        assert ann.page.title() != "broken"
    (row,) = rows
    assert (row["aspect"], row["kind"], row["verdict"]) == ("camera", "revised", "corrected")
    (point,) = row["points"]
    start = draft.index("slowly")
    assert (point["start"], point["end"], point["words"]) == (start, start + 6, "slowly")
    assert (point["start_frame"], point["end_frame"]) == (24, 72), "marked 24 to 71, both included; kept half open"
    assert (point["verdict"], point["addressed"]) == ("agreed", True)
    assert row["post_caption"] == "The camera tilts down slowly and smoothly over a meadow."
    assert "at a regular speed" in row["rejected_post_caption"]
    assert row["active_seconds"] > 0


@pytest.mark.slow
def test_two_movements_with_their_frames_answer_the_questions_about_direction(
    browser: Browser, tmp_path: Path, pictures: Path | None
) -> None:
    film = tmp_path / f"{CLIP}.mp4"
    render_clip(film, movement="tilt_down", seconds=2.0, size=(320, 180), seed=2)
    with site_of(film, tmp_path) as (address, passwords, _):
        ann = Person(browser, address, "ann", passwords["ann"], pictures)
        ann.go("labels")
        question = ann.page.locator("[data-field=shot_transition]")
        assert question.get_by_test_id("preset-mark").is_visible(), "the form has chosen, and says so"
        question.locator("p").first.click()
        question.get_by_test_id("preset-mark").wait_for(state="hidden")
        assert ann.page.locator("[data-field=brightness]").count() == 0, "no caption of this campaign speaks of colour"
        for name in ("shot_type-scenery", "steadiness-smooth", "camera_movement-major_simple", "camera_tilt-up"):
            ann.click(f"option-{name}")

        ann.click("segment-add")
        ann.click("segment-move-tilt_down")
        ann.to_frame(0)
        ann.click("segment-start")
        assert "?" in ann.text("segment-frames")
        assert ann.page.get_by_test_id("segment-trouble").is_visible()
        ann.to_frame(23)
        ann.click("segment-end")
        assert ann.text("segment-frames").endswith("0\u201323")

        # the second row by keys: down to its chips with Tab, a digit, the marks, and there and back
        ann.click("segment-add")
        assert ann.page.evaluate("document.activeElement.dataset.testid") == "segment-move-dolly_forward"
        for _ in range(7):
            ann.page.keyboard.press("Tab")
        assert ann.page.evaluate("document.activeElement.dataset.testid") == "segment-move-pan_left"
        ann.page.keyboard.press("Enter")
        ann.to_frame(24)
        ann.page.keyboard.press("i")
        ann.to_frame(47)
        ann.page.keyboard.press("o")
        second = ann.page.get_by_test_id("segment-row").nth(1)
        second.get_by_test_id("segment-name").focus()
        ann.page.keyboard.press("Alt+u")
        assert second.get_by_test_id("segment-frames").inner_text().endswith("24\u201347")
        ann.page.keyboard.press("Alt+ArrowUp")
        assert ann.page.get_by_test_id("segment-trouble").is_visible()
        ann.page.keyboard.press("Alt+ArrowDown")
        ann.page.get_by_test_id("segment-trouble").wait_for(state="detached")

        assert "Down" in ann.text("follows-camera_tilt")
        assert "To the left" in ann.text("follows-camera_pan")
        assert ann.text("follows-camera_zoom").startswith("No")
        assert ann.page.get_by_test_id("option-camera_tilt-up").count() == 0, "it is not asked any more"
        ann.wait_saved()
        ann.page.locator("[data-field=camera_segments]").scroll_into_view_if_needed()
        ann.picture("segments")
        ann.page.reload()
        ann.page.wait_for_selector(SETTLED)
        assert "To the left" in ann.text("follows-camera_pan")
        ann.click("submit")
        ann.left("labels")
        labels = ann.page.request.get(f"/api/tasks/spring/{CLIP}/labels").json()["labels"]
        assert ann.errors == []
    assert labels["answers"]["camera_segments"] == [
        {"movements": ["tilt_down"], "start_frame": 0, "end_frame": 24},
        {"movements": ["pan_left"], "start_frame": 24, "end_frame": 48},
    ]
    assert (labels["answers"]["camera_tilt"], labels["answers"]["camera_pan"]) == ("down", "right_to_left")
    assert labels["answers"]["shot_transition"] is False
    assert "shot_transition" not in labels["untouched"]
    assert "frame_freezing" in labels["untouched"], "the form chose it, and nobody looked"


@pytest.mark.slow
def test_a_contradiction_stands_at_its_questions_while_the_form_is_filled_in(
    browser: Browser, tmp_path: Path, pictures: Path | None
) -> None:
    film = tmp_path / f"{CLIP}.mp4"
    render_clip(film, movement="static", seconds=1.0, size=(320, 180), seed=2)
    with site_of(film, tmp_path) as (address, passwords, _):
        ann = Person(browser, address, "ann", passwords["ann"], pictures)
        ann.go("labels")
        ann.click("option-steadiness-static")
        assert ann.page.get_by_test_id("violation").count() == 0
        ann.click("option-camera_movement-minor")
        for field in ("steadiness", "camera_movement"):
            said = ann.page.locator(f"[data-field={field}]").get_by_test_id("violation")
            assert "static" in said.inner_text()
        ann.picture("contradiction")
        ann.click("option-camera_movement-no")
        ann.page.get_by_test_id("violation").first.wait_for(state="detached")
        assert ann.errors == []


@pytest.mark.slow
def test_what_was_typed_survives_a_killed_network_and_an_ended_session(
    browser: Browser, tmp_path: Path, pictures: Path | None
) -> None:
    film = tmp_path / f"{CLIP}.mp4"
    render_clip(film, movement="tilt_down", seconds=1.0, size=(320, 180), seed=2)
    with site_of(film, tmp_path) as (address, passwords, _):
        ann = Person(browser, address, "ann", passwords["ann"], pictures)
        ann.go("labels")
        ann.context.set_offline(True)
        ann.click("option-steadiness-smooth")
        ann.page.wait_for_selector("[data-testid=save-state][data-save=offline]")
        ann.context.set_offline(False)
        ann.wait_saved()
        with httpx.Client(base_url=address, trust_env=False) as other:
            other.cookies.update({each["name"]: each["value"] for each in ann.context.cookies()})
            csrf = other.get("/api/session").json()["csrf"]
            other.delete("/api/session", headers={"X-CSRF-Token": csrf})
        ann.click("option-camera_movement-major_simple")
        ann.page.wait_for_selector("[data-testid=sign-in-again]")
        ann.picture("signed-out")
        ann.page.get_by_test_id("password").fill(passwords["ann"])
        ann.click("sign-in-send")
        ann.wait_saved()
        ann.page.reload()
        ann.page.wait_for_selector(SETTLED)
        chosen = ann.page.get_by_test_id("option-camera_movement-major_simple")
        assert chosen.get_attribute("aria-pressed") == "true"


@pytest.mark.slow
def test_the_keys_are_shown_on_every_page(browser: Browser, tmp_path: Path, pictures: Path | None) -> None:
    film = tmp_path / f"{CLIP}.mp4"
    render_clip(film, movement="static", seconds=1.0, size=(320, 180), seed=2)
    with site_of(film, tmp_path) as (address, passwords, _):
        ann = Person(browser, address, "ann", passwords["ann"], pictures)
        for path in ("/", "/board", f"/task/spring/{CLIP}/labels", f"/task/spring/{CLIP}/camera"):
            ann.page.goto(path)
            ann.page.wait_for_selector("[data-testid=who]")
            ann.page.keyboard.press("?")
            ann.page.wait_for_selector("[data-testid=keys-overlay]")
            ann.picture("keys")
            ann.page.keyboard.press("Escape")
            ann.page.wait_for_selector("[data-testid=keys-overlay]", state="detached")
        assert ann.errors == []
