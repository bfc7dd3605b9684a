"""A thousand short clips into a workspace: how many a second, and what the parent's memory comes to."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import time
from pathlib import Path

from tests.support import movies

CONTENTS = {"plain": {}, "small": {"size": (160, 90)}, "all-key": {"gop": 1}, "no-b": {"bframes": 0}}
"""Four kinds of two seconds at 24 frames a second; a seed in a box that players skip makes each file another one."""


def run(*, quick: bool) -> None:
    """With one job and with two, each in a process of its own and in a workspace of its own; then once more."""
    marks = (10, 20, 40) if quick else (100, 500, 1000)
    with tempfile.TemporaryDirectory(prefix="videolect-bench-") as folder:
        rushes = Path(folder) / "rushes"
        clips(rushes, marks[-1])
        for jobs in (1, 2):
            root = Path(folder) / f"workspace-{jobs}"
            for what in ("new", "again"):
                taken, cpu, peaks = in_own_process(root, rushes, jobs, marks)
                shown = ", ".join(f"{peak / 1024:.0f} MiB after {mark}" for mark, peak in peaks.items())
                each = (
                    f"{marks[-1] / taken:6.1f} clips a second, {1000 * cpu / marks[-1]:4.0f} ms of processors for each"
                )
                print(f"{jobs} jobs, {what:5}: {each}; peak of the parent {shown}", flush=True)


def clips(folder: Path, count: int) -> None:
    """So many films with as many hashes."""
    folder.mkdir()
    made = []
    for name, options in CONTENTS.items():
        path = movies.constant(folder / "base.mp4", 48, **options)
        made.append((name, path.read_bytes()))
        path.unlink()
    for seed in range(count):
        name, data = made[seed % len(made)]
        box = (16).to_bytes(4, "big") + b"free" + seed.to_bytes(8, "big")
        (folder / f"{name}-{seed:05}.mp4").write_bytes(data + box)


def in_own_process(root: Path, rushes: Path, jobs: int, marks: tuple[int, ...]) -> tuple[float, float, dict[int, int]]:
    """Seconds for all, by the clock and of all processors, and the peak in KiB after so many."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_import, args=(root, rushes, jobs, marks, theirs))
    process.start()
    answer: tuple[float, float, dict[int, int]] = ours.recv()
    process.join()
    return answer


def _import(root: Path, rushes: Path, jobs: int, marks: tuple[int, ...], answer: object) -> None:
    from videolect.cli.imported import imported
    from videolect.video.sources import Sources
    from videolect.wiring import Workspace

    workspace = Workspace.create(root)
    workspace.database.migrate()
    peaks: dict[int, int] = {}

    def progress(done: int, of: int, path: Path) -> None:
        if done in marks:
            peaks[done] = peak_kib()

    begun = time.perf_counter()
    opener = workspace.intake.opener("bench")
    told = imported(workspace.intake, Sources([rushes]), opener, jobs=jobs, on_progress=progress)
    taken = time.perf_counter() - begun
    assert told["videos"] == marks[-1], told
    workspace.close()
    answer.send((taken, sum(os.times()[:4]), peaks))  # type: ignore[attr-defined]


def peak_kib() -> int:
    """The most memory that this process has held. Not getrusage's, which remembers the process that started it."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
