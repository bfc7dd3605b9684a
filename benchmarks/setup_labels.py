"""Published set-up labels against our specification: for how many clips does a record give exactly those states?

Needs the reference data (``VIDEOLECT_REFERENCE``, or ../shared/reference-data). The raw set-up records were never
published, so this is the only proof that the form can say what people labelled.
"""

from __future__ import annotations

import time
from collections import Counter

from benchmarks import data
from videolect.dataset.label_tables import read_states
from videolect.language import load_spec

STATES = "primitive_states.parquet"
GROUPS = {"cam_setup.": "set-up", "lighting_setup.": "light"}


def run(*, quick: bool = False, profile: str | None = "authors-2025") -> None:
    """Print the share of clips and every kind of conflict, under the published reading and under our own."""
    states = read_states(data.reference(STATES) / STATES)
    for group in GROUPS:
        for reading in (profile, None):
            _one(states, group, reading, quick)


def _one(states: dict[str, dict[str, bool]], group: str, profile: str | None, quick: bool) -> None:
    spec = load_spec() if profile is None else load_spec().read_as(profile)
    ours = {name: p.id for p in spec.primitives.values() for name in p.also_known_as if name.startswith(group)}
    known = {ours[name]: clips for name, clips in states.items() if name in ours}
    lost = sorted(name for name in states if name.startswith(group) and name not in ours)
    gate = known.pop("shot_transition")
    clips = sorted(gate)[: 300 if quick else None]
    solvers = {cut: spec.inverse(known, {"shot_transition": cut}) for cut in (True, False)}
    kinds: Counter[str] = Counter()
    examples: dict[str, str] = {}
    records: list[dict[str, object]] = []
    asked: list[dict[str, bool | None]] = []
    start = time.perf_counter()
    for clip in clips:
        wanted = {id_: known[id_].get(clip) for id_ in known}
        solver = solvers[gate[clip]]
        record = solver.record(wanted)
        if record is not None:
            records.append(record)
            asked.append(wanted)
            continue
        for core in solver.conflicts(wanted):
            told = ", ".join(f"{id_} {_WORDS[state]}" for id_, state in core)
            kinds[told] += 1
            examples.setdefault(told, clip)
    # What was found counts only if it gives the states back.
    derived = spec.derive_many(records)
    number = {True: 1, False: 0, None: -1}
    columns = {id_: derived.column(id_) for id_ in known}
    satisfied = sum(
        all(columns[id_][row] == number[state] for id_, state in wanted.items()) for row, wanted in enumerate(asked)
    )
    seconds = time.perf_counter() - start
    print(
        f"\nreading: {profile or 'our own'}; {len(known) + 1} primitives; not known to us: {', '.join(lost) or 'none'}"
    )
    share = f"{satisfied} of {len(clips)} clips: {satisfied / len(clips):.2%}"
    print(f"a record gives exactly the published states for {share}")
    print(f"{seconds:.1f} s; kinds of conflict: {len(kinds)}")
    for told, count in kinds.most_common():
        print(f"{count:6d}  {told}   (first: {examples[told]})")


_WORDS = {True: "yes", False: "no", None: "undetermined"}
