"""Primitives as a benchmark: for each the clips in which it is so, clips in which it is not, and pairs of both.

A task is one primitive with its question. Its **sides** are drawn apart from each other by a hash of seed, primitive
and clip, source by source, so that clips that come later move few that are there. A **pair** is a clip in which the
primitive is so beside one in which it is not; where it can be, the second clip shows a *contrast*, another primitive
that is not so in the first: the opposite (left and right, start and end, the reverse order), a look-alike of the
specification, or one of the same group. Then two questions are asked of two clips, each true of one.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from videolect.errors import BadInput
from videolect.evals.states import Known
from videolect.language.spec import Spec
from videolect.language.values import Primitive
from videolect.metrics.opposites import Opposites, opposites_of
from videolect.record.checks import content_hash
from videolect.vlm import prompts
from videolect.vlm.prompts import Prompt

Contrast = Literal["opposite", "other_end", "reverse", "look_alike", "same_group", "none"]
CONTRASTS: tuple[Contrast, ...] = get_args(Contrast)
_OPPOSITE: Mapping[str, Contrast] = {"mirrored": "opposite", "swapped_order": "reverse", "swapped_ends": "other_end"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """How tasks are made of states."""

    most: int = 20
    """Clips of each side, and pairs; 0: all there are."""
    fewest: int = 10
    """A primitive with fewer clips on a side is dropped."""
    imbalance: float = 3.0
    """The larger side has at most so many clips for each of the smaller."""
    seed: int = 0

    def __post_init__(self) -> None:
        if self.most < 0 or self.fewest < 1 or 0 < self.most < self.fewest:
            raise BadInput(
                f"At most {self.most} and at least {self.fewest} clips of a side cannot be.",
                mend="Let --most be no less than --fewest, or 0 for all; --fewest is 1 or more.",
            )
        if not self.imbalance >= 1:
            raise BadInput(f"The imbalance is {self.imbalance}.", mend="Give 1 (equal sides) or more; 3 is usual.")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two clips: the primitive is so in the first and not in the second; the contrast the other way round."""

    positive: str
    negative: str
    contrast: str | None
    """The other question; None where there is only the one."""
    kind: Contrast


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """One primitive."""

    primitive: str
    group: str
    known: tuple[int, int]
    """How many clips it is so in, and not, among all that are known."""
    positives: tuple[str, ...]
    negatives: tuple[str, ...]
    pairs: tuple[Pair, ...]

    @property
    def share(self) -> float:
        """Of the clips with a state, those in which it is so."""
        return self.known[0] / sum(self.known)

    def asked(self) -> Iterator[tuple[str, str]]:
        """(clip, primitive) for all that its figures need, some of them twice."""
        yield from ((clip, self.primitive) for clip in (*self.positives, *self.negatives))
        for pair in self.pairs:
            for name in (self.primitive, pair.contrast):
                if name is not None:
                    yield from ((pair.positive, name), (pair.negative, name))


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskSet:
    """Tasks, and what was dropped on the way."""

    tasks: tuple[Task, ...]
    sources: Mapping[str, str]
    """Clip that is asked about -> its source."""
    questions: Mapping[str, str]
    """Primitive that is asked for -> the question, which ``prompts.question`` makes a prompt of."""
    dropped: Mapping[str, str]
    """Primitive -> why it is no task."""
    told: Mapping[str, Any] = field(default_factory=dict)
    """Of the manifest."""

    def asked(self) -> dict[str, tuple[str, ...]]:
        """Clip -> the primitives that it is asked for, both in order: each once, however many tasks need it."""
        found: dict[str, set[str]] = {}
        for task in self.tasks:
            for clip, primitive in task.asked():
                found.setdefault(clip, set()).add(primitive)
        return {clip: tuple(sorted(found[clip])) for clip in sorted(found)}

    def prompt(self, primitive: str) -> Prompt:
        """What a model is asked."""
        return prompts.question(self.questions[primitive])

    @property
    def items_hash(self) -> str:
        """Of all that is asked, what it is asked for, and which answers are right: scores of other tasks do not fit."""
        asked = [f"{clip} {name} {self.prompt(name).hash}" for clip, names in self.asked().items() for name in names]
        sides = [f"{t.primitive} {side}" for t in self.tasks for side in (t.positives, t.negatives, t.pairs)]
        return content_hash("\n".join([*asked, *sorted(sides)]))


