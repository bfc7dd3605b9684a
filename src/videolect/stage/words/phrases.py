"""Sentences for answers that need no grammar of their own, each in several wordings. ``{she}`` names the main subject.

The wordings of a field stand in one order for all its values, so that another value's wording is the same sentence with
another fact in it: what a draft with an error would say.
"""

from __future__ import annotations

from collections.abc import Mapping

from videolect.stage.words.phrase_tables import TABLES
from videolect.stage.words.sentences import Bit, Maker, Picker, Sentence, Wrong, capital
from videolect.stage.words.telling import Telling

KIND = {
    "video_speed": "speed", "dutch_angle": "angle", "lens_distortion": "lens", "focal_length_look": "lens",
    "headroom": "framing", "people_framed": "count",
}  # fmt: skip


def plain(telling: Telling, field: str, topic: str) -> Maker:
    """One sentence for the answer to this field; for a list one for each member, in a row."""

    def make(pick: Picker) -> Sentence | None:
        table = TABLES[field]
        answer = telling.answers.get(field)
        values = ["yes"] if answer is True else list(telling.many(field)) or [telling.get(field)]
        told = [value for value in values if value in table]
        if not told:
            return None
        bits: list[Bit] = []
        for number, value in enumerate(told):
            which = pick.number(len(table[value]))
            others = {other: forms[which] for other, forms in table.items() if len(forms) == len(table[value])}
            words = {other: filled(telling, form) for other, form in others.items()}
            wrong = wrong_values(telling, field, value, words, KIND.get(field, "content"))
            says = telling.needed.get(field, ()) if number == 0 else ()
            lead = " " if number else ""
            shown = tuple(Wrong(kind=w.kind, words=lead + w.words) for w in wrong)
            bits.append(Bit(words=lead + words[value], says=says, topic=topic, wrong=shown))
        return tuple(bits)

    return make


def filled(telling: Telling, form: str) -> str:
    """The form with the names of who is there."""
    main = telling.main
    name = telling.the(main) if main else "the subject"
    return capital(form.replace("{she}", name))


def wrong_values(
    telling: Telling, field: str, value: str, words: Mapping[str, str], kind: str, far: bool = False
) -> tuple[Wrong, ...]:
    """The words for other values of a field. Whether each is an error is seen later."""
    values = [option.value for option in telling.spec.field(field).options]
    at = values.index(value) if value in values else 0
    found = [
        Wrong(kind=kind, words=said)
        for other, said in words.items()
        if other != value and said != words.get(value) and (not far or abs(values.index(other) - at) > 1)
    ]
    return tuple(found)
