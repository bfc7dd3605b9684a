"""Sets of clips: a glossary, exams, a benchmark, training. What clip N of a set is depends on the seed and N alone.

A file is there whole or not at all: the film first, then its truth, both under other names until they are done. A clip
whose truth is there is not rendered again, so a run that was killed goes on where it was.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from videolect.errors import BadInput, CannotRead
from videolect.language.spec import Spec, load_spec
from videolect.stage.clips import VERSION, Clip, clip_of, render, truth_json
from videolect.stage.dice import Wish
from videolect.stage.measure import AXES, Measured
from videolect.stage.plans import suits
from videolect.stage.repertoire import Repertoire
from videolect.stage.truth import Truth

Set = Literal["glossary", "exam", "bench", "train"]
SETS: tuple[Set, ...] = get_args(Set)

SETTLED = "set.json"
_SITES = ("street", "square", "hall", "meadow")
"""Where the glossary is shot: places with things near and far."""
_TRIES = {"glossary": 14, "exam": 12, "bench": 8, "train": 8}
"""Of each aim."""
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
        if min(self.size) < 32 or max(self.size) > 4096 or self.size[0] % 2 or self.size[1] % 2:
            raise BadInput(
                f"A size of {self.size[0]}x{self.size[1]} cannot be rendered.",
                mend="Give even numbers from 32 to 4096.",
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
class Aim:
    """What a clip should show."""

    primitive: str
    state: bool
    """Whether it should come out true, or false beside its look-alike."""
    wish: Wish
    also: str | None = None
    """The look-alike that should be true instead."""
    site: tuple[str, int] | None = None
    """The place and its seed, where it is given."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One clip of a set."""

    name: str
    aims: tuple[Aim, ...]
    """Tried one after another: some wishes do not come true with every seed."""
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
    known = Repertoire(spec)
    if order.set == "glossary":
        made = []
        for number, name in enumerate(known.names[: order.count]):
            seed = _seed(order, number)
            # A clip and its look-alike are shot in one place, if that can be, so that nothing else differs.
            sites = [(place, seed % 1000) for place in _SITES]
            shows = tuple(
                Aim(primitive=name, state=True, wish=wish, site=site)
                for site in sites
                for wish in sorted(known.examples[name], key=lambda wish: "both" in wish.values())
                if suits(wish, site[0])
            )
            made.append(Job(name=f"{name}.yes", aims=shows, seed=seed))
            others = tuple(
                Aim(primitive=name, state=False, wish=wish, also=other, site=site)
                for site in sites
                for other, wish in known.look_alikes[name]
                if suits(wish, site[0])
            )
            if others:
                made.append(Job(name=f"{name}.no", aims=others, seed=seed))
        return made
    rng = np.random.default_rng([order.seed, 41, *order.set.encode()])
    decks: list[list[str]] = [[] for _ in range(_AIMS)]
    made = []
    for number in range(order.count):
        aims: list[Aim] = []
        for deck in decks:
            if not deck:
                deck += [known.names[at] for at in rng.permutation(len(known.names))]
            aims.append(_aim(known, deck.pop(), rng, 0.5 if order.set == "exam" else 0.25))
        made.append(Job(name=f"{order.set}-{order.seed}-{number:06d}", aims=tuple(aims), seed=_seed(order, number)))
    return made


_AIMS = 3
"""Of each clip of an exam, a benchmark or for training: the first that comes true counts."""


def _aim(known: Repertoire, name: str, rng: np.random.Generator, share: float) -> Aim:
    """``share``: of clips that show a look-alike instead."""
    wishes, others = known.examples[name], known.look_alikes[name]
    one, other, draw = int(rng.integers(len(wishes))), int(rng.integers(max(1, len(others)))), rng.random()
    if others and draw < share:
        also, wish = others[other]
        return Aim(primitive=name, state=False, wish=wish, also=also)
    return Aim(primitive=name, state=True, wish=wishes[one])


def _seed(order: Order, number: int) -> int:
    return int(np.random.default_rng([order.seed, 43, number, *order.set.encode()]).integers(_BOUND))


