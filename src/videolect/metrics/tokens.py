"""Texts to tokens by named rules, and to token numbers for all texts of a corpus at once.

    >>> words("The man's half-open door (left), 3.5 m.", "13a")
    ['The', 'man', "'", 's', 'half-open', 'door', '(', 'left', ')', ',', '3.5', 'm', '.']
    >>> words("The man's half-open door (left), 3.5 m.", "camerabench")
    ['the', 'mans', 'halfopen', 'door', 'left', '35', 'm']
    >>> words("The man's half-open door (left), 3.5 m.", "regex")
    ['the', 'man', "'s", 'half-open', 'door', 'left', '3.5', 'm']

Every rule here works word by word between white space (after a look at the whole text), so each different word of a
corpus is split once. docs/metrics.md says which implementation of BLEU is used with which.
"""

from __future__ import annotations

import re
import string
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from videolect.errors import BadInput

Tokenizer = Literal["13a", "camerabench", "regex"]
"""``13a``: that of mteval-v13a as sacrebleu has it; cased unless asked otherwise, punctuation is a token.

``camerabench``: lower case, the 32 characters of ``string.punctuation`` deleted (also inside words), white space.
``regex``: lower case and what Penn Treebank tokens and pycocoevalcap's list leave, without Java; see ``_split_regex``.
"""

Integers = NDArray[np.int64]
Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True, kw_only=True, slots=True)
class Encoded:
    """Texts as token numbers. Equal texts stand here once."""

    ids: Integers
    """[tokens] of all different texts, one behind the other; equal numbers are equal tokens."""
    bounds: Integers
    """[different texts + 1]: text t has ``ids[bounds[t]:bounds[t + 1]]``."""
    of: Integers
    """[texts]: which of the different texts each one is."""
    vocabulary: int
    """Numbers are below this."""

    @property
    def lengths(self) -> Integers:
        """[different texts] in tokens."""
        return np.diff(self.bounds)


def words(text: str, tokenizer: Tokenizer = "13a", lowercase: bool = False) -> list[str]:
    """The tokens of one text."""
    whole, split = _rule(tokenizer)
    return [token for word in whole(text.lower() if lowercase else text).split() for token in split(word)]


def encode(texts: Sequence[str], tokenizer: Tokenizer = "13a", lowercase: bool = False) -> Encoded:
    """All texts with one vocabulary. The work goes with the different texts and the different words."""
    whole, split = _rule(tokenizer)
    different: dict[str, int] = {}
    of = np.fromiter((different.setdefault(text, len(different)) for text in texts), np.int64, len(texts))
    rows = [whole(text.lower() if lowercase else text).split() for text in different]
    raw, known = numbered(chain.from_iterable(rows))
    pieces = [split(word) for word in known]
    tokens, vocabulary = numbered(chain.from_iterable(pieces))
    per_word = np.fromiter(map(len, pieces), np.int64, len(pieces))
    ids, before = expand(tokens, _bounds(per_word), raw)
    per_text = np.fromiter(map(len, rows), np.int64, len(rows))
    return Encoded(ids=ids, bounds=before[_bounds(per_text)], of=of, vocabulary=len(vocabulary))


def numbered(items: Iterable[Name]) -> tuple[Integers, dict[Name, int]]:
    """Each item as the number under which it was first seen, and these numbers."""
    known: defaultdict[Name, int] = defaultdict()
    known.default_factory = known.__len__
    return np.fromiter(map(known.__getitem__, items), np.int64), known


def expand(values: Integers, bounds: Integers, rows: Integers) -> tuple[Integers, Integers]:
    """The stretches ``values[bounds[row]:bounds[row + 1]]`` of these rows one behind the other, and their bounds."""
    after = _bounds(np.diff(bounds)[rows])
    gaps = bounds[rows] - after[:-1]
    return values[np.repeat(gaps, np.diff(after)) + np.arange(after[-1])], after


def _bounds(lengths: Integers) -> Integers:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])


def _rule(tokenizer: str) -> tuple[Callable[[str], str], Callable[[str], list[str]]]:
    if tokenizer not in _RULES:
        named = ", ".join(get_args(Tokenizer))
        raise BadInput(f"There is no tokenizer {tokenizer!r}.", mend=f"Name one of {named}.")
    return _RULES[tokenizer]


# ------------------------------------------------------------------------------------------------------------------ 13a

_SYMBOLS = re.compile(r"([{-~\[-` -&(-+:-@/])")
_AFTER_NO_DIGIT = re.compile(r"([^0-9])([.,])")
_BEFORE_NO_DIGIT = re.compile(r"([.,])([^0-9])")
_DASH_AFTER_DIGIT = re.compile(r"([0-9])(-)")
_ENTITIES = (("&quot;", '"'), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"))


def _whole_13a(text: str) -> str:
    """What concerns more than one word: a dash at the end of a line joins it to the next."""
    text = text.rstrip()
    if "<skipped>" in text:
        text = text.replace("<skipped>", "")
    return text.replace("-\n", "") if "-\n" in text else text


def _split_13a(word: str) -> list[str]:
    """mteval-v13a.pl, in the order of sacrebleu's tokenizer_13a and tokenizer_re.

    Its patterns look one character to each side, and white space is no digit and no full stop: so a word can be split
    alone, with a blank to each side.
    """
    if word.isascii() and word.isalpha():
        return [word]
    if "&" in word:
        for entity, character in _ENTITIES:
            word = word.replace(entity, character)
    word = _SYMBOLS.sub(r" \1 ", f" {word} ")
    word = _AFTER_NO_DIGIT.sub(r"\1 \2 ", word)
    word = _BEFORE_NO_DIGIT.sub(r" \1 \2", word)
    return _DASH_AFTER_DIGIT.sub(r"\1 \2 ", word).split()


# ---------------------------------------------------------------------------------------------------------- camerabench

_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


def _split_camerabench(word: str) -> list[str]:
    bare = word.translate(_NO_PUNCTUATION)
    return [bare] if bare else []


# ---------------------------------------------------------------------------------------------------------------- regex

_PIECES = re.compile(
    r"""\d+(?:[.,:]\d+)+           # 3.5, 1,000, 12:30
      | \w+?(?=n't\b) | n't\b      # do n't
      | '(?:s|re|ve|ll|d|m)\b      # man 's
      | \w+(?:-\w+)*               # close-up
      | \S""",
    re.VERBOSE,
)
_DROPPED = frozenset(".?!,:;-'\"`()[]{}…–—“”‘") | {"..."}


def _whole_regex(text: str) -> str:
    return text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


def _split_regex(word: str) -> list[str]:
    """Numbers, words with their hyphens, "n't", "'s" and the like are tokens; then what pycocoevalcap drops is dropped.

    Dropped are . ? ! , : ; - quotation marks, brackets, dashes and the ellipsis; other signs (% $ & / +) are tokens.
    The real PTBTokenizer (Java) also knows abbreviations and splits "cannot"; captions hardly show the difference.
    """
    return [piece for piece in _PIECES.findall(word) if piece not in _DROPPED]


_RULES: dict[str, tuple[Callable[[str], str], Callable[[str], list[str]]]] = {
    "13a": (_whole_13a, _split_13a),
    "camerabench": (str.lower, _split_camerabench),
    "regex": (_whole_regex, _split_regex),
}
