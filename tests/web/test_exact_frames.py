"""Frame numbers burnt into the picture, read back from a canvas in the browser after stepping and seeking."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import movies
from tests.web.test_in_browser import SETTLED, Person, site_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FRAMES = 120

READ = """() => {
  const video = document.querySelector('[data-testid=player] video');
  const canvas = document.createElement('canvas');
  const W = canvas.width = video.videoWidth, H = canvas.height = video.videoHeight;
  const context = canvas.getContext('2d');
  context.drawImage(video, 0, 0, W, H);
  const c = Math.min(W / 26, H / 8);
  const values = [];
  for (let i = 0; i < 24; i++) {
    const x = Math.round(c * (1.25 + i)), y = Math.round(c * 1.25);
    const w = Math.max(1, Math.round(c * (1.75 + i)) - x), h = Math.max(1, Math.round(c * 1.75) - y);
    const data = context.getImageData(x, y, w, h).data;
    let sum = 0;
    for (let k = 0; k < data.length; k += 4) sum += data[k] + data[k + 1] + data[k + 2];
    values.push(sum / (data.length / 4 * 3));
  }
  const light = Math.min(values[0], values[23]), dark = Math.max(values[1], values[22]);
  if (light - dark < 60) return null;
  const bits = values.map((value) => value > (light + dark) / 2 ? 1 : 0);
  let number = 0;
  for (let i = 2; i < 18; i++) number = number * 2 + bits[i];
  let check = 0;
  for (let i = 18; i < 22; i++) check = check * 2 + bits[i];
  const right = 10 ^ (number >> 12) ^ (number >> 8 & 15) ^ (number >> 4 & 15) ^ (number & 15);
  return check === right ? number : null;
}"""


def b_frames(path: Path, frames: int) -> Path:
    """Constant rate, with frames that are decoded in another order than they are shown."""
    return movies.constant(path, frames, bframes=3)


def by_proxy(path: Path, frames: int) -> Path:
    """A coding that browsers do not play, at a variable rate: what is shown is the proxy."""
    return movies.variable(path, frames, codec="libx265")


KINDS: dict[str, Callable[[Path, int], Path]] = {
    "23.976 a second": movies.ntsc_film,
    "variable rate": movies.variable,
    "a late start": movies.late_start,
    "reordered frames": b_frames,
    "a proxy": by_proxy,
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_the_frame_that_is_named_is_the_frame_that_is_shown(browser: Browser, tmp_path: Path, kind: str) -> None:
    """100 of 100: fifty by seeking at random, fifty by stepping, forwards and backwards."""
    film = KINDS[kind](tmp_path / "film.mp4", FRAMES)
    dice = random.Random(kind)
    with site_of(film, tmp_path) as (address, passwords, _):
        ann = Person(browser, address, "ann", passwords["ann"], None)
        ann.page.goto("/task/spring/film/labels")
        ann.page.wait_for_selector(SETTLED)
        wrong = []

        def look(frame: int) -> None:
            ann.page.wait_for_selector(f"[data-testid=player][data-frame='{frame}'][data-settled=true]")
            if (shown := ann.page.evaluate(READ)) != frame:
                wrong.append((frame, shown))

        for frame in [0, FRAMES - 1, *(dice.randrange(FRAMES) for _ in range(48))]:
            ann.to_frame(frame)
            look(frame)
        at = 60
        ann.to_frame(at)
        for _ in range(50):
            forwards = dice.random() < 0.6
            ann.click("step-forward" if forwards else "step-back")
            at += 1 if forwards else -1
            look(at)
    assert wrong == [], f"{len(wrong)} of 100 frames were another: {wrong[:10]}"
