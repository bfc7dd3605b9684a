"""The lexicon as data: phrases and what they assert or deny, small words, and what the linter looks for.

``words.yaml`` holds the classes, irregular forms and small words; ``claims/*.yaml`` the phrases of the claims;
``lint/*.yaml`` those of the linter. ``docs/claims.md`` and ``docs/lint.md`` describe the entries. Everything is checked
when it is read: each problem names file and line.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields
from functools import cache, lru_cache, partial

from videolect.errors import BadInput
from videolect.language.lexicon_claims import read_claim
from videolect.language.lexicon_lint import read_critique_words, read_lint_rule
from videolect.language.lexicon_values import FOLDER, Lexicon, Reading
from videolect.language.phrases import Finder, either
from videolect.language.reading import Grammar
from videolect.language.source import SPECS, Item, Problem, mapping, read_texts, texts_in


def read_lexicon(files: Mapping[str, Item], primitives: Collection[str] | None = None) -> tuple[Lexicon, list[Problem]]:
    """Read the files of a specification's ``lexicon`` folder. ``primitives``: the ids that exist; None: not checked."""
    mine = {path.removeprefix(FOLDER): item for path, item in files.items()}
    reading = Reading(primitives)
    if "words.yaml" in mine:
        reading.attempt(partial(_words, reading), mine.pop("words.yaml"))
    for path, item in mine.items():
        if path.startswith("claims/"):
            reading.each_of(item, partial(read_claim, reading))
    reading.lexicon.finder, reading.phrases = Finder(reading.phrases), []
    reading.seen.clear()
    for path, item in mine.items():
        if path == "lint/critiques.yaml":
            reading.attempt(partial(read_critique_words, reading), item)
        elif path.startswith("lint/"):
            reading.each_of(item, partial(read_lint_rule, reading))
    reading.lexicon.lint_finder = Finder(reading.phrases)
    return reading.lexicon, sorted(reading.problems)


_LATER = ("undoes_denial",)
"""Lists that a lexicon written before they were known may lack."""


def _words(reading: Reading, item: Item) -> None:
    pairs = mapping(item, "words.yaml", needs=("grammar",), may=("irregular", "classes"))
    if "irregular" in pairs:
        for word, forms in pairs["irregular"].pairs("'irregular:'"):
            reading.irregular[word] = frozenset({word, *forms.texts(f"The forms of {word!r}")})
    if "classes" in pairs:
        for name, phrases in pairs["classes"].pairs("'classes:'"):
            reading.attempt(partial(_class, reading, name), phrases)
    names = tuple(part.name for part in fields(Grammar) if part.name not in _LATER)
    lists = mapping(pairs["grammar"], "'grammar:'", needs=names, may=_LATER)
    given: dict[str, frozenset[str]] = {}
    for name in lists:
        words: set[str] = set()
        for text in lists[name].texts(f"'{name}:'"):
            words |= reading.inflect(text[:-1]) if text.endswith("~") else {text}
        given[name] = frozenset(words)
    reading.lexicon.grammar = Grammar(**given)


def _class(reading: Reading, name: str, item: Item) -> None:
    reading.classes[name] = either([reading.piece(one) for one in item.items(f"The class {name!r}")])


@cache
def shipped_lexicon() -> Lexicon:
    """The lexicon of the specification that ships, without the rest of it: the very one that its ``Spec`` has."""
    return lexicon_from({FOLDER + path: text for path, text in texts_in(SPECS / "core" / "lexicon")[0].items()})


def lexicon_from(texts: Mapping[str, str]) -> Lexicon:
    """The lexicon among the files of a specification. BadInput names the first problem."""
    return _from(tuple(sorted((path, text) for path, text in texts.items() if path.startswith(FOLDER))))


@lru_cache(maxsize=8)
def _from(texts: tuple[tuple[str, str], ...]) -> Lexicon:
    source = read_texts(dict(texts))
    return _sound(*read_lexicon(source.files), source.problems)


def _sound(lexicon: Lexicon, problems: list[Problem], unread: list[Problem]) -> Lexicon:
    every = [*unread, *problems]
    if every:
        message = f"The lexicon has {len(every)} problems: {every[0].file}:{every[0].line}: {every[0].rule}"
        raise BadInput(message, mend=every[0].mend)
    return lexicon