def make_tasks(known: Known, spec: Spec, rule: Rule) -> TaskSet:
    """The tasks that the states allow. BadInput where there is none."""
    sides = _sides(known)
    opposites = opposites_of(spec.primitives)
    tasks, dropped = [], {}
    for primitive in spec.primitives.values():
        yes, no = sides.get(primitive.id, (frozenset(), frozenset()))
        why = _too_few(len(yes), len(no), rule.fewest)
        if why:
            dropped[primitive.id] = why
            continue
        tasks.append(_task(primitive, spec, known, sides, opposites, rule))
    if not tasks:
        raise BadInput(
            f"No primitive has {rule.fewest} clips in which it is so and as many in which it is not.",
            mend="Give states of more clips, or a smaller --fewest.",
        )
    asked = {clip for task in tasks for clip, _ in task.asked()}
    names = sorted({name for task in tasks for _, name in task.asked()})
    return TaskSet(
        tasks=tuple(tasks), sources={clip: known.sources[clip] for clip in sorted(asked)},
        questions={name: spec.primitives[name].model_question for name in names}, dropped=dropped,
    )  # fmt: skip


def _sides(known: Known) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    found: dict[str, tuple[set[str], set[str]]] = {}
    for clip, states in known.clips.items():
        for primitive, state in states.items():
            found.setdefault(primitive, (set(), set()))[0 if state else 1].add(clip)
    return {name: (frozenset(yes), frozenset(no)) for name, (yes, no) in found.items()}


def _too_few(yes: int, no: int, fewest: int) -> str:
    if not yes and not no:
        return "no clip has a state"
    if yes < fewest:
        return f"{yes} clips in which it is so"
    return f"{no} clips in which it is not" if no < fewest else ""


def _task(
    primitive: Primitive, spec: Spec, known: Known, sides: Mapping[str, tuple[frozenset[str], frozenset[str]]],
    opposites: Opposites, rule: Rule,
) -> Task:  # fmt: skip
    yes, no = (_mixed(side, primitive.id, known.sources, rule.seed) for side in sides[primitive.id])
    most = rule.most or max(len(yes), len(no))
    widest = int(rule.imbalance * min(len(yes), len(no), most))
    positives, negatives = yes[: min(most, widest)], no[: min(most, widest)]
    pairs = _pairs(yes, no, list(_contrasts(primitive, spec, opposites)), sides, most)
    return Task(
        primitive=primitive.id, group=primitive.group, known=(len(yes), len(no)), positives=tuple(positives),
        negatives=tuple(negatives), pairs=tuple(pairs),
    )  # fmt: skip


def _mixed(clips: frozenset[str], primitive: str, sources: Mapping[str, str], seed: int) -> list[str]:
    """Drawn in an order that hangs on each clip alone, source by source: one of each, then a second of each."""
    lots = sorted((_lot(f"{seed}\0{primitive}\0{clip}"), clip) for clip in clips)
    seen: Counter[str] = Counter()
    turns = []
    for lot, clip in lots:
        turns.append((seen[sources[clip]], lot, clip))
        seen[sources[clip]] += 1
    return [clip for _, _, clip in sorted(turns)]


def _lot(name: str) -> bytes:
    return hashlib.blake2b(name.encode(), digest_size=8).digest()


def _contrasts(primitive: Primitive, spec: Spec, opposites: Opposites) -> Iterator[tuple[Contrast, str]]:
    """What the second clip may show, best first."""
    kinds: list[tuple[Contrast, str]] = [
        (_OPPOSITE[column], pairs[primitive.id]) for column, pairs in opposites.kinds() if primitive.id in pairs
    ]
    kinds += [("look_alike", other.id) for other in primitive.look_alikes]
    kinds += [("same_group", other.id) for other in spec.primitives.values() if other.group == primitive.group]
    seen = {primitive.id}
    for kind, name in kinds:
        if name not in seen:
            seen.add(name)
            yield kind, name


def _pairs(
    yes: Sequence[str], no: Sequence[str], contrasts: Sequence[tuple[Contrast, str]],
    sides: Mapping[str, tuple[frozenset[str], frozenset[str]]], most: int,
) -> Iterator[Pair]:  # fmt: skip
    """At most so many, each clip once on its side."""
    left, right, count = list(yes), list(no), 0
    for kind, name in contrasts:
        if count == most:
            return
        so, not_so = sides.get(name, (frozenset[str](), frozenset[str]()))
        firsts, seconds = [c for c in left if c in not_so], [c for c in right if c in so]
        for positive, negative in list(zip(firsts, seconds, strict=False))[: most - count]:
            left.remove(positive)
            right.remove(negative)
            count += 1
            yield Pair(positive, negative, name, kind)
    for positive, negative in list(zip(left, right, strict=False))[: most - count]:
        yield Pair(positive, negative, None, "none")
