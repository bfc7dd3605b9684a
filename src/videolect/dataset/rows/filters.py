"""Which triples go on: named filters, one after another, each with what it took and what it left out.

A filter is a sentence about one triple. Nothing is dropped in silence: the lineage names every filter with its counts
and the first triples that it left out, and stands in the manifest of whatever is made of them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from videolect.errors import BadInput
from videolect.record.critique import is_sentinel
from videolect.record.triple import Triple

Why = Callable[[Triple], str | None]
"""Why a triple is left out; None where it goes on."""

_SHOWN = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """One filter with the value that it was given."""

    name: str
    why: Why

    @staticmethod
    def of(words: str) -> Filter:
        """``changed``, ``min-words=10``, ``aspect=camera|motion``. BadInput names what is known."""
        name, _, value = words.partition("=")
        if name in _PLAIN and not value:
            return Filter(name=words, why=_PLAIN[name])
        if name in _GIVEN and value:
            return Filter(name=words, why=_GIVEN[name](value))
        known = ", ".join([*_PLAIN, *(f"{each}=..." for each in _GIVEN)])
        raise BadInput(f"There is no filter {words[:60]!r}.", mend=f"Use one of {known}.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What one filter did."""

    filter: str
    before: int
    after: int
    left_out: tuple[tuple[str, str], ...]
    """The first triples that it left out, with the reason."""

    def as_json(self) -> dict[str, object]:
        """As the manifest has it."""
        out = [{"triple_id": triple, "why": why} for triple, why in self.left_out]
        return {"filter": self.filter, "before": self.before, "after": self.after, "left_out": out}


USABLE = ("critiqued", "changed", "no-cjk")
"""What rows are made of when nothing else is asked."""


def filtered(triples: Iterable[Triple], filters: Sequence[Filter]) -> tuple[list[Triple], tuple[Step, ...]]:
    """The triples that pass all filters, in order, and what each filter did."""
    left = list(triples)
    lineage = []
    for each in filters:
        told = [(triple, each.why(triple)) for triple in left]
        out = [(triple.triple_id, why) for triple, why in told if why is not None]
        kept = [triple for triple, why in told if why is None]
        lineage.append(Step(filter=each.name, before=len(left), after=len(kept), left_out=tuple(out[:_SHOWN])))
        left = kept
    return left, tuple(lineage)


def has_cjk(text: str | None) -> bool:
    """Whether a Chinese character stands in it (U+3400 to U+9FFF): remnants of notes in another language."""
    return any("\u3400" <= sign <= "\u9fff" for sign in text or "")


def _critiqued(triple: Triple) -> str | None:
    if triple.kind in ("edited", "written"):
        return None
    if not (triple.critique or "").strip():
        return "Its critique is empty."
    if triple.kind == "revised" and is_sentinel(triple.critique or ""):
        return "It was rated below 5, and its critique says that no edits are needed."
    return None


def _changed(triple: Triple) -> str | None:
    if triple.kind == "revised" and triple.pre_caption == triple.post_caption:
        return "It was rated below 5, and its text did not change."
    return None


def _no_cjk(triple: Triple) -> str | None:
    found = [name for name in ("post_caption", "critique") if has_cjk(getattr(triple, name))]
    return f"Chinese characters stand in its {found[0]}." if found else None


def _same_draft(triple: Triple) -> str | None:
    return "Its two versions criticise different drafts." if triple.same_draft is False else None


def _normal(triple: Triple) -> str | None:
    text = triple.post_caption
    if text != unicodedata.normalize("NFC", text):
        return "Its text is not in Unicode's form NFC."
    return "White space stands at the edges of its text." if text != text.strip() else None


_PLAIN: dict[str, Why] = {
    "critiqued": _critiqued,
    "changed": _changed,
    "no-cjk": _no_cjk,
    "same-draft": _same_draft,
    "normal": _normal,
}


def _one_of(column: str) -> Callable[[str], Why]:
    def given(value: str) -> Why:
        allowed = [each.strip() for each in value.split("|")]

        def why(triple: Triple) -> str | None:
            found = str(getattr(triple, column))
            return None if found in allowed else f"Its {column} is {found}."

        return why

    return given


def _words(least: bool) -> Callable[[str], Why]:
    def given(value: str) -> Why:
        if not value.isdigit():
            raise BadInput(f"{value[:40]!r} is no number of words.", mend="Give a whole number: min-words=10.")
        bound = int(value)

        def why(triple: Triple) -> str | None:
            count = len(triple.post_caption.split())
            return f"It has {count} words." if (count < bound if least else count > bound) else None

        return why

    return given


_GIVEN: dict[str, Callable[[str], Why]] = {
    "aspect": _one_of("aspect"),
    "kind": _one_of("kind"),
    "verdict": _one_of("verdict"),
    "campaign": _one_of("campaign"),
    "language": _one_of("critique_language"),
    "rating": _one_of("rating"),
    "min-words": _words(least=True),
    "max-words": _words(least=False),
}
