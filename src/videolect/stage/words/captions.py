"""Reference captions: sentences in the order of the policy, each held against the truth before it is kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from videolect.language.spec import Spec
from videolect.stage.facts import Facts
from videolect.stage.words import camera, light, people, scenes, spatial
from videolect.stage.words.telling import (
    Maker,
    Picker,
    Sentence,
    a,
    behind,
    capital,
    is_lead,
    named_first,
    parted,
    said_by,
    text_of,
)
from videolect.stage.words.truth import Truth, judge

MAKERS: dict[str, Callable[[Truth], list[Maker]]] = {
    "subject": people.subject, "scene": scenes.scene, "motion": people.motion, "spatial": spatial.makers,
    "camera": camera.makers, "color": light.color, "lighting": light.lighting, "effects": light.effects,
}  # fmt: skip
ASPECTS = tuple(MAKERS)
TRIES = 12
"""How often a sentence is told anew before it is left out."""
ROUNDS = 6
"""How often a whole caption is, before it is given up."""


def captions(spec: Spec, facts: Facts, aspect: str, seed: int, count: int = 3) -> tuple[str, ...]:
    """Up to ``count`` captions of this aspect that say what they have to say and nothing that is not so.

    Fewer, and none at all, where the facts hold too little for so many wordings, where the clip is of more than one
    shot, or where something cannot be told in words that are read rightly.
    """
    truth = Truth(spec, facts)
    found: dict[str, None] = {}
    for number in range(count * 3):
        if len(found) == count:
            break
        if (told := composed(truth, aspect, seed, number)) is not None:
            found.setdefault(text_of(told))
    return tuple(found)


def composed(truth: Truth, aspect: str, seed: int, number: int = 0) -> tuple[Sentence, ...] | None:
    """The sentences of one caption; None where no exact one was found."""
    policy = truth.spec.aspect(aspect)
    if truth.answers.get("shot_transition") is True and not policy.accepts_transition:
        return None
    required = truth.required(aspect)
    for round_ in range(ROUNDS):
        told = _told(truth, aspect, f"{seed}/{aspect}/{number}/{round_}")
        text = text_of(told)
        words = len(text.split())
        if not told or (policy.limits.words_max and words > policy.limits.words_max):
            continue
        if judge(truth, aspect, text, required).exact:
            return tuple(told)
    return None


def _told(truth: Truth, aspect: str, key: str) -> list[Sentence]:
    told: list[Sentence] = []
    lead: Sentence = ()
    for place, make in enumerate(MAKERS[aspect](truth)):
        for attempt in range(TRIES):
            pick = Picker(key, place, attempt)
            bits = make(pick)
            if bits is None:
                break
            if is_lead(bits):
                lead = bits
                break
            for tried in (_with_pronoun(truth, told, bits, pick), _introduced(truth, told, bits), bits):
                if tried and _holds(truth, aspect, told, whole := behind(lead, tried)):
                    told.append(whole)
                    lead = ()
                    break
            else:
                continue
            break
    return told


def _holds(truth: Truth, aspect: str, told: list[Sentence], bits: Sentence) -> bool:
    wanted = frozenset(said_by(bits)) | frozenset(p for each in told for p in said_by(each))
    return judge(truth, aspect, text_of([*told, bits]), wanted).exact


def _introduced(truth: Truth, told: list[Sentence], bits: Sentence) -> Sentence:
    """'A woman' for 'the woman', and 'a blue ball' for 'the ball', where nobody has spoken of her or it before."""
    before = text_of(told).lower()
    for named in sorted(truth.facts.subjects, key=lambda each: -len(truth.the(each))):
        known = truth.the(named)
        if not re.search(rf"\b{named.noun}\b", before + text_of([bits]).lower().partition(known)[0]):
            new = a(named.noun) if named is truth.main and known == f"the {named.noun}" else truth.full(named)
            bits = named_first(bits, known, new) or bits
    return bits


def _with_pronoun(truth: Truth, told: list[Sentence], bits: Sentence, pick: Picker) -> Sentence | None:
    """'She' for 'The woman', where the sentence before spoke of her and of nobody else."""
    main = truth.main
    if main is None or not told:
        return None
    name, words, she = capital(truth.the(main)), bits[0].words, truth.she(main)
    before = text_of(parted(told[-1])[-1:])
    starts = (name, capital(truth.full(main)), capital(a(main.noun)), *([] if she == "it" else [capital(she)]))
    spoken = before.startswith(tuple(f"{start} " for start in starts))
    spoken |= she in ("she", "he") and bool(re.search(rf"\b{main.noun}\b", before))
    if not words.startswith(f"{name} ") or not spoken or she == "they" or pick.chance(10):
        return None
    others = [other for other in truth.facts.subjects if other is not main]
    if any(re.search(rf"\b{other.noun}\b", before) and truth.she(other) in (she, "they") for other in others):
        return None
    return (replace(bits[0], words=capital(she) + words[len(name) :], turned=""), *bits[1:])
