"""Advice on captions and critiques: words that had better be others, and sentences of a critique that do not help.

    >>> [(finding.kind, finding.words) for finding in lint("The camera pans up. It might be dusk.")]
    [('pan_or_tilt', 'pans up'), ('speculation', 'might be')]

Findings never block anything. The words come from ``specs/core/lexicon/lint``; only what concerns the form of a text
(paragraphs, Markdown, spaces) is written here. Each function takes the lexicon of a version (``spec.lexicon``); without
one it reads with the lexicon that ships.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from videolect.language.lexicon import shipped_lexicon
from videolect.language.lexicon_values import CritiqueWords, Lexicon, LintRule
from videolect.language.phrases import Finder
from videolect.language.reading import Text, read_text


@dataclass(frozen=True, slots=True)
class Finding:
    """One piece of advice about the characters [start, end) of a text."""

    kind: str
    start: int
    end: int
    words: str
    reason: str
    suggestion: str

    def as_json(self) -> dict[str, str | int]:
        """As ``spec lint`` prints it."""
        return {name: getattr(self, name) for name in ("kind", "start", "end", "words", "reason", "suggestion")}


@dataclass(frozen=True, slots=True)
class Form:
    """Something about the form of a text."""

    kind: str
    pattern: re.Pattern[str]
    reason: str
    suggestion: str


_FOREIGN = (
    "\u0370-\u1cff\u1f00-\u1fff\u2c00-\u2c5f\u2c80-\ua71f\ua800-\uab2f\uab70-\ufaff\ufb07-\ufeff"
    "\uff66-\U0001d3ff\U0001d800-\U0010ffff"
)
"""Where letters stand that are not Latin: not the signs of units and numbers, phonetic, raised and styled letters."""
FORMS = (
    Form(
        "markdown",
        re.compile(r"(?m)^[ \t]{0,3}(?:#{1,6} |[-*+] |\d{1,3}[.)] |> )|(?<![\w*])\*\*(?=[^\s*])|__(?=\w)|```|\]\("),
        "A caption is plain text; the sign would be shown as it stands.",
        "Take the sign out and write sentences.",
    ),
    Form(
        "paragraphs",
        re.compile(r"(?<=\S)[ \t]*\n\s*(?=\S)"),
        "A caption is one paragraph.",
        "Join the paragraphs.",
    ),
    Form("double_space", re.compile(r"(?<=\S) {2,}(?=\S)"), "There is more than one space.", "Keep one space."),
    Form("edge_space", re.compile(r"\A\s+|\s+\Z"), "White space stands at the edge of the text.", "Take it out."),
    Form(
        "other_script",
        re.compile(rf"(?!μ[A-Za-z])(?=[{_FOREIGN}])[^\W\d_][^A-Za-z\n]{{0,200}}"),
        "A part of the text is not in English.",
        "Translate it.",
    ),
)
_QUOTED = re.compile(
    r"\"[^\"\n]{1,300}\"|“[^”\n]{1,300}”|„[^“”\n]{1,300}[“”]|«[^»\n]{1,300}»|‹[^›\n]{1,300}›|「[^」\n]{1,300}」|『[^』\n]{1,300}』"
    r"|(?<!\w)[‘'][^’'\n]{1,80}[’'](?!\w)"
)
_ENDS = re.compile(r"[.!?。．｡！？؟۔।॥։።။។៕⸮\u037e][\"'”’)\]“»›」』）]*\s*\Z")
FORM_KINDS = (*(form.kind for form in FORMS), "no_final_stop")


def lint(text: str, aspect: str | None = None, lexicon: Lexicon | None = None) -> tuple[Finding, ...]:
    """Findings in a caption, in the order of its words. ``aspect``: also those that only concern its captions."""
    found = [*_form(text), *_words(text, aspect, lexicon or shipped_lexicon())]
    return tuple(sorted(found, key=lambda one: (one.start, one.end, one.kind)))


def lint_critique(text: str, aspect: str | None = None, lexicon: Lexicon | None = None) -> tuple[Finding, ...]:
    """For each sentence of a critique: does it say what to write, and is it about this aspect?"""
    words = (lexicon or shipped_lexicon()).critique
    read = read_text(text)
    found = []
    for first, behind in _sentences(read):
        remedy, fault = _judge(read, first, behind, words)
        if fault and not remedy:
            reason = "The sentence says that something is wrong or missing, but not what to write."
            found.append(_finding(read, first, behind, "not_constructive", reason, "Say what stands there instead."))
        if aspect is not None and aspect in words.own:
            others = _other_aspects(read, first, behind, aspect, words)
            if others:
                reason = f"The sentence speaks of what belongs to the caption of {', '.join(others)}."
                mend = "Say it where that caption is judged."
                found.append(_finding(read, first, behind, "other_aspect", reason, mend))
    return tuple(found)


def constructiveness(text: str, lexicon: Lexicon | None = None) -> float:
    """How much of a critique helps to mend a caption, 0..1: the share of its words in sentences that say what to write.

    A sentence that finds fault and names no remedy counts 0; one that says what is seen counts 1, as it can be
    copied; one with a remedy counts 1. 0 for a text without words.
    """
    read = read_text(text)
    words = (lexicon or shipped_lexicon()).critique
    good = every = 0
    for first, behind in _sentences(read):
        remedy, fault = _judge(read, first, behind, words)
        size = behind - first
        every += size
        good += size if remedy or not fault else 0
    return good / every if every else 0.0


def _form(text: str) -> list[Finding]:
    quoted = [match.span() for match in _QUOTED.finditer(text)] if not text.isascii() else []
    found = [
        Finding(form.kind, match.start(), match.end(), match[0], form.reason, form.suggestion)
        for form in FORMS
        for match in form.pattern.finditer(text)
        if form.kind != "other_script" or not _inside(quoted, match.start())
    ]
    if text.strip() and not _ENDS.search(text):
        end = len(text.rstrip())
        reason, mend = "The last sentence does not end.", "End it with a full stop."
        found.append(Finding("no_final_stop", end - 1, end, text[end - 1 : end], reason, mend))
    return found


def _inside(quoted: list[tuple[int, int]], at: int) -> bool:
    """Whether quotation marks stand around it: the words on a sign may be in any language."""
    before = bisect_left(quoted, (at, 0))
    return before > 0 and at < quoted[before - 1][1]


def _words(text: str, aspect: str | None, lexicon: Lexicon) -> list[Finding]:
    read = read_text(text)
    found: list[tuple[int, int, LintRule]] = []
    excused: dict[str, set[int]] = {}
    for first, end, phrase, _ in lexicon.lint_finder.find(read.words, read.line, read.offsets):
        rule = lexicon.lint_rules[phrase.payload]
        behind = bisect_left(read.offsets, end)
        if rule.aspects and aspect not in rule.aspects:
            continue
        if rule.excuses:
            excused.setdefault(rule.kind, set()).update(range(first, behind))
        else:
            found.append((first, behind, rule))
    kept: list[Finding] = []
    reach: dict[str, int] = {}
    for first, behind, rule in sorted(found, key=lambda one: (one[0], -one[1])):
        if behind <= reach.get(rule.kind, 0) or not excused.get(rule.kind, set()).isdisjoint(range(first, behind)):
            continue
        reach[rule.kind] = behind
        kept.append(_finding(read, first, behind, rule.kind, rule.reason, rule.suggestion))
    return kept


def _finding(read: Text, first: int, behind: int, kind: str, reason: str, suggestion: str) -> Finding:
    start, end = read.spans[first][0], read.spans[behind - 1][1]
    return Finding(kind, start, end, read.text[start:end], reason, suggestion)


def _sentences(read: Text) -> list[tuple[int, int]]:
    """(first word, word behind the last) of every sentence that has words."""
    found: list[tuple[int, int]] = []
    first = 0
    for index, word in enumerate([*read.words, "."]):
        if word == ".":
            if any(other not in (",", ";") for other in read.words[first:index]):
                found.append((first, index))
            first = index + 1
    return found


def _judge(read: Text, first: int, behind: int, words: CritiqueWords) -> tuple[bool, bool]:
    return _has(read, first, behind, words.remedy), _has(read, first, behind, words.fault)


def _has(read: Text, first: int, behind: int, finder: Finder) -> bool:
    # A part of the text by itself, so that a long critique costs no more than its sentences.
    offset = read.offsets[first]
    end = read.offsets[behind] if behind < len(read.offsets) else len(read.line)
    offsets = [at - offset for at in read.offsets[first:behind]]
    return bool(finder.find(read.words[first:behind], read.line[offset:end], offsets))


def _other_aspects(read: Text, first: int, behind: int, aspect: str, words: CritiqueWords) -> list[str]:
    if _has(read, first, behind, words.own[aspect]):
        return []
    return [other for other, strong in words.strong.items() if other != aspect and _has(read, first, behind, strong)]
