"""All primitives of 100,000 label records on one core, and the check of the whole specification.

Records are drawn at random from the form (every question that is asked is answered), with a seed.
"""

from __future__ import annotations

import random
import time

from videolect.language import Spec, check_spec
from videolect.language.source import folder_of


def run(*, quick: bool = False) -> None:
    """Print seconds, and records a second."""
    start = time.process_time()
    spec = Spec.load(folder_of("core"))
    loaded = time.process_time() - start
    start = time.process_time()
    problems = check_spec("core")
    print(
        f"load with check: {loaded:.2f} s; check alone: {time.process_time() - start:.2f} s, {len(problems)} problems"
    )
    start = time.process_time()
    Spec.load(folder_of("core"), checked=True)
    print(f"load of what ships, checked before it went out: {time.process_time() - start:.2f} s")
    rows = 10_000 if quick else 100_000
    pool = [_record(spec, random.Random(seed)) for seed in range(500)]
    draw = random.Random(7)
    records = [pool[draw.randrange(len(pool))] for _ in range(rows)]
    answered = sum(len(record) for record in records) / rows
    columns = {field.id: [record.get(field.id) for record in records] for field in spec.fields}
    start = time.process_time()
    states = spec.derive_columns(columns)
    seconds = time.process_time() - start
    known = sum(int((states.column(id_) >= 0).sum()) for id_ in spec.primitives)
    print(f"{rows:,} records of {answered:.0f} answers x {len(spec.primitives)} primitives: {seconds:.2f} s")
    print(f"{rows / seconds:,.0f} records a second on one core; {known:,} states are yes or no")
    start = time.process_time()
    for record in pool:
        spec.derive(record)
    print(f"one by one: {len(pool) / (time.process_time() - start):,.0f} records a second")


def _record(spec: Spec, draw: random.Random) -> dict[str, object]:
    """Answers to every question that is asked, drawn evenly; three times over, as one answer opens other questions."""
    answers: dict[str, object] = {"shot_transition": draw.random() < 0.05}
    for _ in range(3):
        asked = spec.applicable(answers)
        for field in spec.fields:
            if field.id in asked and field.id not in answers:
                answers[field.id] = _answer(field.kind, [option.value for option in field.options], draw)
    return spec.normalise(answers)


def _answer(kind: str, values: list[str], draw: random.Random) -> object:
    if kind == "flag":
        return draw.random() < 0.3
    if kind == "choice":
        return draw.choice(values)
    if kind == "list":
        return [value for value in values if draw.random() < 0.2]
    return "It drifts and comes back." if kind == "text" else []
