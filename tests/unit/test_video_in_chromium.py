"""The table's promise, kept by the browser itself: seeking to ``seek_time(frame)`` shows that frame, and no other.

Every film has its frame numbers burnt in; the page draws what is on screen on a canvas and reads the number. Also
measured here: Chromium subtracts nothing from timestamps, so a film that starts at 1.4 s has its first frame there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import av
import numpy as np
import pytest

from tests.support import movies
from videolect.video.backends import pyav
from videolect.video.probe import probe
from videolect.video.timeline import Timeline

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def without_x264(path: Path) -> Path:
    """Our own pictures as an FFmpeg writes them that was built without x264."""
    with patch.object(pyav, "ENCODERS", pyav.ENCODERS[1:]):
        pyav.write_mp4(
            path, (movies.picture(number, 320, 180) for number in range(48)), fps=Fraction(24), size=(320, 180)
        )
    assert probe(path).video.codec == "vp9"
    return path


FRAGMENTS = {"container_options": {"movflags": "frag_keyframe+empty_moov+default_base_moof"}}

FILMS: dict[str, Callable[[Path], Path]] = {
    "constant.mp4": movies.constant,
    "ntsc.mp4": movies.ntsc_film,
    "ntsc.mkv": movies.ntsc_film,
    "variable.mp4": movies.variable,
    "variable.webm": lambda path: movies.variable(path, codec="libvpx-vp9"),
    "variable-pieces.mp4": lambda path: movies.variable(
        path, container_options={"movflags": "frag_keyframe+delay_moov"}
    ),
    "pieces.mp4": lambda path: movies.constant(path, **FRAGMENTS),
    "no-edits.mp4": lambda path: movies.constant(path, container_options={"use_editlist": "0"}),
    "late.mp4": movies.late_start,
    "late.mkv": movies.late_start,
    "late.webm": lambda path: movies.late_start(path, codec="libvpx-vp9"),
    "late-sound.mp4": lambda path: movies.late_start(path, audio_s=3.0),
    "late-both.mp4": lambda path: movies.late_start(path, audio_s=2.0, audio_start_s=1.4),
    "early.mp4": movies.early_start,
    "ten-bits.mp4": lambda path: movies.constant(path, pixel_format="yuv420p10le"),
    "no-x264.mp4": without_x264,
    "av1.webm": lambda path: movies.constant(path, codec="libsvtav1"),
}

OFFSET = {"early.mp4": 12}
"""How many burnt-in numbers an edit list cuts off."""

PAGE = b"<!doctype html><meta charset=utf-8><title>frames</title><video muted preload=auto></video><canvas></canvas>"

SHOWN = """
async ([source, times, awaited]) => {
  const video = document.querySelector("video"), canvas = document.querySelector("canvas");
  const event = (name) => new Promise((done) => video.addEventListener(name, done, { once: true }));
  const opened = Promise.race([event("loadeddata"), event("error")]);
  video.src = source;
  await opened;
  if (video.error) return null;
  const read = () => {
    const W = canvas.width = video.videoWidth, H = canvas.height = video.videoHeight;
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.drawImage(video, 0, 0, W, H);
    const { data } = pen.getImageData(0, 0, W, H);
    const c = Math.min(W / 26, H / 8);
    const cells = [];
    for (let i = 0; i < 24; i++) {
      let sum = 0, count = 0;
      for (let y = Math.round(c * 1.25); y < Math.round(c * 1.75); y++)
        for (let x = Math.round(c * (1.25 + i)); x < Math.round(c * (1.75 + i)); x++)
          for (let k = 0; k < 3; k++) { sum += data[4 * (y * W + x) + k]; count++; }
      cells.push(sum / count);
    }
    const light = Math.min(cells[0], cells[23]), dark = Math.max(cells[1], cells[22]);
    if (light - dark < 60) return null;
    const bits = cells.map((value) => (value > (light + dark) / 2 ? 1 : 0));
    const word = (from, to) => bits.slice(from, to).reduce((sum, bit) => 2 * sum + bit, 0);
    const number = word(2, 18);
    const check = 10 ^ (number >> 12) ^ ((number >> 8) & 15) ^ ((number >> 4) & 15) ^ (number & 15);
    return check === word(18, 22) ? number : null;
  };
  const tick = (ms) => new Promise((done) => setTimeout(done, ms));
  let told = null;
  const listen = () => video.requestVideoFrameCallback((_, frame) => { told = frame.mediaTime; listen(); });
  listen();
  const shown = [];
  for (const [index, time] of times.entries()) {
    told = null;
    const sought = event("seeked");
    video.currentTime = time;
    await sought;
    const soon = performance.now() + 100;
    while (told === null && performance.now() < soon) await tick(5);  // of the same frame again nothing is told
    // On a busy machine a picture reaches the screen, and what is told of it reaches us, well after its seek is called
    // done; of the one before, too. What counts is where it rests.
    const rests = ([number, at]) => read() === number && (told === null || Math.abs(told - at) < 1e-5);
    const end = performance.now() + 5000;
    while (awaited && !rests(awaited[index]) && performance.now() < end) await tick(20);
    shown.push([told, read()]);
  }
  return shown;
}
"""


class Ranges(BaseHTTPRequestHandler):
    """Files with byte ranges, as a player asks for them."""

    protocol_version = "HTTP/1.1"
    folder: Path

    def do_GET(self) -> None:
        if self.path == "/favicon.ico":
            self.send_error(404)
            return
        data = PAGE if self.path == "/" else (self.folder / Path(self.path).name).read_bytes()
        asked = self.headers.get("Range", "")
        start, _, end = asked.removeprefix("bytes=").partition("-")
        first, last = int(start or 0), int(end or len(data) - 1)
        self.send_response(206 if asked else 200)
        kinds = {".webm": "video/webm", ".mkv": "video/x-matroska", ".mp4": "video/mp4", "": "text/html"}
        self.send_header("Content-Type", kinds[Path(self.path).suffix])
        self.send_header("Accept-Ranges", "bytes")
        if asked:
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(data)}")
        self.send_header("Content-Length", str(last + 1 - first))
        self.end_headers()
        self.wfile.write(data[first : last + 1])

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:  # a player drops a request when it seeks
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    folder = tmp_path_factory.mktemp("served")
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (Ranges,), {"folder": folder}))
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}", folder
    server.shutdown()
    serving.join()
    server.server_close()


def shown(
    browser: Browser, address: str, name: str, times: list[float], awaited: list[tuple[int, float]] | None = None
) -> list[tuple[float | None, int | None]]:
    """What the browser says of the frame at each time, and the number it shows.

    ``awaited``: the number and the time that should be, for which it is given up to 5 s.
    """
    context = browser.new_context()
    try:
        page = context.new_page()
        page.goto(address)
        answer: Any = page.evaluate(SHOWN, [f"/{name}", times, awaited])
    finally:
        context.close()
    assert answer is not None, f"Chromium does not play {name}"
    return [tuple(pair) for pair in answer]


def measured(browser: Browser) -> bool:
    """Whether this is the Chromium of which docs/video.md speaks, or a later one."""
    return int(browser.version.partition(".")[0]) >= 156


def hidden(path: Path, table: Timeline) -> set[int]:
    """The frames that Chromium 150 cannot show at rest: at their moment, an earlier one is said to be there still."""
    with av.open(str(path)) as film:
        said = {packet.pts: packet.duration or 0 for packet in film.demux(video=0) if packet.pts is not None}
    ends = np.maximum.accumulate([pts + said[pts] for pts in table.pts.tolist()]) * float(table.time_base)
    return {frame for frame in range(1, table.frame_count) if table.seek_time(frame) < ends[frame - 1]}


@pytest.mark.parametrize("name", FILMS)
def test_seeking_shows_the_frame(browser: Browser, served: tuple[str, Path], name: str):
    address, folder = served
    probed = probe(FILMS[name](folder / name))
    table = probed.timeline
    assert probed.video.browser_playable
    reachable = [frame for frame in range(table.frame_count) if frame not in table.unreachable]
    numbers = [frame + OFFSET.get(name, 0) for frame in reachable]
    times = [float(table.pts[frame] * table.time_base) - table.offset_s for frame in reachable]
    awaited = list(zip(numbers, times, strict=True))
    seen = shown(browser, address, name, [table.seek_time(frame) for frame in reachable], awaited=awaited)
    wrong = {frame for frame, number, (_, read) in zip(reachable, numbers, seen, strict=True) if read != number}
    assert wrong <= (set() if measured(browser) else hidden(folder / name, table))
    # The browser's own word for the time of the frame on screen leads back to the frame.
    told = [
        (frame, time)
        for frame, (time, _) in zip(reachable, seen, strict=True)
        if time is not None and frame not in wrong
    ]
    assert len(told) > len(reachable) / 2
    assert [table.frame_at(time) for _, time in told] == [frame for frame, _ in told]
    for frame, time in told:
        assert time == pytest.approx(float(table.pts[frame] * table.time_base) - table.offset_s, abs=2e-6)


@pytest.mark.parametrize("name", ["no-edits.mp4", "pieces.mp4", "variable-pieces.mp4"])
def test_what_is_called_unreachable_is(browser: Browser, served: tuple[str, Path], name: str):
    address, folder = served
    table = probe(FILMS[name](folder / name)).timeline
    assert table.unreachable
    seen = shown(browser, address, name, [table.seek_time(frame) for frame in table.unreachable])
    assert all(number != frame for frame, (_, number) in zip(table.unreachable, seen, strict=True))
