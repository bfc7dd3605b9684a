"""Sets of clips: a glossary, exams, a benchmark, training, rendered into a folder.

A file is there whole or not at all: the film first, then its truth, both under other names until they are done. A clip
whose truth is there is not rendered again, so a run that was killed goes on where it was.
"""

from __future__ import annotations

import itertools
import json
import os
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path

from videolect.errors import BadInput, CannotRead
from videolect.language.spec import Spec, load_spec
from videolect.stage.clips import render
from videolect.stage.finding import Found, found_together
from videolect.stage.orders import Job, Order, jobs_of
from videolect.stage.truth_file import truth_json

SETTLED = "set.json"
"""What stands beside the clips, and says which set they are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What became of one clip."""

    name: str
    seconds: float
    why: str | None = None
    """Why there is none."""
    kept: bool = False
    """Whether it was there before."""
    hit: bool = True
    """Whether the wish came true; in train and bench a clip is as good without."""


# ------------------------------------------------------------------------------------------------------------- making


def make(spec: Spec, jobs: Sequence[Job], order: Order, out: Path) -> Iterator[Done]:
    """Render clips that belong together, with their truth, into a folder; all but those whose truth is there."""
    begun = time.monotonic()
    if all(_is_done(out, job) for job in jobs):
        yield from (Done(name=job.name, seconds=0.0, kept=True) for job in jobs)
        return
    for job, found in zip(jobs, found_together(spec, jobs, order), strict=True):
        if _is_done(out, job):
            yield Done(name=job.name, seconds=0.0, kept=True)
        else:
            yield _made(spec, job, found, out, begun)
        begun = time.monotonic()


def _made(spec: Spec, job: Job, found: Found | str, out: Path, begun: float) -> Done:
    truth_path = out / f"{job.name}.truth.json"
    if isinstance(found, str):
        return Done(name=job.name, seconds=time.monotonic() - begun, why=found, hit=False)
    clip, truth, aim = found
    film, partial = out / f"{job.name}.mp4", out / f".{job.name}.{os.getpid()}.mp4"
    told = out / f".{job.name}.{os.getpid()}.json"
    try:
        render(clip, partial)
        text = json.dumps(truth_json(spec, clip, truth, aim), ensure_ascii=False, separators=(",", ":"))
        told.write_text(text + "\n", encoding="utf-8")
        partial.replace(film)
        told.replace(truth_path)
    except OSError as error:
        raise CannotRead(
            f"{job.name} cannot be written into {out}: {error.strerror or error}.",
            mend="Make room or choose another folder, and run the same command again: what is done is kept.",
        ) from None
    finally:
        partial.unlink(missing_ok=True)
        told.unlink(missing_ok=True)
    return Done(name=job.name, seconds=time.monotonic() - begun, hit=aim is not None)


def _is_done(out: Path, job: Job) -> bool:
    """Whether film and truth are there, the truth to its last character."""
    truth, film = out / f"{job.name}.truth.json", out / f"{job.name}.mp4"
    try:
        with truth.open("rb") as file:
            file.seek(-2, os.SEEK_END)
            return file.read() == b"}\n" and film.stat().st_size > 0
    except OSError:
        return False


def _sweep(out: Path, names: set[str]) -> None:
    """Remove what a run that was killed left half: files of these clips whose process is no more."""
    for path in out.glob(".*"):
        name, _, rest = path.name[1:].rpartition(".")
        name, _, pid = name.rpartition(".")
        if rest not in ("mp4", "json") or name not in names or not pid.isdecimal():
            continue
        if not _lives(int(pid)):
            path.unlink(missing_ok=True)


def _lives(pid: int) -> bool:
    """Whether a process runs. One that is dead and not yet buried does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # somebody else's
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return True  # a system without /proc
    return state != "Z"


def render_set(order: Order, out: Path, *, jobs: int = 1) -> Iterator[Done]:
    """Render what is not there yet; one result for each clip, as it is done. BadInput for a folder of another set."""
    spec = load_spec()
    _settle(order, out)
    wanted = jobs_of(spec, order)
    _sweep(out, {job.name for job in wanted})
    there = {job.name for job in wanted if _is_done(out, job)}
    groups: list[list[Job]] = []
    for _, together in itertools.groupby(wanted, key=lambda job: job.seed):
        group = list(together)
        if {job.name for job in group} <= there:
            yield from (Done(name=job.name, seconds=0.0, kept=True) for job in group)
        else:
            groups.append(group)
    if jobs == 1 or len(groups) < 2:
        for group in groups:
            yield from make(spec, group, order, out)
        return
    # Spawned, not forked: the parent may have threads.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_begin) as pool:
        running = {pool.submit(_make, group, order, out) for group in groups}
        try:
            for future in as_completed(running):
                yield from future.result()
        except BrokenProcessPool:
            raise CannotRead(
                "A renderer was stopped from outside, perhaps for want of memory.",
                mend="Run the same command again: what is done is kept. Fewer --jobs need less memory.",
            ) from None
        finally:
            for future in running:
                future.cancel()


def _begin() -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A renderer whose command was killed would wait for more work for ever."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _make(jobs: Sequence[Job], order: Order, out: Path) -> list[Done]:
    return list(make(load_spec(), jobs, order, out))


def _settle(order: Order, out: Path) -> None:
    """Make the folder this set's, or find that it is."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        settled = out / SETTLED
        if settled.exists():
            there = json.loads(settled.read_text(encoding="utf-8"))
            if not isinstance(there, dict):
                raise ValueError(f"{SETTLED} is not of a set")
            if there != order.as_json():
                differs = [key for key, value in order.as_json().items() if there.get(key) != value]
                raise BadInput(
                    f"{out} holds another set: it differs in {', '.join(differs)}.",
                    mend="Name another folder with --out.",
                )
            return
        partial = out / f".{SETTLED}.{os.getpid()}"
        partial.write_text(json.dumps(order.as_json()) + "\n", encoding="utf-8")
        partial.replace(settled)
    except (OSError, ValueError) as error:
        raise BadInput(f"{out} cannot hold a set: {error}.", mend="Name another folder with --out.") from None
