"""The mouse over the player's bar shows the place under it, and a button tells what is known of the film.

``--pictures DIR`` keeps pictures of the pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.support import movies
from tests.support.burn_in import draw_burn_in, read_burn_in
from tests.web.test_films_api import span_of
from tests.web.test_in_browser import SETTLED, Person, site_of
from videolect.errors import CannotRead
from videolect.oversight.clip_names import ClipNames
from videolect.video import previews
from videolect.video.backends.pillow import picture_of
from videolect.video.backends.pyav import write_mp4
from videolect.wiring import OPERATOR, Workspace

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FRAMES, STRETCH = 144, 24
SIZE = (640, 360)
COLOURS = ((200, 40, 40), (40, 180, 60), (50, 80, 210), (210, 190, 40), (180, 60, 190), (60, 190, 200))
WHOLE, PART = "film", "film-60-130"


def picture(number: int) -> np.ndarray:
    """A colour for every second, and the frame's number."""
    rgb = np.empty((SIZE[1], SIZE[0], 3), np.uint8)
    rgb[:] = COLOURS[number // STRETCH]
    draw_burn_in(rgb, number)
    return rgb


@contextmanager
def watching(folder: Path, film: Path | None = None) -> Iterator[tuple[str, dict[str, str], Workspace]]:
    """A film as a clip; of the coloured one also a part."""
    path = film or folder / "film.mp4"
    if film is None:
        write_mp4(path, [picture(number) for number in range(FRAMES)], fps=Fraction(24000, 1001), size=SIZE)
    with site_of(path, folder) as (address, passwords, workspace):
        if film is None:
            video = next(act.video for _, act in workspace.ledger.every(kind="Imported"))  # type: ignore[attr-defined]
            part = ClipNames(workspace.ledger, "spring").clip(video, span_of(workspace, video.hash, 60, 130))
            workspace.catalogue.add_clips(OPERATOR, workspace.catalogue.campaign("spring"), [part])
        yield address, passwords, workspace


class Watcher(Person):
    """Someone with a mouse."""

    asked: list[str]

    def watch(self, clip: str, aspect: str = "labels") -> None:
        self.asked = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(f"/task/spring/{clip}/{aspect}")
        self.page.wait_for_selector(SETTLED)

    def hover(self, share: float) -> None:
        """The mouse to this share of the bar."""
        box = self.bar()
        self.page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)

    def bar(self) -> Any:
        return self.page.get_by_test_id("bar").bounding_box()

    def shot(self, name: str, share: float) -> None:
        """A picture of the page at each size, with the mouse at this share of the bar."""
        if self.pictures is None:
            return
        for width, height in ((1280, 800), (1920, 1080)):
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.wait_for_timeout(300)
            self.hover(share)
            self.page.get_by_test_id("bar-over-picture").wait_for()
            self.page.screenshot(path=self.pictures / f"{name}-{width}x{height}.png")
        self.page.set_viewport_size({"width": 1280, "height": 800})
        self.page.wait_for_timeout(300)

    def over(self) -> tuple[int, int, int | None, tuple[int, ...]]:
        """The frame under the mouse, the frame that is said to be shown, the one that is, and the picture's colour."""
        shown = self.page.get_by_test_id("bar-over-picture")
        shown.wait_for()
        over = self.page.get_by_test_id("bar-over")
        pixels = np.ascontiguousarray(picture_of(shown.screenshot()))
        colour = tuple(pixels[pixels.shape[0] * 3 // 4, pixels.shape[1] // 2].tolist())
        frame, cell = (int(over.get_attribute(name) or -1) for name in ("data-frame", "data-cell"))
        return frame, cell, read_burn_in(pixels), colour


@pytest.fixture
def pictures(pytestconfig: pytest.Config) -> Path | None:
    asked = pytestconfig.getoption("--pictures")
    if asked is None:
        return None
    Path(asked).mkdir(parents=True, exist_ok=True)
    return Path(asked)


def near(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(abs(a - b) < 24 for a, b in zip(one, other, strict=True))


@pytest.mark.slow
def test_the_picture_under_the_mouse_is_that_of_the_place(
    browser: Browser, tmp_path: Path, pictures: Path | None
) -> None:
    with watching(tmp_path) as (address, passwords, _):
        ann = Watcher(browser, address, "ann", passwords["ann"], pictures)
        ann.watch(WHOLE)
        page = ann.page
        assert any("/media/" in url for url in ann.asked)
        assert not any("/previews" in url for url in ann.asked)  # not before somebody hovers
        told = page.request.get(f"/api/videos/{film_of(ann)}/previews").json()
        for share in (0.23, 0.71):
            ann.hover(share)
            frame, cell, seen, colour = ann.over()
            assert frame == int(share * FRAMES)
            assert cell == max(each for each in told["frames"] if each <= frame) == seen
            assert near(colour, COLOURS[cell // STRETCH])
            label = page.get_by_test_id("bar-over").inner_text().split()
            assert label == [f"00:00:0{frame // 24}:{frame % 24:02d}", str(frame)]
            assert page.get_by_test_id("player").get_attribute("data-frame") == "0"
            ann.shot(f"hover-{share}", share)
            ann.hover(0.5)
        assert sum("/previews/sheet" in url for url in ann.asked) <= 2  # one, and one that its answer came from memory

        # -- at the ends it stays within the bar, and so within the window
        for share in (0.0005, 0.9995):
            ann.hover(share)
            assert ann.over()[2] is not None
            box: Any = page.get_by_test_id("bar-over").bounding_box()
            bar = ann.bar()
            assert box["x"] >= bar["x"] - 0.5
            assert box["x"] + box["width"] <= bar["x"] + bar["width"] + 0.5
            assert box["y"] >= 0
            ann.shot(f"hover-end-{share}", share)

        # -- while dragging, also beside the bar
        ann.hover(0.3)
        page.mouse.down()
        bar = ann.bar()
        page.mouse.move(bar["x"] + 0.6 * bar["width"], bar["y"] - 60, steps=4)
        frame, cell, seen, _ = ann.over()
        assert (frame, seen) == (int(0.6 * FRAMES), cell)
        page.wait_for_selector(f"[data-testid=player][data-frame='{frame}'][data-settled=true]")
        page.mouse.up()

        # -- gone when the mouse goes; fingers bring none; nothing of it is spoken or focused
        page.mouse.move(5, 5)
        expect(page.get_by_test_id("bar-over")).to_have_count(0)
        page.evaluate(
            """() => {
              const bar = document.querySelector('[data-testid=bar]'), box = bar.getBoundingClientRect();
              const at = { bubbles: true, clientX: box.left + 90, clientY: box.top + 9, pointerType: 'touch' };
              bar.dispatchEvent(new PointerEvent('pointermove', at));
            }"""
        )
        page.wait_for_timeout(100)
        expect(page.get_by_test_id("bar-over")).to_have_count(0)
        focused = page.evaluate("() => { document.activeElement.blur(); return document.activeElement.tagName; }")
        ann.hover(0.4)
        ann.over()
        assert page.evaluate("() => document.activeElement.tagName") == focused == "BODY"
        assert page.get_by_test_id("bar-over").locator("xpath=ancestor::*[@aria-hidden='true']").count() == 1
        page.keyboard.press("ArrowRight")
        page.wait_for_selector(f"[data-testid=player][data-frame='{frame + 1}'][data-settled=true]")
        assert ann.errors == []


def film_of(person: Watcher) -> str:
    return next(url for url in person.asked if "/media/" in url).rsplit("/", 1)[1]


@pytest.mark.slow
def test_a_part_of_a_film_shows_its_own_places(browser: Browser, tmp_path: Path, pictures: Path | None) -> None:
    with watching(tmp_path) as (address, passwords, _):
        ann = Watcher(browser, address, "ann", passwords["ann"], pictures)
        ann.watch(PART)
        for share in (0.001, 0.31, 0.8):
            ann.hover(share)
            frame, cell, seen, colour = ann.over()
            assert frame == int(share * 70)
            assert 0 <= 60 + frame - cell <= 2
            assert seen == cell >= 60
            assert near(colour, COLOURS[cell // STRETCH])
        ann.shot("hover-part", 0.8)
        assert ann.errors == []
        rev = Watcher(browser, address, "rev", passwords["rev"], pictures)
        rev.page.goto(f"/cuts/{film_of(ann)}")
        rev.page.wait_for_selector(SETTLED)
        rev.hover(0.9)
        frame, cell, seen, _ = rev.over()
        assert (frame, seen) == (129, cell)  # the page shows the whole film
        assert 127 <= cell <= 129
        rev.shot("hover-cuts", 0.9)
        assert rev.errors == []


@pytest.mark.slow
def test_without_pictures_the_place_is_named_and_nothing_complains(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(*_: Any, **__: Any) -> Any:
        raise CannotRead("It cannot be decoded.", mend="Copy it anew.")

    monkeypatch.setattr(previews, "laid_out", cannot)
    with watching(tmp_path) as (address, passwords, _):
        ann = Watcher(browser, address, "ann", passwords["ann"], None)
        ann.watch(WHOLE)
        with ann.page.expect_response("**/previews**") as answer:
            ann.hover(0.5)
        assert answer.value.json()["frames"] == []
        ann.page.wait_for_timeout(200)
        expect(ann.page.get_by_test_id("bar-over")).to_contain_text("72")
        expect(ann.page.get_by_test_id("bar-over-picture")).to_have_count(0)
        expect(ann.page.get_by_role("alert")).to_have_count(0)
        assert ann.errors == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["portrait", "turned", "oblong"])
def test_odd_shapes_look_as_in_the_player(browser: Browser, tmp_path: Path, pictures: Path | None, kind: str) -> None:
    options: dict[str, Any] = {
        "portrait": {"size": (360, 640)}, "turned": {"size": (640, 360), "rotation": 90},
        "oblong": {"size": (360, 288), "sample_aspect": Fraction(64, 45)},
    }[kind]  # fmt: skip
    film = movies.constant(tmp_path / "film.mp4", 96, **options)
    with watching(tmp_path, film) as (address, passwords, _):
        ann = Watcher(browser, address, "ann", passwords["ann"], pictures)
        ann.watch(WHOLE)
        ann.hover(0.6)
        ann.over()
        box: Any = ann.page.get_by_test_id("bar-over-picture").bounding_box()
        shape = ann.page.evaluate(
            "() => { const v = document.querySelector('video'); return v.videoWidth / v.videoHeight; }"
        )
        assert box["width"] / box["height"] == pytest.approx(shape, rel=0.03)
        ann.shot(f"hover-{kind}", 0.6)
        ann.page.get_by_test_id("about").click()
        expect(ann.page.get_by_test_id("about-frames")).to_have_text("96")
        ann.picture(f"about-{kind}")
        assert ann.errors == []


@pytest.mark.slow
def test_a_button_tells_what_is_known_of_the_film(browser: Browser, tmp_path: Path, pictures: Path | None) -> None:
    with watching(tmp_path) as (address, passwords, _):
        ann = Watcher(browser, address, "ann", passwords["ann"], pictures)
        ann.watch(PART)
        page = ann.page
        assert not any(url.endswith("/about") for url in ann.asked)
        button = page.get_by_test_id("about")
        button.focus()
        page.keyboard.press("Enter")
        for name, said in {
            "file": "film.mp4", "rate": "23.976 frames a second (24000/1001)", "frames": "144", "picture": "640 × 360",
            "display-aspect": "16:9", "sample-aspect": "1:1 (square pixels)", "duration": "00:00:06.006 (6.006 s)",
            "timecode": "none", "letterbox": "none found", "pixel-format": "yuv420p, 8 bits", "problems": "none",
            "played": "the film itself", "rotation": "no", "hdr": "none", "alpha": "no",
        }.items():  # fmt: skip
            expect(page.get_by_test_id(f"about-{name}")).to_have_text(said)
        expect(page.get_by_test_id("about-coding")).to_contain_text("h264")
        ann.picture("about")
        before = page.get_by_test_id("player").get_attribute("data-frame")
        page.keyboard.press("ArrowRight")  # the page's keys rest
        page.keyboard.press("Escape")
        expect(page.get_by_test_id("about-film")).to_have_count(0)
        expect(button).to_be_focused()
        assert page.get_by_test_id("player").get_attribute("data-frame") == before
        page.keyboard.press("Shift+F")
        expect(page.get_by_test_id("about-file")).to_have_text("film.mp4")
        page.keyboard.press("Escape")
        rev = Watcher(browser, address, "rev", passwords["rev"], pictures)
        rev.page.goto(f"/cuts/{film_of(ann)}")
        rev.click("about")
        expect(rev.page.get_by_test_id("about-rate")).to_contain_text("24000/1001")
        rev.picture("about-cuts")
        assert ann.errors == rev.errors == []
