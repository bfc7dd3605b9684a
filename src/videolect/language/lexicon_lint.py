"""The entries of ``lexicon/lint``: what the linter looks for in captions and in critiques."""

from __future__ import annotations

from videolect.language.lexicon_values import CritiqueWords, LintRule, Reading
from videolect.language.phrases import Finder, Phrase
from videolect.language.source import Item, Wrong, mapping


def read_lint_rule(reading: Reading, item: Item) -> None:
    """One entry: a kind of finding with its phrases, or phrases that are none (``passes``)."""
    pairs = mapping(item, "An entry", needs=("kind",), may=("say", "passes", "reason", "suggestion", "aspects"))
    kind = pairs["kind"].text("'kind:'")
    aspects = frozenset(pairs["aspects"].texts("'aspects:'")) if "aspects" in pairs else frozenset()
    if "say" in pairs:
        for key in ("reason", "suggestion"):
            if key not in pairs:
                raise Wrong(item.place, f"The entry has no {key!r}.", f"Add '{key}:'.")
        rule = LintRule(
            kind=kind,
            reason=pairs["reason"].text("'reason:'"),
            suggestion=pairs["suggestion"].text("'suggestion:'"),
            aspects=aspects,
        )
        _add(reading, rule, pairs["say"])
    elif "passes" not in pairs:
        raise Wrong(item.place, "The entry has no phrases.", "Add 'say:' or 'passes:'.")
    if "passes" in pairs:
        _add(reading, LintRule(kind=kind, reason="", suggestion="", aspects=aspects, excuses=True), pairs["passes"])


def _add(reading: Reading, rule: LintRule, phrases: Item) -> None:
    number = len(reading.lexicon.lint_rules)
    reading.lexicon.lint_rules.append(rule)
    for item in phrases.items("The list of phrases"):
        piece = reading.piece(item)
        key = (f"{rule.kind} {rule.excuses} {sorted(rule.aspects)}", piece.pattern)
        where = f"{item.place.file}:{item.place.line}"
        if key in reading.seen:
            problem = f"The phrase {item.text('A phrase')!r} stands twice, first in {reading.seen[key]}."
            reading.problems.append(item.place.problem(problem, "Keep one of the two."))
            continue
        reading.seen[key] = where
        reading.phrases.append(Phrase(item.text("A phrase"), piece, number))


def read_critique_words(reading: Reading, item: Item) -> None:
    """The words by which the sentences of a critique are judged."""
    pairs = mapping(item, "critiques.yaml", needs=("remedy", "fault", "topics"))
    own: dict[str, Finder] = {}
    strong: dict[str, Finder] = {}
    for aspect, words in pairs["topics"].pairs("'topics:'"):
        lists = mapping(words, f"The words of {aspect}", needs=("own", "strong"))
        own[aspect], strong[aspect] = _finder(reading, lists["own"]), _finder(reading, lists["strong"])
    reading.lexicon.critique = CritiqueWords(
        _finder(reading, pairs["remedy"]), _finder(reading, pairs["fault"]), own, strong
    )


def _finder(reading: Reading, item: Item) -> Finder:
    return Finder([Phrase(one.text("A phrase"), reading.piece(one)) for one in item.items("The list of phrases")])
