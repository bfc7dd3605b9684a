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

from tests.support.burn_in import draw_burn_in
from tests.web.test_in_browser import SETTLED, Person, site_of
from videolect.oversight.cuts import CutsDesk
from videolect.record.acts.cuts import CutAdded, CutMoved, CutRemoved, CutUndone, cuts_stream
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


def chosen(page: Page) -> int | None:
    found = page.get_by_test_id("chosen")
    return int(found.get_attribute("data-frame") or -1) if found.count() else None


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
        at_frame(page, MISSED)  # the one that is chosen now
        page.keyboard.press("Control+z")
        saved(page, moves + 4)
        assert shown(page) == [CUT + 2, MISSED]
        at_frame(page, CUT + 2)  # what came back
        assert chosen(page) == CUT + 2
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
        page.keyboard.press("ArrowDown")
        at_frame(page, MISSED)
        desk = CutsDesk(workspace.catalogue, workspace.cut_finder)
        desk.add(OPERATOR, film, "dissolve", 95, 105)
        desk.move(OPERATOR, film, (MISSED, MISSED), "cut", MISSED + 1, MISSED + 1)
        desk.move(OPERATOR, film, (MISSED + 1, MISSED + 1), "cut", MISSED, MISSED)
        page.keyboard.press("ArrowRight")
        expect(page.get_by_test_id("trouble")).to_contain_text(f"operator moved the cut at frame {MISSED + 1}")
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
            ("cut", CUT + 2, CUT + 2, "rev"), ("cut", MISSED, MISSED, "operator"), ("dissolve", 95, 105, "operator"),
        ]  # fmt: skip
        assert kept(workspace, film)[moves - 1 :] == [
            (CutMoved, "cut", CUT + 2, CUT + 2),
            (CutAdded, "cut", MISSED, MISSED),
            (CutRemoved, None, FALSE, FALSE),
            (CutRemoved, None, CUT + 2, CUT + 2),
            (CutUndone, "rev"),
            (CutAdded, "dissolve", 95, 105),
            (CutMoved, "cut", MISSED + 1, MISSED + 1),
            (CutMoved, "cut", MISSED, MISSED),
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


@contextmanager
def editing(browser: Browser, folder: Path, cuts: list[int], frame: int | None) -> Iterator[tuple[Any, Page, str]]:
    """Rev's page of a film with cuts of his own at these frames, and the verbs of the desk."""
    with cutting(folder) as (address, passwords, workspace, film):
        desk = CutsDesk(workspace.catalogue, workspace.cut_finder)
        for start in cuts:
            desk.add(OPERATOR, film, "cut", start, start)
        rev = Person(browser, address, "rev", passwords["rev"], None)
        rev.page.goto(f"/cuts/{film}" + (f"?f={frame}" if frame is not None else ""))
        rev.page.wait_for_selector(SETTLED)
        yield desk, rev.page, film


def hold(page: Page, key: str, presses: int) -> None:
    """As a key that is held: the first press, and repeats."""
    for _ in range(presses):
        page.keyboard.down(key)
        page.wait_for_timeout(20)
    page.keyboard.up(key)


@pytest.mark.slow
def test_a_held_arrow_stops_at_the_neighbour_and_leaves_it_alone(browser: Browser, tmp_path: Path) -> None:
    with editing(browser, tmp_path, [30, 40], 30) as (_, page, _film):
        assert chosen(page) == 30
        hold(page, "ArrowRight", 25)
        expect(page.get_by_test_id("trouble")).to_contain_text("There is a cut at frame 40 already")
        page.wait_for_selector("[data-testid=cuts-page][data-saving=false]")
        assert shown(page) == [39, 40]
        assert chosen(page) == 39
        at_frame(page, 39)
        expect(page.get_by_test_id("trouble")).to_be_visible()  # until it is dismissed, or a later edit succeeds
        to_frame(page, 60)
        page.keyboard.press("]")  # over the neighbour
        expect(page.get_by_test_id("trouble")).to_contain_text("would lie over it")
        assert shown(page) == [39, 40]
        to_frame(page, 50)
        page.keyboard.press("[")
        expect(page.get_by_test_id("trouble")).to_contain_text(
            "frame 50, is behind the end of the transition, frame 39"
        )
        page.keyboard.press("ArrowLeft")
        page.wait_for_selector("[data-testid=cuts-page][data-saving=false]")
        expect(page.get_by_test_id("trouble")).to_have_count(0)
        assert shown(page) == [38, 40]


@pytest.mark.slow
def test_a_refusal_ends_a_held_key_and_chooses_no_neighbour(browser: Browser, tmp_path: Path) -> None:
    with editing(browser, tmp_path, [30, 40], 30) as (desk, page, film):
        page.keyboard.down("ArrowRight")
        page.wait_for_selector("[data-testid=cuts-page][data-saving=false][data-seen='3']")
        desk.remove(OPERATOR, film, 31, 31)
        hold(page, "ArrowRight", 20)
        expect(page.get_by_test_id("trouble")).to_contain_text("operator removed the cut at frame 31")
        page.wait_for_timeout(300)
        assert shown(page) == [40]
        assert chosen(page) is None
        page.keyboard.press("ArrowLeft")  # nothing is chosen, nothing moves
        expect(page.get_by_test_id("trouble")).to_contain_text("No cut is chosen")
        assert shown(page) == [40]


@pytest.mark.slow
def test_who_removes_the_chosen_cut_is_named_and_nothing_is_chosen(browser: Browser, tmp_path: Path) -> None:
    with editing(browser, tmp_path, [30, 34, 50], 34) as (desk, page, film):
        desk.remove(OPERATOR, film, 34, 34)
        page.reload()  # news at once
        page.wait_for_selector(SETTLED)
        desk.remove(OPERATOR, film, chosen(page), chosen(page))
        expect(page.get_by_test_id("trouble")).to_contain_text("operator removed the cut at frame 30.", timeout=20_000)
        assert chosen(page) is None
        page.keyboard.press("Delete")
        page.wait_for_timeout(200)
        assert shown(page) == [50]


@pytest.mark.slow
def test_keys_that_act_once_do_so_while_they_are_held(browser: Browser, tmp_path: Path) -> None:
    with editing(browser, tmp_path, [20, 30, 40, 50], 20) as (desk, page, film):
        hold(page, "Delete", 10)
        page.wait_for_selector("[data-testid=cuts-page][data-saving=false]")
        assert shown(page) == [30, 40, 50]
        at_frame(page, 30)  # the picture goes to what is chosen now
        assert chosen(page) == 30
        page.get_by_test_id("remove-cut").dblclick()
        page.wait_for_selector("[data-testid=cuts-page][data-saving=false]")
        assert shown(page) == [40, 50]
        page.keyboard.down("Control")
        hold(page, "z", 10)
        page.keyboard.up("Control")
        page.wait_for_selector("[data-testid=cuts-page][data-saving=false]")
        assert shown(page) == [30, 40, 50]
        assert desk.look(film).version == 7


@pytest.mark.slow
def test_nothing_is_chosen_until_one_chooses_and_the_address_follows(browser: Browser, tmp_path: Path) -> None:
    with editing(browser, tmp_path, [30, 40], None) as (desk, page, film):
        assert chosen(page) is None
        page.keyboard.press("ArrowRight")
        page.keyboard.press("a")
        expect(page.get_by_test_id("trouble")).to_contain_text("Frame 0 begins the film")
        assert shown(page) == [30, 40]
        assert desk.look(film).version == 2
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        at_frame(page, 40)
        page.wait_for_url("**?f=40")
        page.reload()
        page.wait_for_selector(SETTLED)
        assert chosen(page) == 40
        at_frame(page, 40)


@pytest.mark.slow
def test_edits_made_while_the_server_is_away_are_kept_and_sent_by_themselves(browser: Browser, tmp_path: Path) -> None:
    with editing(browser, tmp_path, [30, 60], 30) as (desk, page, film):
        page.context.set_offline(True)
        for _ in range(6):
            page.keyboard.press("ArrowRight")
        expect(page.get_by_test_id("away")).to_contain_text("Edits are kept on this computer")
        expect(page.get_by_test_id("save-state")).to_contain_text("Not saved yet")
        assert shown(page) == [36, 60]
        assert asks_before_it_is_closed(page)
        asked: list[str] = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
        page.get_by_role("link", name="Queue").first.click()
        assert asked == ["confirm"]
        assert page.get_by_test_id("cuts-page").count() == 1
        page.context.set_offline(False)
        page.wait_for_selector("[data-testid=cuts-page][data-saving=false]")
        expect(page.get_by_test_id("away")).to_have_count(0)
        assert not asks_before_it_is_closed(page)
        assert [edit.start_frame for edit in desk.look(film).edits] == [30, 60, 31, 36]  # steps that wait are one

        # -- a server that fails keeps what waits; a page that is closed leaves it to the next
        page.route("**/cuts/move", lambda route: route.fulfill(status=500, body="oops"))
        page.keyboard.press("ArrowRight")
        expect(page.get_by_test_id("away")).to_contain_text("It is tried again by itself")
        assert shown(page) == [37, 60]
        page.unroute("**/cuts/move")
        page.context.set_offline(True)
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(200)
        other = page.context.new_page()
        page.context.set_offline(False)
        other.goto(f"/cuts/{film}")
        other.wait_for_selector("[data-testid=cuts-page][data-saving=false]")
        page.wait_for_selector("[data-testid=cuts-page][data-saving=false]")
        assert shown(other) == shown(page) == [38, 60]
        assert desk.look(film).edits[-1].start_frame == 38


def asks_before_it_is_closed(page: Page) -> bool:
    return bool(page.evaluate("!window.dispatchEvent(new Event('beforeunload', {cancelable: true}))"))


@pytest.mark.slow
def test_a_kind_that_a_key_walks_to_counts_when_enter_takes_it(browser: Browser, tmp_path: Path) -> None:
    with editing(browser, tmp_path, [30], None) as (desk, page, film):
        desk.add(OPERATOR, film, "dissolve", 50, 60)
        page.goto(f"/cuts/{film}?f=55&from=/task/spring/film/labels")
        page.wait_for_selector(SETTLED)
        kind = page.get_by_test_id("kind")
        kind.focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Escape")
        page.keyboard.press("ArrowUp")  # the page's own again
        assert chosen(page) == 30
        page.keyboard.press("ArrowDown")
        assert desk.look(film).version == 2
        kind.focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        saved(page, 3)
        assert desk.look(film).edits[-1].transition_kind == "fade_black"
        page.get_by_test_id("back").click()
        page.wait_for_selector("[data-testid=task-page]")
        assert page.get_by_test_id("to-cuts").count() == 1


@pytest.mark.slow
def test_on_plain_http_edits_are_saved_too(browser: Browser, tmp_path: Path) -> None:
    with editing(browser, tmp_path, [30], None) as (desk, page, film):
        page.add_init_script("delete Crypto.prototype.randomUUID")
        page.goto(f"/cuts/{film}?f=30")
        page.wait_for_selector(SETTLED)
        assert page.evaluate("typeof crypto.randomUUID") == "undefined"
        page.keyboard.press("ArrowRight")
        saved(page, 2)
        assert desk.look(film).edits[-1].start_frame == 31


@pytest.mark.slow
def test_strips_are_asked_for_where_one_rests_and_tried_again_when_they_fail(browser: Browser, tmp_path: Path) -> None:
    with editing(browser, tmp_path, list(range(3, 117, 3)), None) as (_, page, film):
        under_way, asked, most = set[Any](), 0, 0

        def begun(request: Any) -> None:
            nonlocal most, asked
            if "/strip" in request.url:
                under_way.add(request)
                asked, most = asked + 1, max(most, len(under_way))

        page.on("request", begun)
        page.on("requestfinished", lambda request: under_way.discard(request))
        page.on("requestfailed", lambda request: under_way.discard(request))
        page.goto(f"/cuts/{film}")
        page.wait_for_selector("[data-testid=strip][data-loaded=true]")
        box = page.get_by_test_id("cuts-list").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 50, box["y"] + 50)
        page.wait_for_timeout(500)
        before = asked
        for _ in range(20):
            page.mouse.wheel(0, 400)
            page.wait_for_timeout(20)
        last = page.get_by_test_id("cut-row").last
        expect(last.get_by_test_id("strip")).to_have_attribute("data-loaded", "true", timeout=10_000)
        assert 0 < most <= 4  # three; one that is given up is told of a little later
        assert asked - before < 20  # not every row that passed by

        page.route("**/strip?*", lambda route: route.abort())
        page.evaluate("document.querySelector('[data-testid=cuts-list]').scrollTo(0, 1500)")
        retry = page.get_by_test_id("strip-retry").first
        expect(retry).to_be_visible()
        page.unroute("**/strip?*")
        retry.click()
        expect(page.get_by_test_id("strip-retry")).to_have_count(0, timeout=10_000)  # the others by themselves
