"""A lead puts a film's cuts right in the browser: one is moved, a missed one added, a false one removed.

``--pictures DIR`` keeps pictures of the page.
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

from tests.web.test_in_browser import SETTLED, Person, site_of
from videolect.oversight.cuts import CutsDesk
from videolect.record.acts import CutAdded, CutMoved, CutRemoved, CutUndone, cuts_stream
from videolect.stage.burn_in import draw_burn_in
from videolect.video.backends.pyav import write_mp4
from videolect.wiring import OPERATOR, Workspace

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SIZE = (320, 180)
CUT, MISSED, FALSE, FRAMES = 36, 60, 84, 120


def picture(number: int) -> np.ndarray:
    """Another scene at CUT and at FALSE; at MISSED only the light changes, which no detector calls a cut."""
    scene = 1 + (number >= CUT) + (number >= FALSE)
    light = 0.55 if MISSED <= number < FALSE else 0.8
    made = np.kron(np.random.default_rng(scene).integers(0, 256, (9, 16, 3)), np.ones((20, 20, 1))) * light
    rgb = np.ascontiguousarray(np.roll(made, number, axis=1).astype(np.uint8))
    draw_burn_in(rgb, number)
    return rgb


@contextmanager
def cutting(folder: Path) -> Iterator[tuple[str, dict[str, str], Workspace, str]]:
    path = folder / "film.mp4"
    write_mp4(path, [picture(number) for number in range(FRAMES)], fps=Fraction(24), size=SIZE)
    with site_of(path, folder) as (address, passwords, workspace):
        video = next(act.video for _, act in workspace.ledger.every(kind="Imported"))  # type: ignore[attr-defined]
        yield address, passwords, workspace, video.hash


@pytest.fixture
def pictures(pytestconfig: pytest.Config) -> Path | None:
    asked = pytestconfig.getoption("--pictures")
    if asked is None:
        return None
    Path(asked).mkdir(parents=True, exist_ok=True)
    return Path(asked)


def shown(page: Page) -> list[int]:
    return [int(row.get_attribute("data-start") or -1) for row in page.get_by_test_id("cut-row").all()]


def saved(page: Page, seen: int) -> None:
    page.wait_for_selector(f"[data-testid=cuts-page][data-saving=false][data-seen='{seen}']")


def to_frame(page: Page, frame: int) -> None:
    page.keyboard.press("g")
    page.get_by_test_id("goto").fill(f"f{frame}")
    page.keyboard.press("Enter")
    at_frame(page, frame)


def at_frame(page: Page, frame: int) -> None:
    page.wait_for_selector(f"[data-testid=player][data-frame='{frame}'][data-settled=true]")


def kept(workspace: Workspace, film: str) -> list[tuple[Any, ...]]:
    """The acts, with the triple of kind and frames that each names."""
    acts: Any = workspace.ledger.read(cuts_stream(film))
    return [
        (type(act), act.actor.id)
        if isinstance(act, CutUndone)
        else (type(act), getattr(act, "transition_kind", None), act.start_frame, act.end_frame)
        for act in acts
    ]


@pytest.mark.slow
def test_a_lead_moves_adds_and_removes_cuts_and_a_reload_keeps_them(
    browser: Browser, tmp_path: Path, pictures: Path | None
) -> None:
    with cutting(tmp_path) as (address, passwords, workspace, film):
        lead = Person(browser, address, "rev", passwords["rev"], pictures)
        page = lead.page

        # -- from a task to its film's cuts, and the detector
        page.goto("/task/spring/film/labels")
        lead.click("to-cuts")
        page.wait_for_selector("[data-testid=cuts-page]")
        lead.picture("cuts-none")
        lead.click("detect")
        page.wait_for_selector("[data-testid=detection][data-state=done]", timeout=60_000)
        page.wait_for_selector(SETTLED)
        assert shown(page) == [CUT, FALSE]
        strip = page.get_by_test_id("strip").first
        expect(strip).to_have_attribute("data-loaded", "true")
        assert strip.locator("img").evaluate("image => [image.naturalWidth, image.naturalHeight]") == [8 * 160, 90]
        sides = [
            (int(cell.get_attribute("data-frame") or -1), cell.get_attribute("data-side"))
            for cell in strip.get_by_test_id("strip-cell").all()
        ]
        assert sides == [(CUT + by, "old" if by < 0 else "new") for by in range(-4, 4)]

        # -- walk, play around, and move by two frames
        page.keyboard.press("ArrowDown")
        at_frame(page, CUT)
        page.keyboard.press("ArrowDown")
        at_frame(page, FALSE)
        page.keyboard.press("ArrowUp")
        at_frame(page, CUT)
        lead.picture("cuts-found")
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-testid=player][data-playing=true]")
        at_frame(page, CUT + 23)  # a second on either side, and no further
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        assert shown(page) == [CUT + 2, FALSE]
        at_frame(page, CUT + 2)
        page.wait_for_selector("[data-testid=cuts-page][data-saving=false]")
        moves = len(kept(workspace, film))
        assert moves in (1, 2)  # steps that wait are sent as one
        assert lead.text("last-edit").endswith(f"to {CUT + 2}.")

        # -- add where one was missed, remove what is none, take an edit back
        to_frame(page, MISSED)
        page.keyboard.press("a")
        saved(page, moves + 1)
        assert shown(page) == [CUT + 2, MISSED, FALSE]
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Delete")
        saved(page, moves + 2)
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Delete")
        saved(page, moves + 3)
        assert shown(page) == [MISSED]
        page.keyboard.press("Control+z")
        saved(page, moves + 4)
        assert shown(page) == [CUT + 2, MISSED]
        page.keyboard.press("?")
        page.wait_for_selector("text=Move the cut ten frames on")
        assert page.get_by_text("Ten frames on", exact=True).count() == 0  # the player's own, not in force here
        lead.picture("cuts-keys")
        page.keyboard.press("Escape")

        # -- what cannot be is refused with its mend, and nothing is lost
        to_frame(page, MISSED)
        page.keyboard.press("a")
        expect(page.get_by_test_id("trouble")).to_contain_text("Move that one, or remove it first.")
        assert shown(page) == [CUT + 2, MISSED]
        lead.picture("cuts-refused")

        # -- another was faster: told who did what, and shown what is there now
        CutsDesk(workspace.desk, workspace.cuts).add(OPERATOR, film, "dissolve", 95, 105)
        page.keyboard.press("ArrowRight")
        expect(page.get_by_test_id("trouble")).to_contain_text("operator added the dissolve at frame 95")
        assert shown(page) == [CUT + 2, MISSED, 95]
        at_frame(page, MISSED)  # the picture is of what stands
        lead.picture("cuts-stale")

        # -- a reload keeps it, for everybody; the frames are exact
        page.reload()
        page.wait_for_selector("[data-testid=cut-row]")
        assert shown(page) == [CUT + 2, MISSED, 95]
        page.wait_for_selector(SETTLED)
        lead.picture("cuts-edited")
        answer = page.request.get(f"/api/videos/{film}/cuts").json()
        told = [(one["kind"], one["start_frame"], one["end_frame"], one["found_by"]) for one in answer["transitions"]]
        assert told == [
            ("cut", CUT + 2, CUT + 2, "rev"), ("cut", MISSED, MISSED, "rev"), ("dissolve", 95, 105, "operator"),
        ]  # fmt: skip
        assert kept(workspace, film)[moves - 1 :] == [
            (CutMoved, "cut", CUT + 2, CUT + 2),
            (CutAdded, "cut", MISSED, MISSED),
            (CutRemoved, None, FALSE, FALSE),
            (CutRemoved, None, CUT + 2, CUT + 2),
            (CutUndone, "rev"),
            (CutAdded, "dissolve", 95, 105),
        ]
        assert [each for each in lead.errors if "409" not in each and "422" not in each] == []

        # -- a cut is given ends of its own, and another kind
        page.keyboard.press("ArrowUp")
        at_frame(page, CUT + 2)
        to_frame(page, CUT + 8)
        page.keyboard.press("]")
        page.wait_for_selector("[data-testid=cuts-page][data-saving=false]")
        page.get_by_test_id("kind").select_option("fade_white")
        page.wait_for_selector("[data-testid=cuts-page][data-saving=false]")
        to_frame(page, CUT)
        page.keyboard.press("[")
        page.wait_for_selector("[data-testid=cuts-page][data-saving=false]")
        lead.picture("cuts-ends")
        answer = page.request.get(f"/api/videos/{film}/cuts").json()["transitions"][0]
        assert [answer[key] for key in ("kind", "start_frame", "end_frame")] == ["fade_white", CUT, CUT + 8]
        assert kept(workspace, film)[-1] == (CutMoved, "fade_white", CUT, CUT + 8)
        page.get_by_test_id("kind").select_option("cut")
        page.wait_for_selector("[data-testid=cuts-page][data-saving=false]")
        page.keyboard.press("Shift+ArrowLeft")
        expect(page.get_by_test_id("cut-row").first).to_have_attribute("data-start", str(CUT - 2))
        page.wait_for_selector("[data-testid=cuts-page][data-saving=false]")

        # -- others look
        ann = Person(browser, address, "ann", passwords["ann"], None)
        ann.page.goto(f"/cuts/{film}?f={MISSED}")
        ann.page.wait_for_selector("[data-testid=cut-row]")
        at_frame(ann.page, MISSED)
        ann.page.keyboard.press("Delete")
        ann.page.keyboard.press("ArrowRight")
        assert shown(ann.page) == [CUT - 2, MISSED, 95]
        assert ann.page.get_by_test_id("add-cut").count() == 0
        assert ann.page.get_by_test_id("chosen").get_attribute("data-frame") == str(MISSED)
        assert ann.errors == []
