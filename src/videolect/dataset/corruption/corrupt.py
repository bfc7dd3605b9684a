"""Controlled corruption: triples whose critique is wrong in one declared way, and whose caption was made with it.

    rule = CorruptRule(kind="inaccurate", k=1, seed=7)
    made = corrupt(triples, rule, Tools(spec=spec))
    made.corrupted[0].triple, made.corrupted[0].changes, made.left_out

Points are changed exactly and their captions made again by rule; free words need a model, or somebody who reads points
from them. A verdict is never turned over in silence. What cannot be done to a triple is counted under its reason.
docs/corruption.md tells what each kind does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from videolect.dataset.corruption.model import imagined, revised, rewritten, worst_of
from videolect.dataset.corruption.points import Mends, inaccurate, incomplete, non_constructive
from videolect.dataset.corruption.spurious import spurious
from videolect.dataset.corruption.values import (
    BY_RULE,
    Change,
    Corrupted,
    CorruptRule,
    LeftOut,
    Made,
    Tools,
    remade,
    verdict_of,
)  # fmt: skip
from videolect.dataset.corruption.whole import Lenders, blind, rejected_version, worst
from videolect.errors import BadInput
from videolect.points.apply import apply_points
from videolect.points.reading.critique import points_of
from videolect.record.critique import SENTINEL, Critique, Point, is_sentinel
from videolect.record.triple import JudgedPoint, Triple

REVERSED = "its verdict would be turned over"
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Corruption:
    """What was made of some triples, in their order."""

    rule: CorruptRule
    corrupted: tuple[Corrupted, ...]
    left_out: Mapping[str, int]
    """Reason -> triples. With ``corrupted`` they add up to what was given."""
    examples: Mapping[str, tuple[str, ...]]
    """Reason -> the first triples that were left out so, with what is to be told of each."""


def corrupt(triples: Iterable[Triple], rule: CorruptRule, tools: Tools) -> Corruption:
    """Corrupt each triple that can be. BadInput where there is none, or none can be."""
    triples = list(triples)
    if not triples:
        raise BadInput("There is no triple.", mend="Give a file with triples: data triples --out FILE.")
    work = _Work(rule, tools, Mends(triples), Lenders(triples))
    made: list[Corrupted] = []
    left_out: Counter[str] = Counter()
    examples: dict[str, list[str]] = {}
    for triple in triples:
        try:
            one = work.corrupted(triple)
            turned = _reversed(one, rule)
            if turned and not rule.allow_reversal:
                raise LeftOut(REVERSED)
            made.append(replace(one, reversed=turned))
        except LeftOut as out:
            left_out[out.reason] += 1
            shown = examples.setdefault(out.reason, [])
            if len(shown) < _SHOWN:
                shown.append(triple.triple_id + (f" ({out.detail})" if out.detail else ""))
    if not made:
        reasons = "; ".join(f"{reason}: {count}" for reason, count in left_out.most_common(4))
        raise BadInput(
            f"None of {len(triples)} triples can be corrupted so. {reasons}.",
            mend="Choose another kind or fewer points, give a --writer for free words, or --allow-reversal.",
        )
    return Corruption(
        rule, tuple(made), dict(sorted(left_out.items())), {why: tuple(each) for why, each in sorted(examples.items())}
    )  # fmt: skip


def _reversed(one: Corrupted, rule: CorruptRule) -> bool:
    if rule.kind == "worst_caption":
        return rule.target == "final"
    right = rule.target == "final" or verdict_of(one.of)
    return verdict_of(one.triple) != right


@dataclass(frozen=True, slots=True)
class _Work:
    rule: CorruptRule
    tools: Tools
    mends: Mends
    lenders: Lenders

    def corrupted(self, triple: Triple) -> Corrupted:
        """One triple. LeftOut says why not."""
        if self.rule.kind == "worst_caption":
            return self._worst(triple)
        text = triple.post_caption if self.rule.target == "final" else triple.pre_caption
        if triple.kind not in ("revised", "perfect") or text is None:
            raise LeftOut("it was made without a critique")
        if self.rule.kind == "no_check":
            return self._unchecked(triple, text)
        if self.rule.kind == "blind":
            return self._blind(triple, text)
        points = () if self.rule.target == "final" or verdict_of(triple) else self._points(triple, text)
        if self.rule.kind == "spurious" and (self.rule.target == "final" or verdict_of(triple)):
            if not self.rule.allow_reversal:
                raise LeftOut(REVERSED)
            return self._of_points(triple, text, (), spurious(triple, text, (), self.rule, self.tools))
        if verdict_of(triple):
            raise LeftOut("its draft is right, and so its critique has nothing to corrupt")
        if not points:
            return self._of_words(triple, text)
        return self._of_points(triple, text, points, self._made(triple, text, points))

    def _points(self, triple: Triple, text: str) -> tuple[Point, ...]:
        points = tuple(judged.point for judged in triple.points)
        if not points and self.tools.read_points:
            points = tuple(points_of(triple.critique or "", text))
        return points

    def _made(self, triple: Triple, text: str, points: Sequence[Point]) -> Made:
        match self.rule.kind:
            case "inaccurate":
                return inaccurate(triple, points, self.rule, self.tools, self.mends)
            case "spurious":
                return spurious(triple, text, points, self.rule, self.tools)
            case "incomplete":
                return incomplete(triple, points, self.rule)
            case "non_constructive":
                return non_constructive(triple, points, self.rule)
            case _:
                return Made(tuple(points), (), len(points))

    # ------------------------------------------------------------------------------------------------ with points

    def _of_points(self, triple: Triple, text: str, points: Sequence[Point], made: Made) -> Corrupted:
        said = Critique(points=tuple(points)).words if points else SENTINEL
        if not made.points:  # nothing is found wrong any more
            perfect = remade(triple, self.rule, pre=text, critique=SENTINEL, post=text, post_model=None, kind="perfect")
            return Corrupted(
                triple=perfect, of=triple, changes=made.changes, n=made.n, said=said, reviser=BY_RULE
            )  # fmt: skip
        critique = Critique(points=made.points)
        post, applied, not_applied = apply_points(text, made.points)
        reviser = BY_RULE
        if self.tools.ask is not None:
            post, model = revised(triple, text, critique.words, self.tools)
            applied, not_applied, reviser = (), (), model.id
        new = remade(triple, self.rule, pre=text, critique=critique, post=post, post_model=reviser, kind="revised")
        known = {judged.point: judged.verdict for judged in triple.points}
        judged = tuple(
            JudgedPoint(point=point, verdict=known.get(point), addressed=point.id in applied) for point in made.points
        )
        return Corrupted(
            triple=replace(new, points=judged), of=triple, changes=made.changes, n=made.n, said=said, reviser=reviser,
            not_applied=not_applied,
        )  # fmt: skip

    def _of_words(self, triple: Triple, text: str) -> Corrupted:
        words = (triple.critique or "").strip()
        if not words:
            raise LeftOut("its critique is empty")
        if self.tools.ask is None:
            raise LeftOut("its critique has no points")
        if self.rule.share is not None:
            raise LeftOut("of free words no share can be counted")
        said, attempts, changes = words, 1, tuple[Change, ...]()
        if self.rule.kind != "faithful":
            said, attempts, _ = rewritten(triple, self.rule, self.tools)
            changes = (Change(what="rewritten", before=words, after=said),)
        return self._with_words(triple, text, said, changes, attempts=attempts)

    def _with_words(
        self, triple: Triple, text: str, said: str, changes: tuple[Change, ...], *, attempts: int = 1
    ) -> Corrupted:  # fmt: skip
        """A critique without points: a model carries it out, and by rule nothing of it can be."""
        post, reviser = text, BY_RULE
        if self.tools.ask is not None:
            post, model = revised(triple, text, said, self.tools)
            reviser = model.id
        new = remade(triple, self.rule, pre=text, critique=said, post=post, post_model=reviser, kind="revised")
        return Corrupted(
            triple=new, of=triple, changes=changes, said=(triple.critique or "").strip(), reviser=reviser,
            attempts=attempts,
        )  # fmt: skip

    # ------------------------------------------------------------------------------------------------- as a whole

    def _blind(self, triple: Triple, text: str) -> Corrupted:
        if verdict_of(triple) and not self.rule.allow_reversal:
            raise LeftOut(REVERSED)
        if self.tools.ask is not None:
            said, attempts, _ = imagined(triple, text, self.tools)
            change = Change(what="exchanged", before=triple.critique, after=said)
            return self._with_words(triple, text, said, (change,), attempts=attempts)
        made, change = blind(triple, text, self.rule, self.tools, self.lenders)
        if isinstance(made, str):
            return self._with_words(triple, text, made, (change,))
        one = self._of_points(triple, text, [judged.point for judged in triple.points], made)
        return replace(one, n=None)

    def _unchecked(self, triple: Triple, text: str) -> Corrupted:
        critique, caption = rejected_version(triple)
        perfect = is_sentinel(critique)
        if perfect and caption != text:
            raise LeftOut("the rejected version is at odds with itself")
        new = remade(
            triple, self.rule, pre=text, critique=critique, post=caption, post_model=None,
            kind="perfect" if perfect else "revised",
        )  # fmt: skip
        change = Change(what="exchanged", before=triple.critique, after=critique)
        return Corrupted(
            triple=new, of=triple, changes=(change,), said=triple.critique or "", reviser="as it was kept"
        )  # fmt: skip

    def _worst(self, triple: Triple) -> Corrupted:
        notes: dict[str, int] = {}
        attempts = 1
        if self.tools.ask is not None:
            text, attempts, model = worst_of(triple, self.tools)
            writer = model.id
            change = Change(what="exchanged", before=triple.post_caption, after=text)
        else:
            text, change, notes = worst(triple, self.rule, self.tools, self.lenders)
            writer = BY_RULE if change.source is None else "another source"
        final = self.rule.target == "final"
        if final and triple.pre_caption is None:
            raise LeftOut("it was made without a draft")
        pre, post = (triple.pre_caption or "", text) if final else (text, triple.post_caption)
        new = remade(triple, self.rule, pre=pre, critique=None, post=post, post_model=writer, kind="edited")
        new = replace(
            new, mode="edit", pre_model=triple.pre_model if final else writer,
            pre_prompt_hash=triple.pre_prompt_hash if final else None, rating=None,
            post_model=writer if final else triple.post_model,
        )  # fmt: skip
        return Corrupted(
            triple=new, of=triple, changes=(change,), said=triple.critique or "", reviser=writer, attempts=attempts,
            notes={**notes},
        )  # fmt: skip
