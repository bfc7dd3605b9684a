"""The guide as a reader uses it: from a folder, without a server, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support import movies
from videolect.cli.main import main
from videolect.language import load_spec


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("guide")
    (root / "media").mkdir()
    movies.constant(root / "media" / "pan_left.mp4", 12)
    out = root / "site"
    assert main(["spec", "guide", "--out", str(out), "--media", str(root / "media")]) == 0
    return out


@pytest.fixture
def page(browser: Browser) -> Page:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    return context.new_page()


def picture(page: Page, pytestconfig: pytest.Config, name: str) -> None:
    folder = pytestconfig.getoption("--pictures")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=False)


def test_every_primitive_has_a_page_and_every_link_leads_somewhere(site):
    pages = {path.relative_to(site).as_posix(): path.read_text() for path in site.rglob("*.html")}
    assert {f"primitives/{id_}.html" for id_ in load_spec().primitives} <= set(pages)
    for name, html in pages.items():
        for link in re.findall(r'(?:href|src)="([^"#?]+)"', html):
            assert (site / name).parent.joinpath(link).resolve().is_file(), f"{name} leads to {link}"


def test_a_reader_searches_and_finds_the_look_alikes_side_by_side(site, page, pytestconfig):
    page.goto((site / "index.html").as_uri())
    picture(page, pytestconfig, "guide-index")
    page.keyboard.press("/")
    page.keyboard.type("pan left")
    hits = page.locator("#found li a")
    expect(hits.first).to_have_text("Pan left")
    picture(page, pytestconfig, "guide-search")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Pan left")
    primitive = load_spec().primitives["pan_left"]
    expect(page.locator(".primitive > .lead .definition")).to_have_text(primitive.definition)
    beside = page.locator(".beside")
    expect(beside).to_have_count(len(primitive.look_alikes))
    expect(beside.first).to_contain_text(load_spec().primitives[primitive.look_alikes[0].id].definition)
    expect(page.locator(".lead video")).to_have_count(1)
    picture(page, pytestconfig, "guide-primitive")
    page.emulate_media(media="print")
    expect(page.locator("header.top")).to_be_hidden()
    picture(page, pytestconfig, "guide-print")


def test_what_nothing_is_called_is_told(site, page):
    page.goto((site / "index.html").as_uri())
    page.get_by_label("Search").fill("zzz <b>")
    expect(page.locator("#found")).to_have_text("Nothing is called 'zzz <b>'.")
    page.keyboard.press("Escape")
    expect(page.locator("#page")).to_be_visible()


@pytest.mark.parametrize(("name", "says"), [("thing.mp4", "named after no primitive"), (None, "in use")])
def test_a_folder_of_something_else_is_left_alone(name, says, tmp_path, capsys):
    out = tmp_path / "site"
    words = ["spec", "guide", "--out", str(out)]
    if name is None:
        out.mkdir()
        (out / "thesis.txt").write_text("Years of work.")
    else:
        (tmp_path / name).touch()
        words += ["--media", str(tmp_path)]
    assert main(words) == 2
    assert says in capsys.readouterr().err
    assert name is not None or (out / "thesis.txt").read_text() == "Years of work."


def test_a_guide_takes_the_place_of_an_older_one_or_leaves_it(tmp_path, capsys):
    out, media = tmp_path / "new" / "site", tmp_path / "media"
    assert main(["spec", "guide", "--out", str(out)]) == 0
    (out / "old.html").touch()
    (media / "pan_left.mp4").mkdir(parents=True)  # no file
    assert main(["spec", "guide", "--out", str(out), "--media", str(media)]) == 2
    assert "pan_left.mp4 cannot be read: Is a directory." in capsys.readouterr().err
    assert (out / "old.html").exists()
    assert main(["spec", "guide", "--out", str(out)]) == 0
    assert not (out / "old.html").exists()
    assert [path.name for path in out.parent.iterdir()] == ["site"]
    link = tmp_path / "shown"
    link.symlink_to(out)  # what a web server shows
    (out / "old.html").touch()
    assert main(["spec", "guide", "--out", str(link)]) == 0
    assert link.is_symlink()
    assert not (out / "old.html").exists()
    (tmp_path / "file").touch()
    assert main(["spec", "guide", "--out", str(tmp_path / "file" / "site")]) == 2
    assert "cannot be written" in capsys.readouterr().err
