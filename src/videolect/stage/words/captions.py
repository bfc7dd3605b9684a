"""Reference captions: sentences in the order of the policy, each held against the truth before it is kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from videolect.language.spec import Spec
from videolect.stage.facts import Facts
from videolect.stage.words import camera, light, people, scenes, spatial
from videolect.stage.words.sentences import (
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
from videolect.stage.words.telling import Telling, judge

MAKERS: dict[str, Callable[[Telling], list[Maker]]] = {
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
    telling = Telling(spec, facts)
    found: dict[str, None] = {}
    for number in range(count * 3):
        if len(found) == count:
            break
        if (told := composed(telling, aspect, seed, number)) is not None:
            found.setdefault(text_of(told))
    return tuple(found)


def composed(telling: Telling, aspect: str, seed: int, number: int = 0) -> tuple[Sentence, ...] | None:
    """The sentences of one caption; None where no exact one was found."""
    policy = telling.spec.aspect(aspect)
    if telling.answers.get("shot_transition") is True and not policy.accepts_transition:
        return None
    required = telling.required(aspect)
    for round_ in range(ROUNDS):
        told = _told(telling, aspect, f"{seed}/{aspect}/{number}/{round_}")
        text = text_of(told)
        words = len(text.split())
        if not told or (policy.limits.words_max and words > policy.limits.words_max):
            continue
        if judge(telling, aspect, text, required).exact:
            return tuple(told)
    return None


def _told(telling: Telling, aspect: str, key: str) -> list[Sentence]:
    told: list[Sentence] = []
    lead: Sentence = ()
    for place, make in enumerate(MAKERS[aspect](telling)):
        for attempt in range(TRIES):
            pick = Picker(key, place, attempt)
            bits = make(pick)
            if bits is None:
                break
            if is_lead(bits):
                lead = bits
                break
            for tried in (_with_pronoun(telling, told, bits, pick), _introduced(telling, told, bits), bits):
                if tried and _holds(telling, aspect, told, whole := behind(lead, tried)):
                    told.append(whole)
                    lead = ()
                    break
            else:
                continue
            break
    return told


def _holds(telling: Telling, aspect: str, told: list[Sentence], bits: Sentence) -> bool:
    wanted = frozenset(said_by(bits)) | frozenset(p for each in told for p in said_by(each))
    return judge(telling, aspect, text_of([*told, bits]), wanted).exact


def _introduced(telling: Telling, told: list[Sentence], bits: Sentence) -> Sentence:
    """'A woman' for 'the woman', and 'a blue ball' for 'the ball', where nobody has spoken of her or it before."""
    before = text_of(told).lower()
    for named in sorted(telling.facts.subjects, key=lambda each: -len(telling.the(each))):
        known = telling.the(named)
        if not re.search(rf"\b{named.noun}\b", before + text_of([bits]).lower().partition(known)[0]):
            new = a(named.noun) if named is telling.main and known == f"the {named.noun}" else telling.full(named)
            bits = named_first(bits, known, new) or bits
    return bits


def _with_pronoun(telling: Telling, told: list[Sentence], bits: Sentence, pick: Picker) -> Sentence | None:
    """'She' for 'The woman', where the sentence before spoke of her and of nobody else."""
    main = telling.main
    if main is None or not told:
        return None
    name, words, she = capital(telling.the(main)), bits[0].words, telling.she(main)
    before = text_of(parted(told[-1])[-1:])
    starts = (name, capital(telling.full(main)), capital(a(main.noun)), *([] if she == "it" else [capital(she)]))
    spoken = before.startswith(tuple(f"{start} " for start in starts))
    spoken |= she in ("she", "he") and bool(re.search(rf"\b{main.noun}\b", before))
    if not words.startswith(f"{name} ") or not spoken or she == "they" or pick.chance(10):
        return None
    others = [other for other in telling.facts.subjects if other is not main]
    if any(re.search(rf"\b{other.noun}\b", before) and telling.she(other) in (she, "they") for other in others):
        return None
    return (replace(bits[0], words=capital(she) + words[len(name) :], turned=""), *bits[1:])