# ------------------------------------------------------------------------------------------------------------- making


def found_for(spec: Spec, job: Job, order: Order) -> tuple[Clip, Truth, Aim | None] | str:
    """The first attempt for which an aim comes true; else, in train and bench, the last possible clip; else why not.

    A clip whose record contradicts itself is never taken.
    """
    spare: tuple[Clip, Truth] | None = None
    telling: list[tuple[float, Clip, Truth, Aim]] = []
    why = "nothing was drawn"
    for number, aim in enumerate(job.aims):
        for attempt in range(_TRIES[order.set]):
            try:
                clip = clip_of(
                    aim.wish, job.seed + 7919 * attempt + 104_729 * number, size=order.size, fps=order.fps,
                    seconds=order.seconds, held_back=order.set == "bench", site=aim.site,
                )  # fmt: skip
            except BadInput as error:
                why = error.message
                continue
            truth = clip.truth(spec)
            if any(True for _ in spec.check_answers(truth.record)):
                why = "its record contradicts itself"
                continue
            if truth.states[aim.primitive] is aim.state and (aim.also is None or truth.states[aim.also] is True):
                if order.set != "glossary":
                    return clip, truth, aim
                telling.append((_telling(clip, truth), clip, truth, aim))
                if len(telling) == _CHOICE:
                    return max(telling, key=lambda each: each[0])[1:]
                continue
            spare = clip, truth
            why = f"the attempts showed {aim.primitive} as {truth.states[aim.primitive]}"
        if telling:
            return max(telling, key=lambda each: each[0])[1:]
    if order.set in ("train", "bench") and spare is not None:
        return *spare, None
    return why


_CHOICE = 6
"""Of so many clips that show a primitive the glossary has the most telling one."""


def _telling(clip: Clip, truth: Truth) -> float:
    """How plainly one sees what happens: things near by, and somebody to look at."""
    take = clip.takes[0]
    measured = Measured(take.scene, take.track, take.size, take.fps)
    seen = 0.0 if truth.main is None else float((measured.visible[truth.main] > 0.7).mean())
    moved = sum(max(measured.totals(axis)) for axis in AXES)
    return 4 / float(np.median(measured.near)) + 0.5 * seen + min(0.6, moved)


def make(spec: Spec, job: Job, order: Order, out: Path, words: Callable[[Spec, Clip, Truth], dict[str, Any]]) -> Done:
    """Render one clip and its truth into a folder, unless its truth is there."""
    begun = time.monotonic()
    truth_path = out / f"{job.name}.truth.json"
    if _is_done(out, job):
        return Done(name=job.name, seconds=0.0, kept=True)
    found = found_for(spec, job, order)
    if isinstance(found, str):
        return Done(name=job.name, seconds=time.monotonic() - begun, why=found, hit=False)
    clip, truth, aim = found
    film, partial = out / f"{job.name}.mp4", out / f".{job.name}.{os.getpid()}.mp4"
    told = out / f".{job.name}.{os.getpid()}.json"
    try:
        render(clip, partial)
        asked = {"asked": None if aim is None else {"primitive": aim.primitive, "state": aim.state, "also": aim.also}}
        answer = truth_json(clip, spec, truth) | asked | words(spec, clip, truth)
        text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
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


def render_set(
    spec: Spec, order: Order, out: Path, *, jobs: int = 1, words: Callable[[Spec, Clip, Truth], dict[str, Any]],
    spec_path: Path | None = None,
) -> Iterator[Done]:  # fmt: skip
    """Render what is not there yet; one result for each clip, as it is done. BadInput for a folder of another set."""
    _settle(order, out)
    wanted = jobs_of(spec, order)
    _sweep(out, {job.name for job in wanted})
    there = {job.name for job in wanted if _is_done(out, job)}
    missing = [job for job in wanted if job.name not in there]
    for job in wanted:
        if job.name in there:
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
        except BrokenProcessPool:
            raise CannotRead(
                "A renderer was stopped from outside, perhaps for want of memory.",
                mend="Run the same command again: what is done is kept. Fewer --jobs need less memory.",
            ) from None
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
