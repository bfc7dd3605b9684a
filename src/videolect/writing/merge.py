"""One text out of the captions of several aspects, within the tokens that a video generator reads.

A generator cuts what is too long in silence, and what stands last is lost, so nothing over the budget leaves here. A
model may rewrite (``rewriter``); what it writes is taken only if it keeps to the budget and every claim of the captions
is still made and none is new. Without one, and where it fails, whole sentences go: first those that say nothing which
is not said already, then those by which the fewest claims are lost, and never one of the camera. What went is reported.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from videolect.errors import BadInput
from videolect.language.claims import claims_of
from videolect.language.spec import Spec
from videolect.record.people import Model
from videolect.vlm import prompts
from videolect.vlm.prompts import Prompt

ORDER = ("camera", "subject", "motion", "scene", "spatial")
"""The camera first: it must never be what is cut."""
TOKENS_A_WORD = 1.54
"""A safe ratio where the tokenizer cannot be had: 95 of 100 five-aspect prompts have fewer in XLM-R's, which is of the
kind of UMT5's (2,688 prompts of experts)."""
_SPARED = ("spatial", "scene", "motion", "subject")
"""From where whole sentences go; of two that cost the same the one of the aspect that is named first."""
_TRIES = 3

Count = Callable[[str], int]
Rewriter = Callable[[Prompt], tuple[str, Model]]
Claims = frozenset[tuple[str, str]]
Kept = dict[str, list[str]]


def by_words(text: str) -> int:
    """Tokens that a text surely stays under, by ``TOKENS_A_WORD``; a very long word counts for its letters, and each
    sign that is not ASCII, as of a script without spaces, for itself."""
    return math.ceil(sum(max(TOKENS_A_WORD, _by_letters(word)) for word in text.split()))


def _by_letters(word: str) -> float:
    plain = sum(letter.isascii() for letter in word)
    return plain / 8 + 1.5 * (len(word) - plain)


@dataclass(frozen=True, kw_only=True, slots=True)
class Dropped:
    """A sentence that went."""

    aspect: str
    sentence: str
    claims: tuple[str, ...]
    """Primitives that it was the last to claim."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Merged:
    """One text, and what became of what the captions said."""

    text: str
    tokens: int
    words: int
    tokens_before: int
    words_before: int
    repeated: tuple[str, ...] = ()
    """Sentences that said nothing which was not said already."""
    dropped: tuple[Dropped, ...] = ()
    """Sentences that did, and went for want of room."""
    lost: tuple[str, ...] = ()
    """Primitives that the captions claim and the text does not."""
    model: Model | None = None
    """Who rewrote it; None where whole sentences were kept."""
    refused: tuple[str, ...] = ()
    """Why rewritten texts were not taken."""

    def as_json(self) -> dict[str, object]:
        """As ``write merge`` prints it."""
        return {
            "text": self.text, "tokens": self.tokens, "words": self.words, "tokens_before": self.tokens_before,
            "words_before": self.words_before, "repeated": list(self.repeated),
            "dropped": [
                {"aspect": each.aspect, "sentence": each.sentence, "claims": list(each.claims)} for each in self.dropped
            ],
            "lost": list(self.lost), "model": None if self.model is None else self.model.id,
            "prompt_hash": None if self.model is None else self.model.prompt_hash, "refused": list(self.refused),
        }  # fmt: skip


def merge_captions(
    spec: Spec, captions: Mapping[str, str], budget: int, *, count: Count = by_words, rewriter: Rewriter | None = None
) -> Merged:
    """The captions by aspect as one text of at most ``budget`` tokens.

    BadInput for an aspect that has no place in it, and where not even the camera's caption has room.
    """
    if unknown := sorted(set(captions) - set(ORDER)):
        raise BadInput(f"A prompt has no place for {unknown[0]!r}.", mend=f"Give captions of {', '.join(ORDER)}.")
    if budget < 1:
        raise BadInput(f"Nothing can be said in {budget} tokens.", mend="Give a budget of 1 or more; Wan reads 512.")
    parts = {aspect: _tidy(captions[aspect]) for aspect in ORDER if captions.get(aspect, "").strip()}
    if not parts:
        raise BadInput("There is no caption to merge.", mend="Give at least one.")
    whole = " ".join(parts.values())
    read = _Reader(spec)
    wanted = read(whole)
    refused: list[str] = []
    for attempt in range(_TRIES if rewriter is not None else 0):
        assert rewriter is not None
        words = max(20, round(budget / TOKENS_A_WORD * (1 - 0.12 * attempt)))
        text, model = rewriter(prompts.merge(parts, words, keep=_terms(spec, parts) if attempt else ()))
        text = _tidy(text)
        why = _why_not(read, text, wanted, budget, count, frozenset(_content(whole)))
        if why is None:
            return _merged(text, whole, count, model=model, refused=tuple(refused))
        refused.append(why)
    return _by_sentences(read, parts, budget, count, wanted, tuple(refused), whole)


# ------------------------------------------------------------------------------------------------------------- inside


class _Reader:
    """What a text asserts and denies; what was read once is kept."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self._read: dict[str, Claims] = {}

    def __call__(self, text: str) -> Claims:
        """Primitives with their states."""
        if text not in self._read:
            self._read[text] = frozenset((claim.primitive, claim.state) for claim in claims_of(text, self.spec.lexicon))
        return self._read[text]

    def each(self, kept: Kept) -> Claims:
        """Of several aspects, each read for itself."""
        return frozenset[tuple[str, str]]().union(*(self(" ".join(every)) for every in kept.values()))


