"""Looking for words in captions: ``red car``, ``"red car"``, ``car*``. Every index and file is searched by these rules.

A text is cut into words of letters and digits; case and accents do not count. Han and kana have no spaces between
words, so there each sign is a word, and what is looked for is a sequence of them. A query is never passed on as it was
written: indexes are given the words that ``read_words`` makes of it, as they are given those of the captions.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from videolect.errors import BadInput

MAX_SIGNS = 1_000
MAX_PHRASES = 32
MAX_WORD = 100
"""Signs of a word that count; a longer one is cut."""

_ASCII = re.compile(r"[A-Za-z0-9]+")
_PIECE = re.compile(r'"([^"]*)("|$)(\*?)|([^\s"]+)')
_SNIPPET = 160
# Of Okapi BM25 (Robertson, Zaragoza 2009): how soon a word that comes again adds nothing, how much a long text loses.
_K, _B, _TYPICAL = 1.2, 0.75, 60


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text as indexes keep it, and its place [start, end) in signs."""

    folded: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that follow each other. ``prefix``: of the last one only the beginning is given."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class TextQuery:
    """All phrases must be there, in any order."""

    text: str
    phrases: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """Where a caption matches: places [start, end) in it, in order and apart from each other; and how well, 0 to 1."""

    marks: tuple[tuple[int, int], ...]
    score: float


@dataclass(frozen=True, slots=True)
class Snippet:
    """The stretch of a caption that shows the match. ``marks`` are places in ``text``."""

    text: str
    marks: tuple[tuple[int, int], ...]


def parse_text(text: str) -> TextQuery:
    """Read a query. BadInput where it holds no word, or is far too long; anything else means something."""
    if len(text) > MAX_SIGNS:
        raise BadInput(f"The text to look for has {len(text):,} signs.", mend=f"Use at most {MAX_SIGNS:,}.")
    phrases: list[Phrase] = []
    for piece in _PIECE.finditer(text):
        quoted, _, star, bare = piece.groups()
        words = tuple(word.folded for word in read_words(quoted if bare is None else bare))
        if words:
            phrases.append(Phrase(words, bool(star) if bare is None else bare.endswith("*")))
    phrases = list(dict.fromkeys(phrases))
    if not phrases:
        raise BadInput(f"There is no word in the text {text[:60]!r}.", mend='Give words, such as red car or "red car".')
    if len(phrases) > MAX_PHRASES:
        raise BadInput(f"The text to look for has {len(phrases)} words.", mend=f"Give at most {MAX_PHRASES}.")
    return TextQuery(text, tuple(phrases))


def read_words(text: str) -> list[Word]:
    """The words of a text in order."""
    if text.isascii():
        return [Word(found[0].lower()[:MAX_WORD], *found.span()) for found in _ASCII.finditer(text)]
    return [
        Word(folded, start, end) for start, end in _stretches(text) if (folded := _folded(text[start:end])[:MAX_WORD])
    ]


def folded_words(text: str) -> list[str]:
    """The words of a text without their places, as an index keeps them."""
    if text.isascii():
        return [word[:MAX_WORD] for word in _ASCII.findall(text.lower())]
    return [word.folded for word in read_words(text)]


def match(query: TextQuery, text: str) -> Match | None:
    """Where the text has all that is looked for; None where something is missing."""
    words = read_words(text)
    folded = [word.folded for word in words]
    places = [_places(phrase, folded) for phrase in query.phrases]
    if not all(places):
        return None
    marks = [
        (words[at].start, words[at + len(phrase.words) - 1].end)
        for phrase, found in zip(query.phrases, places, strict=True)
        for at in found
    ]
    return Match(_apart(marks), _score([len(found) for found in places], len(words)))


def score(query: TextQuery, text: str) -> float | None:
    """The score that ``match`` gives, or None; without the places it costs a fifth of the time."""
    folded = folded_words(text)
    counts = [
        folded.count(phrase.words[0]) if len(phrase.words) == 1 and not phrase.prefix else len(_places(phrase, folded))
        for phrase in query.phrases
    ]
    return _score(counts, len(folded)) if all(counts) else None


def _score(counts: Sequence[int], words: int) -> float:
    length = 1 - _B + _B * words / _TYPICAL
    return round(sum(count / (count + _K * length) for count in counts) / len(counts), 6)


def snippet(text: str, marks: Sequence[tuple[int, int]]) -> Snippet:
    """``_SNIPPET`` signs or so that show the first marks, cut between words; the whole text where it fits."""
    if len(text) <= _SNIPPET:
        return Snippet(text, tuple(marks))
    first = marks[0][0] if marks else 0
    start = max(0, min(first - _SNIPPET // 4, len(text) - _SNIPPET))
    end = min(len(text), start + _SNIPPET)
    while 0 < start < first and not text[start - 1].isspace():
        start += 1
    last = max((mark[1] for mark in marks if mark[1] <= end), default=first)
    while last < end < len(text) and not text[end].isspace():
        end -= 1
    before, after = ("… " if start else ""), (" …" if end < len(text) else "")
    shift = len(before) - start
    inside = tuple((a + shift, b + shift) for a, b in marks if a >= start and b <= end)
    return Snippet(before + text[start:end].rstrip() + after, inside)


def _places(phrase: Phrase, folded: list[str]) -> list[int]:
    """The numbers of the words at which the phrase begins."""
    *before, last = phrase.words
    late = len(before)
    if phrase.prefix:
        ends = [at for at, word in enumerate(folded) if word.startswith(last)]
    else:
        ends = [at for at, word in enumerate(folded) if word == last]
    return [at - late for at in ends if at >= late and folded[at - late : at] == before]


def _apart(marks: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Sorted, with those that overlap made one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(marks):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return tuple(joined)


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """Where words are in a text of any script: letters, digits and the marks on them."""
    begun: int | None = None
    for at, sign in enumerate(text):
        alone = _stands_alone(sign)
        if begun is not None and (alone or not (sign.isalnum() or unicodedata.category(sign)[0] == "M")):
            yield begun, at
            begun = None
        if alone:
            yield at, at + 1
        elif begun is None and sign.isalnum():
            begun = at
    if begun is not None:
        yield begun, len(text)


def _stands_alone(sign: str) -> bool:
    """Han and kana."""
    return "\u3041" <= sign <= "\u30ff" or "\u3400" <= sign <= "\u9fff" or "\uf900" <= sign <= "\ufaff" or (
        "\U00020000" <= sign <= "\U0003ffff"
    )  # fmt: skip


def _folded(word: str) -> str:
    """Without case and accents; only letters, digits and the vowel signs that a script writes as marks."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    kept = (c for c in plain if not "\u0300" <= c <= "\u036f" and (c.isalnum() or unicodedata.category(c)[0] == "M"))
    return "".join(kept)
