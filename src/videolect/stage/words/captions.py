"""Reference captions: sentences in the order of the policy, each held against the truth before it is kept."""

from __future__ import annotations

from collections.abc import Callable

from videolect.language.spec import Spec
from videolect.stage.facts import Facts
from videolect.stage.words import camera, light, people, spatial
from videolect.stage.words.telling import Maker, Picker, Sentence, said_by, text_of
from videolect.stage.words.truth import Truth, judge

MAKERS: dict[str, Callable[[Truth], list[Maker]]] = {
    "subject": people.subject, "scene": people.scene, "motion": people.motion, "spatial": spatial.makers,
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
    for place, make in enumerate(MAKERS[aspect](truth)):
        for attempt in range(TRIES):
            bits = make(Picker(key, place, attempt))
            if bits is None:
                break
            wanted = frozenset(said_by(bits)) | frozenset(p for each in told for p in said_by(each))
            if judge(truth, aspect, text_of([*told, bits]), wanted).exact:
                told.append(bits)
                break
    return told
