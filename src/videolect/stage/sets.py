"""Sets of clips: a glossary, exams, a benchmark, training. What clip N of a set is depends on the seed and N alone.

A file is there whole or not at all: the film first, then its truth, both under other names until they are done. A clip
whose truth is there is not rendered again, so a run that was killed goes on where it was.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from videolect.errors import BadInput
from videolect.language.spec import Spec, load_spec
from videolect.stage.clips import VERSION, Clip, clip_of, render, truth_json
from videolect.stage.repertoire import examples, look_alike, staged
from videolect.stage.truth import Truth

Set = Literal["glossary", "exam", "bench", "train"]
SETS: tuple[Set, ...] = get_args(Set)

SETTLED = "set.json"
_TRIES = {"glossary": 60, "exam": 30, "bench": 14, "train": 14}
_BOUND = 1 << 31


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """Which clips are wanted."""

    set: Set
    count: int
    seed: int
    size: tuple[int, int] = (320, 180)
    fps: int = 16
    seconds: float = 4.0

    def __post_init__(self) -> None:
        if self.set not in SETS:
            raise BadInput(f"There is no set {self.set!r}.", mend=f"Use one of {', '.join(SETS)}.")
        if not 1 <= self.count <= 1_000_000:
            raise BadInput(f"{self.count} clips cannot be rendered.", mend="Ask for 1 to 1,000,000.")
        if not 0 <= self.seed < _BOUND:
            raise BadInput(f"The seed {self.seed} cannot be used.", mend=f"Give a whole number from 0 to {_BOUND - 1}.")
        if min(self.size) < 64 or max(self.size) > 4096 or self.size[0] % 2 or self.size[1] % 2:
            raise BadInput(
                f"A size of {self.size[0]}x{self.size[1]} cannot be rendered.",
                mend="Give even numbers from 64 to 4096.",
            )
        if not 1 <= self.fps <= 120 or not 2 <= self.fps * self.seconds <= 2000:
            raise BadInput(
                f"{self.seconds:g} s at {self.fps} frames a second cannot be rendered.",
                mend="Give 1 to 120 frames a second, and 2 to 2,000 frames in all.",
            )

    def as_json(self) -> dict[str, Any]:
        """What stands beside the clips."""
        return {
            "set": self.set, "seed": self.seed, "size": list(self.size), "fps": self.fps, "seconds": self.seconds,
            "version": VERSION,
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One clip of a set: for which primitive, and which record is wished for."""

    name: str
    primitive: str
    state: bool
    """Whether the primitive should come out true, or false beside its look-alike."""
    wish: Mapping[str, Any]
    also: str | None = None
    """The look-alike that should be true instead."""
    seed: int


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


# --------------------------------------------------------------------------------------------------------------- jobs


def jobs_of(spec: Spec, order: Order) -> list[Job]:
    """The clips of the set, in order. A glossary has two for each primitive; ``count`` then is how many primitives."""
    names = staged(spec)
    if order.set == "glossary":
        made = []
        for number, name in enumerate(names[: order.count]):
            seed = _seed(order, number)
            yes, taken_for = examples(spec, name), look_alike(spec, name, names)
            made.append(Job(name=f"{name}.yes", primitive=name, state=True, wish=yes[0], seed=seed))
            if taken_for is not None:
                other, wish = taken_for
                made.append(
                    Job(name=f"{name}.no", primitive=name, state=False, wish=wish, also=other, seed=seed + 500_000)
                )
        return made
    rng = np.random.default_rng([order.seed, 41, *order.set.encode()])
    made = []
    deck: list[str] = []
    for number in range(order.count):
        if not deck:
            deck = [names[at] for at in rng.permutation(len(names))]
        name = deck.pop()
        wishes = examples(spec, name)
        state, wish, also = True, wishes[int(rng.integers(len(wishes)))], None
        taken_for = look_alike(spec, name, names)
        if taken_for is not None and rng.random() < (0.5 if order.set == "exam" else 0.25):
            state, (also, wish) = False, taken_for
        made.append(
            Job(
                name=f"{order.set}-{order.seed}-{number:06d}", primitive=name, state=state, wish=wish, also=also,
                seed=_seed(order, number),
            )
        )  # fmt: skip
    return made


def _seed(order: Order, number: int) -> int:
    return int(np.random.default_rng([order.seed, 43, number, *order.set.encode()]).integers(_BOUND))


# ------------------------------------------------------------------------------------------------------------- making


