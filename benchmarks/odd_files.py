"""Broken and odd files through ``probe`` and ``frames``: what becomes of them, how long it takes, how much memory.

Every file is made from its recipe (tests/support/odd_files.py). A failure, anything but an answer or an error that a
person can mend, prints its recipe, from which the file can be made again::

    python -c "from tests.support.odd_files import *; Corpus(Path('.')).make('noise/mkv-vp9/17')"
"""

from __future__ import annotations

import multiprocessing
import resource
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from tests.support.odd_files import BASES, FAILED, WAYS, Corpus, Outcome, pictures_of, probed, recipes

from videolect.video.probe import Probed, probe
from videolect.video.sandbox import Limits

LIMITS = Limits(memory_bytes=1 << 30, seconds=60, threads=1)
AT_ONCE = 2
PROBED = 4_680
PICTURED = 936
_BATCH = 30
MB = 1 << 20


def run(*, quick: bool) -> None:
    """All of every way to break a film; then frames of films that broke after their import."""
    share = 10 if quick else 1
    for title, count, first in (("probe", PROBED, 0), ("frames", PICTURED, 1000)):
        batches = []
        for way in WAYS:
            named = list(recipes(-(-count // share // len(WAYS)), ways=(way,), first=first))
            batches += [named[at : at + _BATCH] for at in range(0, len(named), _BATCH)]
        print(f"\n{title}: {sum(map(len, batches)):,} files, {AT_ONCE} at a time, {LIMITS.seconds:.0f} s and "
              f"{LIMITS.memory_bytes // MB:,} MiB each")  # fmt: skip
        _report(*_all(title, batches))


def _all(title: str, batches: Sequence[Sequence[str]]) -> tuple[list[Outcome], dict[str, int], int]:
    """Outcomes, the largest memory of a child by way of breaking, and how many of our processes died."""
    outcomes: list[Outcome] = []
    memory: Counter[str] = Counter()
    deaths = 0
    with tempfile.TemporaryDirectory(prefix="videolect-odd-") as folder:
        corpus = Corpus(Path(folder))
        whole = {}
        for name, (suffix, _) in BASES.items():
            corpus.base(name)
            whole[name] = probe(corpus.folder / f"{name}.{suffix}")
        # One process for each batch, so that the largest memory of its children is that of these files.
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(AT_ONCE, mp_context=spawn, max_tasks_per_child=1) as pool:
            running = {pool.submit(_some, title, batch, corpus, whole): batch for batch in batches}
            for future, batch in running.items():
                try:
                    found, most = future.result()
                except BrokenProcessPool:
                    deaths += 1
                    print(f"DIED with one of {batch[0]} to {batch[-1]}")
                    continue
                outcomes += found
                way = batch[0].split("/")[0]
                memory[way] = max(memory[way], most)
    return outcomes, dict(memory), deaths


def _some(title: str, batch: Sequence[str], corpus: Corpus, whole: Mapping[str, Probed]) -> tuple[list[Outcome], int]:
    one: Callable[[Corpus, str, Limits, Mapping[str, Probed]], Outcome] = probed if title == "probe" else pictures_of
    found = [one(corpus, recipe, LIMITS, whole) for recipe in batch]
    return found, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


def _report(outcomes: Sequence[Outcome], memory: Mapping[str, int], deaths: int) -> None:
    kinds = [kind for kind, _ in Counter(outcome.kind for outcome in outcomes).most_common()]
    table = Counter((outcome.recipe.split("/")[0], outcome.kind) for outcome in outcomes)
    print(f"| way | {' | '.join(kinds)} | longest s | most MiB |")
    print("|---" * (len(kinds) + 3) + "|")
    for way in (*memory, "all"):
        mine = [outcome for outcome in outcomes if way in ("all", outcome.recipe.split("/")[0])]
        counts = [sum(outcome.kind == kind for outcome in mine) if way == "all" else table[way, kind] for kind in kinds]
        most = max(memory.values()) if way == "all" else memory[way]
        longest = max(outcome.seconds for outcome in mine)
        print(f"| {way} | {' | '.join(map(str, counts))} | {longest:.1f} | {most // MB} |")
    slowest = sorted(outcomes, key=lambda outcome: -outcome.seconds)[:3]
    print("slowest: " + ", ".join(f"{outcome.recipe} {outcome.seconds:.1f} s ({outcome.kind})" for outcome in slowest))
    for kind in ("died", "killed", "memory", "time", "other", "unsaid"):
        named = [outcome for outcome in outcomes if outcome.kind == kind]
        for outcome in named[:12]:
            print(f"{kind}: {outcome.recipe}: {outcome.words[-150:]}")
    failed = [outcome for outcome in outcomes if outcome.kind == FAILED]
    for outcome in failed:
        print(f"FAILED {outcome.recipe}\n{outcome.words}")
    print(f"{len(failed)} failures, {deaths} deaths of the parent")
