"""Searching a million captions of 200,000 clips: how long an index takes to make, and queries of several kinds.

Run alone with other sizes: ``python -m benchmarks.search --captions 100000 --on sqlite postgresql``.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

from benchmarks.support import databases
from videolect.language.query import parse_query
from videolect.language.spec import load_spec
from videolect.language.text_query import parse_text
from videolect.ledger.database import Database
from videolect.ledger.search import SqlSearch
from videolect.oversight.ports import CaptionText, ClipStates, SearchQuery

ASPECTS = ("subject", "scene", "motion", "spatial", "camera")
AT_ONCE = 4_000
"""Clips in one transaction."""
_SUBJECTS = [
    "man",
    "woman",
    "child",
    "dog",
    "car",
    "cyclist",
    "crowd",
    "train",
    "bird",
    "boat",
    "cat",
    "horse",
    "player",
    "dancer",
    "worker",
    "drone",
    "robot",
    "bus",
]
_LOOKS = [
    "red",
    "blue",
    "tall",
    "young",
    "old",
    "small",
    "white",
    "black",
    "wooden",
    "bright",
    "dark",
    "wet",
    "empty",
    "busy",
    "yellow",
    "green",
    "striped",
    "slow",
]
_ACTS = [
    "walks",
    "runs",
    "turns",
    "stands",
    "sits",
    "rises",
    "falls",
    "waits",
    "drives",
    "passes",
    "jumps",
    "leans",
    "speaks",
    "points",
    "looks",
    "dances",
]
_PLACES = [
    "street",
    "room",
    "bridge",
    "beach",
    "forest",
    "kitchen",
    "field",
    "stage",
    "station",
    "garden",
    "roof",
    "office",
    "river",
    "stairs",
    "market",
]
_MOVES = ["pans", "tilts", "zooms", "dollies", "trucks", "arcs", "cranes", "tracks", "rolls", "shakes"]
_WAYS = ["left", "right", "up", "down", "in", "out", "slowly", "quickly", "smoothly", "steadily"]
_FRAMES = (
    "A {look} {subject} {act} in the {place} beside a {look} {thing}.",
    "The camera {move} {way} and then {move} {way} while the {subject} {act}.",
    "In the background the {thing} and the {place} stay {look}, and the {subject} {act} towards the {thing}.",
    "It is a {look} shot of the {place} from a {look} angle; the {thing} is on the {way} of the frame.",
    "The {subject} is {look}, and holds a {thing} with a {look} {thing} on it.",
)
_TAIL = 20_000


class Speaker:
    """Captions of three to five sentences: the small words of English, the words of film, and a long tail of nouns."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.nouns = [_made_up(number) for number in range(_TAIL)]
        self.weights = list(accumulate(1 / (rank + 2) for rank in range(_TAIL)))
        self.things = iter(())

    def caption(self) -> str:
        """About sixty words."""
        dice = self.dice
        frames = dice.choices(_FRAMES, k=dice.randint(3, 5))
        return " ".join(
            frame.format(
                look=dice.choice(_LOOKS), subject=dice.choice(_SUBJECTS), act=dice.choice(_ACTS),
                place=dice.choice(_PLACES), move=dice.choice(_MOVES), way=dice.choice(_WAYS), thing=self._thing(),
            )
            for frame in frames
        )  # fmt: skip

    def _thing(self) -> str:
        found = next(self.things, None)
        if found is None:
            self.things = iter(self.dice.choices(self.nouns, cum_weights=self.weights, k=10_000))
            found = next(self.things)
        return found


def _made_up(number: int) -> str:
    dice = random.Random(number)
    return "".join(dice.choice("bdfgklmnprstvz") + dice.choice("aeiou") for _ in range(dice.randint(2, 4)))


def clips(count: int) -> Iterator[tuple[list[CaptionText], list[ClipStates]]]:
    """Pages of clips with five captions each; a clip has one of 400 draws of states: 15% yes, 60% no, the rest open."""
    speaker, dice, ids = Speaker(1), random.Random(2), list(load_spec().primitives)
    share = {id_: dice.random() ** 3 * 0.6 for id_ in ids}
    draws = []
    for _ in range(400):
        thrown = {id_: dice.random() for id_ in ids}
        yes = frozenset(id_ for id_ in ids if thrown[id_] < share[id_])
        draws.append((yes, frozenset(id_ for id_ in ids if share[id_] <= thrown[id_] < share[id_] + 0.6)))
    for start in range(0, count, AT_ONCE):
        names = [f"clip-{number:07}" for number in range(start, min(count, start + AT_ONCE))]
        yield (
            [
                CaptionText(campaign="bench", clip=name, aspect=aspect, settled=True, text=speaker.caption())
                for name in names
                for aspect in ASPECTS
            ],
            [
                ClipStates(campaign="bench", clip=name, yes=yes, no=no)
                for name in names
                for yes, no in [dice.choice(draws)]
            ],
        )


