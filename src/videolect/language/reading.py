"""A text as words with places, and what can be said of each place: which sentence, who acts, whether it is denied.

There is no grammar here and no model: English captions put the one who acts before the verb and the "no" before what
it denies, and a clause ends at a few words and signs. The lists of words come from the lexicon.
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass, field
from typing import Literal

Agent = Literal["camera", "other", "unknown"]

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)?|[,;:!?()—–]|\.(?=\s|$|[\"'”’)\]])|\n\s*\n")
_STOPS = {".": ".", "!": ".", "?": ".", ";": ";", ":": ";", ",": ",", "(": ",", ")": ",", "—": ",", "–": ","}


@dataclass(frozen=True)
class Text:
    """The words of a text. ``line`` holds them, each followed by one space; signs count as words."""

    text: str
    words: list[str]
    spans: list[tuple[int, int]]
    """Characters [start, end) of each word in ``text``."""
    line: str
    offsets: list[int]
    """Where each word begins in ``line``."""
    sentences: list[int]
    """For each word the first word of its sentence."""


def read_text(text: str) -> Text:
    """Cut a text into words. "doesn't" is read as "does not", "man's" as "man" and "'s"."""
    words: list[str] = []
    spans: list[tuple[int, int]] = []
    for found in _TOKEN.finditer(text):
        start, end = found.span()
        raw = found[0]
        if raw[0] in _STOPS or raw[0] == "\n":
            words.append(_STOPS.get(raw, "."))
            spans.append((start, end))
            continue
        word = raw.lower().replace("’", "'")
        if "'" in word:
            head, _, tail = word.partition("'")
            if tail == "t" and head.endswith("n"):
                verb = "can" if head == "can" else "will" if head == "won" else head[:-1]
                words += [verb, "not"]
                spans += [(start, end), (start, end)]
            else:
                words += [head, "'" + tail]
                spans += [(start, start + len(head)), (start + len(head), end)]
            continue
        words.append(word)
        spans.append((start, end))
    offsets: list[int] = []
    sentences: list[int] = []
    at = first = 0
    for index, word in enumerate(words):
        offsets.append(at)
        sentences.append(first)
        at += len(word) + 1
        if word == ".":
            first = index + 1
    return Text(text, words, spans, " ".join(words) + " " if words else "", offsets, sentences)


@dataclass(frozen=True)
class Grammar:
    """The lists of small words from ``lexicon/words.yaml``."""

    camera: Set[str] = frozenset()
    """Nouns that name the camera or what it makes: camera, shot, view."""
    people: Set[str] = frozenset()
    """Pronouns that cannot be the camera: he, she, they."""
    openers: Set[str] = frozenset()
    """Words that open a noun phrase: the, a, this, two."""
    skipped: Set[str] = frozenset()
    """Words between the one who acts and the verb: then, slowly, begins, to."""
    joins: Set[str] = frozenset()
    """Words that join clauses and leave the one who acts: and, while, before."""
    subordinates: Set[str] = frozenset()
    """Words behind which another can act until the next comma: as, while, when, that."""
    prepositions: Set[str] = frozenset()
    """Words that end a noun phrase: in, on, of, from."""
    follows: Set[str] = frozenset()
    """Verbs whose object is then called "it": follows, tracks, keeps."""
    ends_denial: Set[str] = frozenset()
    """Words at which what a "no" denies ends: but, while, which."""
    undoes_denial: Set[str] = frozenset()
    """Verbs with which a "no" makes a yes: "never stops panning" pans."""


@dataclass
class _Acting:
    """Who acts, from the beginning of a sentence to the word just read."""

    main: Agent = "unknown"
    inner: Agent | None = None
    """In a clause of its own: "as the man walks"."""
    object_since: bool = field(default=False)
    """Whether something was followed, so that "it" may be that."""

    def now(self) -> Agent:
        return self.inner or self.main


def agents(text: Text, grammar: Grammar) -> list[Agent]:
    """For each word, who would act if the word were a verb."""
    words = text.words
    found: list[Agent] = []
    acting = _Acting()
    previous: Agent = "unknown"
    fresh = True
    """Whether a noun phrase here would be the one who acts."""
    late = False
    """Whether the sentence began with a phrase before the one who acts: "From a low angle, the camera ..."."""
    for at, word in enumerate(words):
        if text.sentences[at] == at:
            if acting.main != "unknown":
                previous = acting.main
            acting, fresh, late = _Acting(), True, False
        found.append(_agent_of(text, at, acting, grammar))
        if word in (",", ";"):
            acting.inner = None
            fresh = True
            if late and acting.main != "unknown":
                # "As the camera rises, a glass falls": behind the comma somebody else may act, or "it" the same one.
                previous, acting.main, late = acting.main, "unknown", False
        elif word in ("that", "which") and words[at - 1] not in grammar.camera and words[at - 1] != "," and not fresh:
            acting.inner = "other"
            fresh = True
        elif word in grammar.prepositions and at == text.sentences[at] and word not in grammar.subordinates:
            late, fresh = True, False
        elif word in grammar.subordinates or word in grammar.joins:
            fresh = True
            if text.sentences[at] == at:
                late = True
        elif fresh and word == "it":
            if acting.main == "unknown":
                acting.main = previous
            else:
                acting.inner = "other" if acting.object_since else acting.main
            fresh = False
        elif fresh and at and words[at - 1] == "not" and word in grammar.openers:
            # "The car, not the camera, moves": who is ruled out does not act.
            fresh = False
        elif fresh and (word in grammar.people or word in grammar.openers or word in grammar.camera):
            who = _noun_phrase(text, at, grammar)
            if who == "camera" or acting.main == "unknown":
                if late and who == "other" and words[at - 1] in grammar.subordinates:
                    acting.inner = who
                else:
                    acting.main, acting.inner = who, None
            elif words[at - 1] in grammar.subordinates or word in grammar.people or _acts(text, at, grammar):
                acting.inner = who
            fresh = False
        elif word in grammar.follows:
            acting.object_since = True
            fresh = False
        elif word not in grammar.skipped and not word.endswith("ly"):
            if (
                fresh
                and acting.main == "unknown"
                and not late
                and text.sentences[at] == at
                and not word.endswith("ing")
            ):
                acting.main = _noun_phrase(text, at, grammar)
            fresh = False
    return found


def _noun_phrase(text: Text, at: int, grammar: Grammar) -> Agent:
    """Whether the noun phrase that begins here names the camera. "This is a static shot" does."""
    words = text.words
    for index in range(at, min(at + 14, len(words))):
        word = words[index]
        if word in grammar.camera:
            return "camera"
        if word in (".", ";") or word in grammar.people:
            return "other"
        if word in grammar.prepositions:
            return "other"
        if index > at and word in grammar.openers and words[index - 1] not in ("is", "presents", "shows", "features"):
            return "other"
    return "other"


def _acts(text: Text, at: int, grammar: Grammar) -> bool:
    """Whether a verb follows the noun phrase closely, so that it is no member of a list: "the man walks"."""
    words = text.words
    for index in range(at + 1, min(at + 5, len(words))):
        word = words[index]
        if word in (",", ".", ";") or word in grammar.prepositions or word in grammar.joins:
            return False
        if word in ("is", "are", "was", "were", "has", "have"):
            return True
        if index > at + 1 and len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
            return True
    return False


def _agent_of(text: Text, at: int, acting: _Acting, grammar: Grammar) -> Agent:
    """Who acts in a verb at this place: the noun directly before it, or whoever the clause has."""
    words = text.words
    first = text.sentences[at]
    index = at - 1
    while index >= first and (words[index] in grammar.skipped or words[index].endswith("ly")):
        index -= 1
    if index < first:
        return acting.now()
    word = words[index]
    if word in grammar.camera:
        return "camera"
    if word in grammar.people:
        return "other"
    if word in ("that", "which") and index > first:
        return "camera" if words[index - 1] in grammar.camera else acting.now() if words[index - 1] == "," else "other"
    if word in (",", ";") or word in grammar.joins or word in grammar.subordinates or word == "it":
        return acting.now()
    if word == "her" and words[at].endswith("ing"):
        return "other"
    if word in grammar.openers or word in grammar.prepositions:
        # "a smooth shot", "with slight shake": what stands before is no noun that could act.
        return acting.now()
    if acting.now() == "camera" and index == at - 1 and words[at].endswith("ing"):
        # "follows the man walking left": the noun directly before the participle acts, unless a verb stands there.
        return "other"
    if acting.now() == "camera" and words[index].endswith(("s", "ing", "ed", "ward", "wards", "left", "right", "up")):
        return "camera"
    return "other" if acting.now() != "camera" or words[at].endswith("s") else acting.now()


def denied(text: Text, cues: dict[int, int], grammar: Grammar) -> list[bool]:
    """For each word whether a denial covers it. ``cues``: first word of each "no" or "without", and the word behind, in
    the order of the text."""
    words = text.words
    found = [False] * len(words)
    undone: set[int] = set()
    for first, behind in cues.items():
        if first in undone:
            continue
        index, covered = behind, 0
        while index < len(words) and covered < 12:
            word = words[index]
            if _undoes(words, index, behind, grammar):
                undone.add(index)
                break
            # "Does not end with a zoom" goes on; "does not zoom in, with the man in view" ends.
            if word in (".", ";") or (word in grammar.ends_denial and not (word == "with" and index <= behind + 1)):
                break
            if word == "," and not _list_goes_on(words, index):
                break
            if word == "and" and not _pair_goes_on(words, index):
                break
            found[index] = True
            covered += word != ","
            index += 1
    return found


def _undoes(words: list[str], at: int, behind: int, grammar: Grammar) -> bool:
    """Whether the verb here makes a yes of a "no" just before: "never stops panning", not "does not end with a pan"."""
    if at - behind > 2 or words[at] not in grammar.undoes_denial:
        return False
    return words[at + 1 : at + 2] == ["to"] or grammar.prepositions.isdisjoint(words[at + 1 : at + 2])


def _list_goes_on(words: list[str], comma: int) -> bool:
    """Whether a comma stands in a list that a denial covers: "no pan, tilt, or zoom"."""
    since = 0
    for index in range(comma + 1, min(comma + 14, len(words))):
        word = words[index]
        if word in ("or", "nor"):
            return True
        if word in (".", ";", "but", "while", "and", "is", "the"):
            return False
        since = 0 if word == "," else since + 1
        if since > 4:
            return False
    return False


def _pair_goes_on(words: list[str], join: int) -> bool:
    """Whether "and" joins two members that a denial covers: "without panning and tilting", "no pan and tilt."."""
    behind = words[join + 1 : join + 4]
    if not behind or behind[0] in ("the", "a", "an", "is", "it", "with"):
        return False
    if behind[0].endswith("ing") and words[join - 1].endswith("ing"):
        return True
    return any(word in (".", ",", ";") for word in behind[1:3]) and not behind[0].endswith("s")
