"""The words of staged clips held against their states: does every caption assert only what is true, and all it should?

The states are those of the clip's own truth, from poses; not what the words themselves believe.
"""

from __future__ import annotations

import time
from collections import Counter

from videolect.language import load_spec
from videolect.language.claims import claims_of
from videolect.language.lint import lint
from videolect.stage.finding import found_for
from videolect.stage.orders import Order, jobs_of
from videolect.stage.truth_file import facts_of, words_json
from videolect.stage.words import ASPECTS, Telling

SAME = {
    "forward_over_ground": "dolly_in", "backward_over_ground": "dolly_out", "up_above_ground": "pedestal_up",
    "down_to_ground": "pedestal_down",
}  # fmt: skip
"""One movement under two questions, of which the second is asked only from an ordinary angle."""


def run(*, quick: bool = False) -> None:
    """Print a table by aspect, and every text that says something untrue."""
    count = 20 if quick else 500
    spec = load_spec()
    order = Order(set="train", count=count, seed=15, size=(96, 54))
    clips = Counter[str]()
    texts, untrue, short, advised, words = (Counter[str]() for _ in range(5))
    drafts, points, errors = Counter[str](), Counter[str](), Counter[str]()
    shapes: dict[str, set[str]] = {aspect: set() for aspect in ASPECTS}
    cases = []
    begun = time.monotonic()
    for job in jobs_of(spec, order):
        found = found_for(spec, job, order)
        if isinstance(found, str):
            continue
        clip, truth, _ = found
        told = words_json(spec, clip, truth)
        believed = Telling(spec, facts_of(clip, truth))
        for aspect, captions in told["captions"].items():
            clips[aspect] += 1
            wanted = believed.required(aspect)
            for text in captions:
                texts[aspect] += 1
                words[aspect] += len(text.split())
                shapes[aspect].add(text)
                claims = claims_of(text, spec.lexicon)
                asserted = {claim.primitive for claim in claims if claim.state == "asserted"}
                wrong = [n for n in asserted if not (truth.states[n] or truth.states.get(SAME.get(n, "")))]
                wrong += [c.primitive for c in claims if c.state == "denied" and truth.states[c.primitive] is not False]
                untrue[aspect] += bool(wrong)
                short[aspect] += not wanted <= asserted
                advised[aspect] += bool(lint(text, aspect, spec.lexicon))
                if wrong:
                    states = {name: truth.states[name] for name in wrong}
                    cases.append(f"{job.name} {aspect}: {states}: {text}")
            for draft in told["drafts"][aspect]:
                drafts[aspect] += 1
                points[aspect] += len(draft["points"])
                errors.update(draft["errors"])
    print(f"{count} clips, {time.monotonic() - begun:.0f} s")
    print("| aspect | clips | texts | untrue | not all told | lint | mean words | different texts | drafts | points |")
    print("|" + "---|" * 10)
    for aspect in ASPECTS:
        if texts[aspect]:
            mean = words[aspect] / texts[aspect]
            row = [clips, texts, untrue, short, advised]
            told = [*(f"{each[aspect]}" for each in row), f"{mean:.0f}", str(len(shapes[aspect]))]
            print(f"| {aspect} | {' | '.join([*told, str(drafts[aspect]), str(points[aspect])])} |")
    print("errors:", ", ".join(f"{kind} {number}" for kind, number in sorted(errors.items())))
    for case in cases[:60]:
        print(case)