def queries() -> dict[str, list[SearchQuery]]:
    """Ten of each kind."""
    dice, spec = random.Random(3), load_spec()
    nouns = [_made_up(number) for number in range(_TAIL)]
    ids = list(spec.primitives)

    def text(words: str, query: str = "") -> SearchQuery:
        return SearchQuery(text=parse_text(words), states=parse_query(query, spec) if query else None)

    def states() -> str:
        one, other, third = dice.sample(ids, 3)
        return dice.choice([one, f"{one} and not {other}", f"{one} or {other}", f"{one} and ({other} or not {third})"])

    def both(number: int) -> SearchQuery:
        words = f"{dice.choice(_LOOKS)} {dice.choice(_SUBJECTS)}" if number % 2 else nouns[dice.randint(100, 2000)]
        return text(words, states())

    return {
        "rare word": [text(nouns[dice.randint(3000, _TAIL - 1)]) for _ in range(10)],
        "common word": [text(word) for word in ["camera", "the", *dice.sample([*_LOOKS, *_SUBJECTS], 8)]],
        "two words": [text(f"{dice.choice(_LOOKS)} {dice.choice(_SUBJECTS)}") for _ in range(10)],
        "phrase": [text(f'"{dice.choice(_LOOKS)} {dice.choice(_SUBJECTS)} {dice.choice(_ACTS)}"') for _ in range(10)],
        "beginning": [text(f"{dice.choice(nouns[50:])[:4]}*") for _ in range(10)],
        "one aspect": [
            SearchQuery(text=parse_text(f"{dice.choice(_LOOKS)} {dice.choice(_SUBJECTS)}"), aspect="camera")
            for _ in range(10)
        ],
        "primitives": [
            *(SearchQuery(states=parse_query(states(), spec)) for _ in range(8)),
            *(SearchQuery(states=parse_query(q, spec)) for q in ("shot_size:close_up->wide", "pan_left=?")),
        ],
        "words and primitives": [both(number) for number in range(10)],
        "common and primitives": [text(dice.choice([*_LOOKS, "camera"]), states()) for _ in range(10)],
    }


def measure(name: str, index: SqlSearch, captions: int) -> None:
    """Fill an index and print what it took; then each query once to warm up, and three times."""
    begun, spent = time.perf_counter(), 0.0
    for texts, states in clips(captions // len(ASPECTS)):
        before, seen = time.perf_counter(), index.seen()
        assert index.keep(texts, states, seen=seen, upto=seen + 1)
        spent += time.perf_counter() - before
    whole = time.perf_counter() - begun
    print(f"{name:11} {captions:,} captions indexed in {spent:.0f} s ({whole:.0f} s with making them up)", flush=True)
    everything: list[float] = []
    for kind, asked in queries().items():
        taken, totals = [], []
        for query in asked:
            totals.append(index.find(query).total)
            for _ in range(3):
                before = time.perf_counter()
                index.find(query)
                taken.append((time.perf_counter() - before) * 1000)
        everything += taken
        print(f"{name:11} {kind:22} {_told(taken)}  found {min(totals):,} to {max(totals):,}", flush=True)
    print(f"{name:11} {'all':22} {_told(everything)}")


def _told(taken: list[float]) -> str:
    worst = statistics.quantiles(taken, n=20)[-1]
    return f"median {statistics.median(taken):7.1f} ms   p95 {worst:7.1f} ms"


def run(*, quick: bool) -> None:
    """SQLite with a million captions, PostgreSQL with as many."""
    compare(10_000 if quick else 1_000_000, ["sqlite", "postgresql"])


def compare(captions: int, on: list[str]) -> None:
    """Measure those databases."""
    with databases() as urls, tempfile.TemporaryDirectory(prefix="videolect-bench-") as folder:
        for name in on:
            known = next((url for found, url in urls.items() if found.lower().startswith(name[:6])), None)
            if name != "sqlite" and known is None:
                print(f"{name:11} is not installed here")
                continue
            file = Path(folder) / "search.db"
            database = Database(f"sqlite:///{file}" if name == "sqlite" else str(known))
            measure(name, SqlSearch(database), captions)
            if name == "sqlite":
                print(f"{name:11} the file has {file.stat().st_size / 1e6:,.0f} MB")
            database.close()
    print(f"most memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:,.0f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--captions", type=int, default=100_000)
    parser.add_argument("--on", nargs="+", default=["sqlite"], choices=["sqlite", "postgresql"])
    asked = parser.parse_args()
    compare(asked.captions, asked.on)
