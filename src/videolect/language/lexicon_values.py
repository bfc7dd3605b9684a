"""The values that a lexicon is made of, and the state of reading one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from videolect.language.phrases import BadPhrase, Finder, Phrase, Piece, inflections, read_phrase
from videolect.language.reading import Grammar
from videolect.language.source import Item, Problem, Wrong

Mark = Literal["denies", "then", "before", "after", "start", "end", "goal"]
MARKS: tuple[Mark, ...] = get_args(Mark)
Acts = Literal["camera", "unnamed", "subject", "anyone"]
"""Who must act: the camera as far as words tell; anybody but one who is named as another; anybody but the
camera; no matter who."""
PRIVATE = "_"
"""A name that begins so is no primitive: what several phrases leave to ``together:`` and nobody else sees."""
FOLDER = "lexicon/"


@dataclass(frozen=True, kw_only=True)
class Family:
    """A quality with an order of values and a state at the start and at the end: shot size, height, angle, focus."""

    id: str
    values: tuple[str, ...]
    starts: str = ""
    """Template of the primitive for the state at the start; ``{value}`` stands for the value."""
    ends: str = ""
    always: str = ""
    changes: str = ""
    """The primitive for any change; ``down`` for one towards the later values, ``up`` towards the earlier ones."""
    down: str = ""
    up: str = ""
    first_counts: bool = False
    """Whether the first mention is the state at the start although others follow: the main subject is named first."""
    scale: tuple[str, ...] = ()
    """The values that ``down`` and ``up`` compare, in their order; all of them where it is not given."""
    pairs: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """(start, end) -> the primitive for that change."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What some phrases mean."""

    topic: str
    asserts: tuple[str, ...] = ()
    denies: tuple[str, ...] = ()
    when_denied: tuple[str, ...] = ()
    """What the words assert where a "no" stands before them."""
    only_denied: tuple[str, ...] = ()
    """What they deny there and assert nowhere: "no pan" denies both ways, "a pan" says neither."""
    acts: Acts = "anyone"
    mark: Mark | None = None
    blocks: bool = False
    family: Family | None = None
    value: str = ""
    kind: str = ""
    """For the linter: the kind of finding."""


@dataclass(frozen=True, kw_only=True)
class Together:
    """What several claims of one caption come to: fixed and shaky is "fixed with shake", neither of the two."""

    all_of: tuple[str, ...]
    """The words of the first of them, where there is one, are those of what is asserted."""
    any_of: frozenset[str]
    unless: frozenset[str] = frozenset()
    """Where one of these is asserted as well, the entry says nothing."""
    asserts: tuple[str, ...] = ()
    drops: frozenset[str] = frozenset()
    """Claims that the caption does not make after all."""
    withdraws: frozenset[str] = frozenset()
    """What it does not deny after all."""


@dataclass(frozen=True, kw_only=True)
class LintRule:
    """One entry of the linter's lists."""

    kind: str
    reason: str
    suggestion: str
    aspects: frozenset[str] = frozenset()
    """Only in captions of these aspects; empty: in all."""
    excuses: bool = False
    """What these phrases cover is no finding of that kind."""


@dataclass(frozen=True)
class CritiqueWords:
    """By what a critique's sentences are judged."""

    remedy: Finder
    """Words that say what to write, add, change or take out."""
    fault: Finder
    """Words that only say that something is wrong or missing."""
    own: Mapping[str, Finder]
    """Aspect -> words with which a sentence stays with it."""
    strong: Mapping[str, Finder]
    """Aspect -> words that belong to it and to no other."""


@dataclass
class Lexicon:
    """The whole of it, ready for use."""

    grammar: Grammar = field(default_factory=Grammar)
    rules: list[Rule] = field(default_factory=list)
    finder: Finder = field(default_factory=lambda: Finder([]))
    together: list[Together] = field(default_factory=list)
    lint_rules: list[LintRule] = field(default_factory=list)
    lint_finder: Finder = field(default_factory=lambda: Finder([]))
    critique: CritiqueWords = field(default_factory=lambda: CritiqueWords(Finder([]), Finder([]), {}, {}))

    def asserted(self) -> set[str]:
        """All that a text can be found to assert: ids of primitives, and names that begin with ``PRIVATE``."""
        found = {name for entry in self.together for name in entry.asserts}
        for rule in self.rules:
            found.update((*rule.asserts, *rule.when_denied))
            if family := rule.family:
                for template in (family.starts, family.ends, family.always):
                    found.add(template.replace("{value}", rule.value))
                found.update((family.changes, family.down, family.up, *family.pairs.values()))
        return found - {""}


@dataclass
class Reading:
    """The work of reading one lexicon: what is known so far, and what is wrong."""

    primitives: Collection[str] | None
    problems: list[Problem] = field(default_factory=list)
    classes: dict[str, Piece] = field(default_factory=dict)
    irregular: dict[str, frozenset[str]] = field(default_factory=dict)
    lexicon: Lexicon = field(default_factory=Lexicon)
    phrases: list[Phrase] = field(default_factory=list)
    seen: dict[tuple[str, str], str] = field(default_factory=dict)

    def inflect(self, word: str) -> frozenset[str]:
        return self.irregular.get(word) or inflections(word)

    def piece(self, item: Item, text: str | None = None) -> Piece:
        text = item.text("A phrase") if text is None else text
        try:
            piece = read_phrase(text, self.classes, self.inflect)
        except BadPhrase as bad:
            rule = f"The phrase {text!r} cannot be read. {bad}"
            raise Wrong(item.place, rule, "docs/claims.md describes the phrases.") from None
        if piece.empty:
            raise Wrong(item.place, f"The phrase {text!r} can match nothing.", "Make one word of it obligatory.")
        return piece

    def attempt(self, do: Callable[[Item], None], item: Item) -> None:
        try:
            do(item)
        except Wrong as wrong:
            self.problems.append(wrong.problem)

    def known(self, item: Item, id_: str) -> str:
        if self.primitives is not None and not id_.startswith(PRIVATE) and id_ not in self.primitives:
            raise Wrong(item.place, f"There is no primitive {id_!r}.", "Name one, or remove the phrase.")
        return id_

    def each_of(self, item: Item, do: Callable[[Item], None]) -> None:
        """Every entry of a file that is a list; a problem in one does not hide those in the others."""
        try:
            members = item.items("The file")
        except Wrong as wrong:
            self.problems.append(wrong.problem)
            return
        for member in members:
            self.attempt(do, member)