def found_for(spec: Spec, job: Job, order: Order) -> tuple[Clip, Truth, bool] | str:
    """The first attempt for which the wish comes true; else, in train and bench, the last possible clip; else why not.

    A clip whose truth holds a contradiction is never taken.
    """
    spare: tuple[Clip, Truth] | None = None
    why = "nothing was drawn"
    for attempt in range(_TRIES[order.set]):
        try:
            clip = clip_of(
                job.wish, job.seed + 7919 * attempt, size=order.size, fps=order.fps, seconds=order.seconds,
                held_back=order.set == "bench",
            )  # fmt: skip
        except BadInput as error:
            why = error.message
            continue
        truth = clip.truth(spec)
        if any(True for _ in spec.check_answers(truth.record)):
            why = "its record contradicts itself"
            continue
        if truth.states[job.primitive] is job.state and (job.also is None or truth.states[job.also] is True):
            return clip, truth, True
        spare = clip, truth
        why = f"the attempts showed {job.primitive} as {truth.states[job.primitive]}"
    if order.set in ("train", "bench") and spare is not None:
        return *spare, False
    return why


def make(spec: Spec, job: Job, order: Order, out: Path, words: Callable[[Spec, Clip, Truth], dict[str, Any]]) -> Done:
    """Render one clip and its truth into a folder, unless its truth is there."""
    begun = time.monotonic()
    truth_path = out / f"{job.name}.truth.json"
    if truth_path.exists():
        return Done(name=job.name, seconds=0.0, kept=True)
    found = found_for(spec, job, order)
    if isinstance(found, str):
        return Done(name=job.name, seconds=time.monotonic() - begun, why=found, hit=False)
    clip, truth, hit = found
    film, partial = out / f"{job.name}.mp4", out / f".{job.name}.{os.getpid()}.mp4"
    told = out / f".{job.name}.{os.getpid()}.json"
    try:
        render(clip, partial)
        asked = {"asked": {"primitive": job.primitive, "state": job.state}}
        answer = truth_json(clip, spec, truth) | asked | words(spec, clip, truth)
        text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
        told.write_text(text + "\n", encoding="utf-8")
        partial.replace(film)
        told.replace(truth_path)
    finally:
        partial.unlink(missing_ok=True)
        told.unlink(missing_ok=True)
    return Done(name=job.name, seconds=time.monotonic() - begun, hit=hit)


def render_set(
    spec: Spec, order: Order, out: Path, *, jobs: int = 1, words: Callable[[Spec, Clip, Truth], dict[str, Any]],
    spec_path: Path | None = None,
) -> Iterator[Done]:  # fmt: skip
    """Render what is not there yet; one result for each clip, as it is done. BadInput for a folder of another set."""
    _settle(order, out)
    wanted = jobs_of(spec, order)
    for stale in out.glob(".*.mp4"):
        stale.unlink(missing_ok=True)  # of a run that was killed
    for stale in out.glob(".*.json"):
        stale.unlink(missing_ok=True)
    there = {path.name for path in out.glob("*.truth.json")}
    missing = [job for job in wanted if f"{job.name}.truth.json" not in there]
    for job in wanted:
        if f"{job.name}.truth.json" in there:
            yield Done(name=job.name, seconds=0.0, kept=True)
    if jobs == 1 or len(missing) < 2:
        for job in missing:
            yield make(spec, job, order, out, words)
        return
    # Spawned, not forked: the parent may have threads.
    with ProcessPoolExecutor(
        jobs, mp_context=get_context("spawn"), initializer=_begin, initargs=(spec_path, words)
    ) as pool:
        running = {pool.submit(_make, job, order, out) for job in missing}
        try:
            for future in as_completed(running):
                yield future.result()
        finally:
            for future in running:
                future.cancel()


_spec: Spec
_words: Callable[[Spec, Clip, Truth], dict[str, Any]]


def _begin(spec_path: Path | None, words: Callable[[Spec, Clip, Truth], dict[str, Any]]) -> None:
    global _spec, _words
    _spec = load_spec() if spec_path is None else Spec.load(spec_path)
    _words = words


def _make(job: Job, order: Order, out: Path) -> Done:
    return make(_spec, job, order, out, _words)


def _settle(order: Order, out: Path) -> None:
    """Make the folder this set's, or find that it is."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        settled = out / SETTLED
        if settled.exists():
            there = json.loads(settled.read_text(encoding="utf-8"))
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
