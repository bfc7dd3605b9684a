"""The report as a reader opens it: from a file, without a network, in a real browser.

``--pictures DIR`` keeps pictures of the page.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.answers import benchmark, write_answers
from tests.support.triples import perfect, rejected, revised
from videolect.cli.main import main

HOSTILE = '</script><script>document.title="taken"</script><img src=x onerror="document.title=\'taken\'">'


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    kinds = (revised, revised, rejected, perfect)
    made = benchmark(folder / "rows", [kinds[n % 4](n, aspect=("camera", "subject")[n // 4 % 2]) for n in range(24)])
    evil = {row.row_id: {"text": HOSTILE} for row in made.items["caption"]}
    files = [
        write_answers(folder / "a.jsonl", made, system="middling", skill=0.6),
        write_answers(folder / "b.jsonl", made, system="good", skill=0.9),
        write_answers(folder / "c.jsonl", made, system=HOSTILE, skill=0.1, replace=evil),
    ]
    out = folder / "report.html"
    assert main(["eval", "report", str(made.folder), *map(str, files), "--out", str(out), "--resamples", "20"]) == 0
    return out


@pytest.fixture
def page(browser: Browser, report: Path) -> Page:
    made = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    made.said = []  # type: ignore[attr-defined]
    made.on("console", lambda message: made.said.append(message.text))  # type: ignore[attr-defined]
    made.on("pageerror", lambda error: made.said.append(str(error)))  # type: ignore[attr-defined]
    made.on("request", lambda asked: made.said.append(asked.url) if asked.url.startswith("http") else None)  # type: ignore[attr-defined]
    made.goto(report.as_uri())
    return made


def names(page: Page) -> list[str]:
    return page.locator("#main-figures tbody tr").evaluate_all("rows => rows.map(row => row.dataset.name)")


def test_it_opens_in_silence_and_carries_nothing_out(page: Page, pytestconfig: pytest.Config) -> None:
    expect(page.locator("h1")).to_contain_text("part test")
    assert "taken" not in page.title()
    assert page.said == []  # type: ignore[attr-defined]
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    folder = pytestconfig.getoption("--pictures")
    if folder:
        page.screenshot(path=Path(folder) / "eval-report.png", full_page=True)


def test_a_table_is_sorted_by_mouse_and_by_key_and_back(page: Page) -> None:
    first = names(page)
    head = page.locator("#main-figures thead th", has_text="Verdict")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    values = page.locator("#main-figures tbody tr td:nth-child(7)").evaluate_all("c => c.map(x => x.dataset.value)")
    numbers = [float(value) for value in values if value]
    assert numbers == sorted(numbers, reverse=True)
    assert values[len(numbers) :] == [""] * (len(values) - len(numbers)), "lines without a figure come last"
    assert names(page) != first
    head.get_by_role("button").press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    head.get_by_role("button").press("Space")
    expect(head).to_have_attribute("aria-sort", "none")
    assert names(page) == first


def test_parts_open_and_close_and_all_are_open_in_print(page: Page) -> None:
    closed = page.locator("main details:not([open])")
    assert closed.count() > 3
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(closed).to_have_count(0)
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert closed.count() > 3
    page.get_by_role("button", name="Open all").first.click()
    expect(closed).to_have_count(0)
    assert page.said == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [360, 1280])
def test_it_fits_narrow_and_dark(browser: Browser, report: Path, width: int) -> None:
    made = browser.new_context(viewport={"width": width, "height": 800}, color_scheme="dark").new_page()
    made.goto(report.as_uri())
    assert made.evaluate("document.documentElement.scrollWidth") <= width
    assert made.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 27)"