def _why_not(
    read: _Reader, text: str, wanted: Claims, budget: int, count: Count, known: frozenset[str]
) -> str | None:  # fmt: skip
    if not text:
        return "It is empty."
    if (tokens := count(text)) > budget:
        return f"It has {tokens} tokens, {tokens - budget} too many."
    found = read(text)
    if lost := sorted(name for name, _ in wanted - found):
        return f"It no longer claims {', '.join(lost)}."
    if added := sorted(name for name, _ in found - wanted):
        return f"It claims {', '.join(added)}, which no caption does."
    # Most things have no primitive; that words come from nowhere is at least a sign.
    new = [word for word in _content(text) if word not in known]
    if len(new) > 0.3 * len(_content(text)):
        return f"It speaks of what no caption has: {', '.join(new[:6])}."
    return None


def _by_sentences(
    read: _Reader, parts: Mapping[str, str], budget: int, count: Count, wanted: Claims, refused: tuple[str, ...],
    whole: str,
) -> Merged:  # fmt: skip
    kept = {aspect: sentences(text) for aspect, text in parts.items()}
    repeated = _drop_repeated(read, kept)
    dropped: list[Dropped] = []
    while count(_join(kept)) > budget:
        found = _sparest(read, kept)
        if found is None:
            raise BadInput(
                f"The camera's caption alone has {count(_join(kept))} tokens, and {budget} are allowed.",
                mend="Shorten it, or allow more.",
            )
        aspect, at = found
        before = read.each(kept)
        sentence = kept[aspect].pop(at)
        gone = before - read.each(kept)
        dropped.append(Dropped(aspect=aspect, sentence=sentence, claims=tuple(sorted(name for name, _ in gone))))
    text = _join(kept)
    if not text:
        raise BadInput(f"Not one sentence has room in {budget} tokens.", mend="Allow more.")
    lost = tuple(sorted(name for name, _ in wanted - read(text)))
    return _merged(
        text, whole, count, repeated=tuple(repeated), dropped=tuple(dropped), lost=lost, refused=refused
    )  # fmt: skip


def _merged(text: str, whole: str, count: Count, **more: object) -> Merged:
    return Merged(
        text=text, tokens=count(text), words=len(text.split()), tokens_before=count(whole),
        words_before=len(whole.split()), **more,  # type: ignore[arg-type]
    )  # fmt: skip


def _terms(spec: Spec, parts: Mapping[str, str]) -> tuple[str, ...]:
    """The words with which the captions make their claims."""
    return tuple(dict.fromkeys(claim.words for text in parts.values() for claim in claims_of(text, spec.lexicon)))


def _drop_repeated(read: _Reader, kept: Kept) -> list[str]:
    """Take out sentences whose words of content stand in one other, in the same order one after another, and whose
    claims are made elsewhere. "The dog chases the cat" and "The cat chases the dog" both stay."""
    gone: list[str] = []
    for aspect in reversed([name for name in kept if name != "camera"]):
        for at in reversed(range(len(kept[aspect]))):
            sentence, rest = kept[aspect][at], {**kept, aspect: kept[aspect][:at] + kept[aspect][at + 1 :]}
            content = _content(sentence)
            others = [_content(other) for every in rest.values() for other in every]
            if not any(_stands_in(content, other) for other in others) or read.each(rest) != read.each(kept):
                continue
            kept[aspect] = rest[aspect]
            gone.append(sentence)
    return gone


def _stands_in(words: Sequence[str], others: Sequence[str]) -> bool:
    return any(others[at : at + len(words)] == words for at in range(len(others) - len(words) + 1))


def _sparest(read: _Reader, kept: Kept) -> tuple[str, int] | None:
    """The sentence by which the fewest claims are lost; of several the last one, and the last of an aspect last."""
    before = read.each(kept)
    costs = []
    for number, aspect in enumerate(_SPARED):
        every = kept.get(aspect, [])
        for at in range(len(every)):
            lost = before - read.each({**kept, aspect: every[:at] + every[at + 1 :]})
            costs.append((len(every) == 1, len(lost), number, -at))
    if not costs:
        return None
    *_, number, at = min(costs)
    return _SPARED[number], -at


def _content(sentence: str) -> list[str]:
    words = re.findall(r"[\w'-]+", sentence.lower())
    return [word for word in words if word not in _PLAIN]


_PLAIN = frozenset(re.findall(
    r"\w+",
    "a an and are as at be by for from has have in into is it its of on or that the their then there these they this "
    "to was were which while who with throughout also",
))  # fmt: skip
"""Words that say nothing by themselves."""

_STOP = re.compile(r"[.!?][\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9])")
_SHORT = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof|St|Fig|vs|etc|e\.g|i\.e|approx|[A-Z])\.$")


def sentences(text: str) -> list[str]:
    """The text's sentences; joined with spaces they are the text again."""
    cuts = [match.end() for match in _STOP.finditer(text) if not _SHORT.search(text[: match.start() + 1])]
    return [text[start:end].strip() for start, end in pairwise([0, *cuts, len(text)]) if text[start:end].strip()]


def _tidy(text: str) -> str:
    text = " ".join(text.split())
    return text if not text or text[-1] in ".!?\"')" else f"{text}."


def _join(kept: Kept) -> str:
    return " ".join(sentence for every in kept.values() for sentence in every)
