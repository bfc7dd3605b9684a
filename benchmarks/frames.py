"""One frame step in the browser: from the key to the moment at which the new frame stands."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

from tests.support import browser as browsers

from benchmarks import data
from benchmarks.support import spread
from videolect.cli.demo.prepared import people_of, rendered
from videolect.cli.serving import served
from videolect.wiring import Workspace

FILM = "big_buck_bunny_480p_30s.mp4"

STEP = """async () => {
  const player = document.querySelector('[data-testid=player]');
  const before = Number(player.dataset.frame);
  const begun = performance.now();
  document.querySelector('[data-testid=step-forward]').click();
  while (Number(player.dataset.frame) !== before + 1 || player.dataset.settled !== 'true')
    await new Promise((done) => setTimeout(done, 1));
  return performance.now() - begun;
}"""


def run(*, quick: bool) -> None:
    """On a rendered clip with a key frame every second, and on the real film where it is there."""
    program = browsers.find_chromium()
    if program is None:
        print("Chromium is not installed.")
        return
    with tempfile.TemporaryDirectory(prefix="videolect-bench-") as folder, browsers.launched(program) as browser:
        workspace = Workspace.create(Path(folder) / "workspace")
        passwords = people_of(workspace)
        videos = rendered(workspace)[0][:1]
        with suppress(data.NotHere):  # the rendered one is measured all the same
            videos += workspace.intake.take_in([data.clips(FILM) / FILM])[0]
        opened = workspace.intake.open_tasks("bench", videos)
        with served(workspace) as address:
            for video, clip in zip(videos, opened, strict=True):
                page = browser.new_page(base_url=address)
                page.request.post("/api/session", data={"person": "ann", "password": passwords["ann"]})
                page.goto(f"/task/bench/{clip.id}/labels")
                page.wait_for_selector("[data-testid=player][data-settled=true]")
                steps = min(20 if quick else 200, video.frames - 2)
                taken = [page.evaluate(STEP) for _ in range(steps)]
                with workspace.storage.local(video.hash) as path:
                    keys = max(key_frame_gaps(path))
                print(
                    f"{video.file_name} {video.width}x{video.height}, up to {keys} frames between key frames: "
                    f"{spread(taken)}; goal under 50 ms"
                )
                page.close()
        workspace.close()


def key_frame_gaps(film: Path) -> list[int]:
    """Frames between key frames: a browser decodes from the last one at every seek."""
    import av

    with av.open(str(film)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
    keys = [place for place, packet in enumerate(packets) if packet.is_keyframe]
    return [after - before for before, after in zip(keys, [*keys[1:], len(packets)], strict=True)]
