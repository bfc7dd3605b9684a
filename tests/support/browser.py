"""The system's Chromium, driven by Playwright: the browser that Playwright would download is never used."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",  # tests may run as root in a container, where the sandbox cannot start
    "--disable-gpu",
    "--autoplay-policy=no-user-gesture-required",
    # A test's browser talks to the test's server and to nobody else.
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> Path | None:
    """The browser's program, or None."""
    return next((Path(found) for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def launched(program: Path) -> Iterator[Browser]:
    """A headless browser for as long as the block lasts. Each test opens its own context in it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS, headless=True)
        try:
            yield browser
        finally:
            browser.close()
