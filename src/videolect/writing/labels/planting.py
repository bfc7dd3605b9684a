"""Declared errors in a draft, for demonstrations and exams: which words are false and what the true ones are."""

from __future__ import annotations

import hashlib

from videolect.record.acts.captions import PlantedError
from videolect.writing.labels.sentences import Sentence, Slot


def render(told: list[Sentence]) -> str:
    """The text of these sentences."""
    return " ".join("".join(p.words if isinstance(p, Slot) else p for p in sentence) for sentence in told)


def plant(told: list[Sentence], count: int, key: str) -> tuple[str, tuple[PlantedError, ...]]:
    """The text with up to ``count`` errors, and what they are, in the order of the text.

    The same ``key`` always gives the same errors. Only such errors are planted as can be told from the text alone:
    the false words stand in it once, and putting the true ones there, in any order, gives the true draft back.
    """
    places = [
        (at, of) for at, sentence in enumerate(told) for of, p in enumerate(sentence) if isinstance(p, Slot) and p.wrong
    ]
    places.sort(key=lambda place: _digest(key, str(place)))
    truth = render(told)
    chosen: dict[tuple[int, int], Slot] = {}
    for place in places:
        if len(chosen) == count:
            break
        slot = told[place[0]][place[1]]
        assert isinstance(slot, Slot)
        for wrong in sorted(slot.wrong, key=lambda words: _digest(key, words)):
            trial = {**chosen, place: Slot(wrong, slot.kind, (slot.words,))}
            if _mendable(told, trial, truth):
                chosen = trial
                break
    errors = tuple(PlantedError(kind=s.kind, wrong=s.words, right=s.wrong[0]) for _, s in sorted(chosen.items()))
    return render(_with(told, chosen)), errors


def _with(told: list[Sentence], chosen: dict[tuple[int, int], Slot]) -> list[Sentence]:
    return [[chosen.get((at, of), p) for of, p in enumerate(sentence)] for at, sentence in enumerate(told)]


def _mendable(told: list[Sentence], chosen: dict[tuple[int, int], Slot], truth: str) -> bool:
    """Whether the false words of each error stand alone in the text, whichever of the others are already mended."""
    errors = [slot for _, slot in sorted(chosen.items())]
    for sequence in (errors, errors[::-1]):
        text = render(_with(told, chosen))
        for slot in errors:
            if text.count(slot.words) != 1:
                return False
        for slot in sequence:
            if text.count(slot.words) != 1:
                return False
            text = text.replace(slot.words, slot.wrong[0])
        if text != truth:
            return False
    return True


def _digest(key: str, what: str) -> str:
    return hashlib.sha256(f"{key}\0{what}".encode()).hexdigest()
