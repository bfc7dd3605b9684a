"""One frame step in the browser: from the key to the moment at which the new frame stands."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.support import browser as browsers
from tests.support import clips

from benchmarks.support import spread
from videolect.cli.data import open_tasks, take_in
from videolect.cli.demo import people_of, rendered, served
from videolect.record.campaign import Policy
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
    """On the real clip where it is there, else on a rendered one."""
    program = browsers.find_chromium()
    if program is None:
        print("Chromium is not installed.")
        return
    with tempfile.TemporaryDirectory(prefix="videolect-bench-") as folder:
        workspace = Workspace.create(Path(folder) / "workspace")
        passwords = people_of(workspace)
        film = clips.FOLDER / FILM
        videos = take_in(workspace, [film])[0] if film.exists() else rendered(workspace)[0]
        open_tasks(workspace, "bench", videos, policy=Policy())
        name = workspace.clips_of("bench", videos)[0].id
        with served(workspace) as address, browsers.launched(program) as browser:
            page = browser.new_page(base_url=address)
            page.request.post("/api/session", data={"person": "ann", "password": passwords["ann"]})
            page.goto(f"/task/bench/{name}/labels")
            page.wait_for_selector("[data-testid=player][data-settled=true]")
            steps = 20 if quick else 200
            steps = min(steps, videos[0].frames - 2)
            taken = [page.evaluate(STEP) for _ in range(steps)]
        print(f"{videos[0].file_name} {videos[0].width}x{videos[0].height}: {spread(taken)}; goal under 50 ms")
        workspace.close()
