"""Which primitives a caption asserts or denies, and with which words.

    >>> [(claim.primitive, claim.state, claim.words) for claim in claims_of("The camera pans left without zooming in.")]
    [('pan_left', 'asserted', 'pans left'), ('zoom_in', 'denied', 'zooming in')]

The phrases are data (``specs/core/lexicon``); here is only how they are read: the longest phrase of a topic wins, a
word of the camera's counts only where the camera acts, a "no" covers its clause, and a quality that has a state at the
start and at the end (shot size, height, angle, focus) is settled over the whole caption.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from videolect.language.lexicon import shipped_lexicon
from videolect.language.lexicon_values import PRIVATE, Family, Lexicon, Rule
from videolect.language.reading import Agent, Text, agents, denied, read_text

State = Literal["asserted", "denied"]


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that a caption says, or denies, of its clip."""

    primitive: str
    state: State
    start: int
    end: int
    """Characters [start, end) of the caption."""
    words: str
    """What stands there."""
    order: int
    """Place in time as told, from 0; equal where the caption tells no order."""

    def as_json(self) -> dict[str, str | int]:
        """As ``spec claims`` prints it."""
        return {name: getattr(self, name) for name in ("primitive", "state", "start", "end", "words", "order")}


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase where it was found: words [first, behind)."""

    first: int
    behind: int
    rule: Rule
    since: int
    """Where its verb stands: for "pans left and >> right" the word "pans", else the same as ``first``."""


def claims_of(text: str, lexicon: Lexicon | None = None) -> tuple[Claim, ...]:
    """What a text asserts and denies, in the order of its words. Deterministic; any text will do, also an empty one.

    Read with the lexicon that ships, unless another is handed: ``spec.lexicon`` wherever a version is known.
    """
    lexicon = shipped_lexicon() if lexicon is None else lexicon
    read = read_text(text)
    marks: list[Match] = []
    said: list[Match] = []
    blocks: list[Match] = []
    for first, end, phrase, since in lexicon.finder.find(read.words, read.line, read.offsets):
        rule = lexicon.rules[phrase.payload]
        match = Match(first, bisect_left(read.offsets, end), rule, since)
        (marks if rule.mark else blocks if rule.blocks else said).append(match)
    if not said:
        return ()
    acting = agents(read, lexicon.grammar)
    said = [match for match in said if _right_agent(match.rule, acting[match.since])]
    said = _longest(_not_blocked(said, blocks))
    marks = _not_blocked(marks, [block for block in blocks if block.rule.topic])
    cues = {mark.first: mark.behind for mark in _longest(marks) if mark.rule.mark == "denies"}
    no = denied(read, cues, lexicon.grammar)
    order = _order(read, marks)
    claims: list[Claim] = []
    families: dict[str, list[Match]] = {}
    for match in said:
        if match.rule.family is not None:
            families.setdefault(match.rule.family.id, []).append(match)
            continue
        for primitive, state in _meaning(match.rule, no[match.first]):
            claims.append(_claim(read, primitive, state, match.first, match.behind, order))
    for matches in families.values():
        claims += _settle(read, matches, marks, no, order)
    return _dense(_together(claims, lexicon))


def _together(claims: list[Claim], lexicon: Lexicon) -> list[Claim]:
    """Apply what several claims come to, in the order in which the lexicon says it."""
    for entry in lexicon.together:
        there = {claim.primitive for claim in claims if claim.state == "asserted"}
        if not there.issuperset(entry.all_of) or entry.unless & there:
            continue
        if entry.any_of and entry.any_of.isdisjoint(there):
            continue
        ground = entry.all_of[:1] or entry.any_of
        grounds = [one for one in claims if one.state == "asserted" and one.primitive in ground]
        gone = {"asserted": entry.drops, "denied": entry.withdraws}
        claims = [one for one in claims if one.primitive not in gone[one.state]]
        claims += [replace(one, primitive=primitive) for primitive in entry.asserts for one in grounds[:1]]
    return [one for one in claims if not one.primitive.startswith(PRIVATE)]


def _right_agent(rule: Rule, who: Agent) -> bool:
    if rule.acts == "anyone":
        return True
    if rule.acts == "subject":
        return who != "camera"
    return who == "camera" or (rule.acts == "unnamed" and who == "unknown")


def _not_blocked(said: list[Match], blocks: list[Match]) -> list[Match]:
    """Without those that overlap words known to mean something else."""
    if not blocks:
        return said
    covered: dict[str, set[int]] = {}
    for block in blocks:
        covered.setdefault(block.rule.topic, set()).update(range(block.first, block.behind))
    everywhere = covered.get("", set())
    return [
        match
        for match in said
        if everywhere.isdisjoint(range(match.first, match.behind))
        and covered.get(match.rule.topic, set()).isdisjoint(range(match.first, match.behind))
    ]


def _longest(said: list[Match]) -> list[Match]:
    """Without those that stand inside a longer one of the same topic."""
    reach: dict[str, tuple[int, int]] = {}
    kept: list[Match] = []
    for match in sorted(said, key=lambda match: (match.first, -match.behind)):
        first, behind = reach.get(match.rule.topic, (-1, -1))
        if match.behind <= behind and (match.first, match.behind) != (first, behind):
            continue
        if match.behind > behind:
            reach[match.rule.topic] = (match.first, match.behind)
        kept.append(match)
    return kept


def _meaning(rule: Rule, no: bool) -> list[tuple[str, State]]:
    said, not_said = (rule.when_denied, rule.asserts + rule.only_denied) if no else (rule.asserts, rule.denies)
    asserted: list[tuple[str, State]] = [(primitive, "asserted") for primitive in said]
    refused: list[tuple[str, State]] = [(primitive, "denied") for primitive in not_said]
    return [*refused, *asserted] if no else [*asserted, *refused]


def _claim(text: Text, primitive: str, state: State, first: int, behind: int, order: list[int]) -> Claim:
    start, end = text.spans[first][0], text.spans[behind - 1][1]
    return Claim(primitive, state, start, end, text.text[start:end], order[first])


def _order(text: Text, marks: Iterable[Match]) -> list[int]:
    """For each word its place in time as told: "then" and "before" go on, "after" looks back."""
    words = text.words
    kinds: dict[int, str] = {}
    for mark in marks:
        if mark.rule.mark in ("then", "before", "after", "end"):
            kinds.setdefault(mark.first, mark.rule.mark)
    found = [0] * len(words)
    now, since, base, back = 0, 0, 0, None
    opens = ""
    """The "before" or "after" that began the sentence, until the comma that ends its clause."""
    for at, word in enumerate(words):
        first = text.sentences[at]
        if at == first:
            since, opens = at, ""
            if back is not None:
                now, back = max(now, back), None
        kind = kinds.get(at, "")
        if at == first and kind in ("before", "after"):
            opens, base, back = kind, now, now + 1
            now += kind == "before"
        elif kind == "after":
            found[since:at] = [now + 1] * (at - since)
            back = now + 1
        elif kind in ("then", "before", "end"):
            now, since = now + 1, at
        elif word == "," and opens:
            now, back = (base, now) if opens == "before" else (now + 1, None)
            opens = ""
        found[at] = now
    return found


def _settle(text: Text, matches: list[Match], marks: list[Match], no: list[bool], order: list[int]) -> list[Claim]:
    """The state at the start and at the end from all mentions of one quality."""
    family = matches[0].rule.family
    assert family is not None
    claims: list[Claim] = []
    said: list[Match] = []
    for match in matches:
        if no[match.first]:
            for template in (family.starts, family.ends, family.always):
                if template:
                    primitive = template.replace("{value}", match.rule.value)
                    claims.append(_claim(text, primitive, "denied", match.first, match.behind, order))
        elif not said or said[-1].behind <= match.first:
            said.append(match)
        elif said[-1].rule.value == match.rule.value and said[-1].behind < match.behind:
            said[-1] = replace(said[-1], behind=match.behind)  # "a wide" and "wide shot" are one mention
    if not said:
        return claims
    stages = _stages(text, said, marks)
    if family.first_counts:
        # What is named later is no longer the main subject, but an end may be told anywhere.
        close = text.words.index(".") if "." in text.words else 0
        every = list(zip(said, stages, strict=True))
        early = [(match, stage) for match, stage in every if stage or text.sentences[match.first] <= close + 1]
        said, stages = [match for match, _ in early], [stage for _, stage in early]
        if not said:
            return claims
    first, last = said[0], said[-1]
    values = list(dict.fromkeys(match.rule.value for match in said))

    def say(template: str, match: Match) -> None:
        if template:
            primitive = template.replace("{value}", match.rule.value)
            claims.append(_claim(text, primitive, "asserted", match.first, match.behind, order))

    ends = [match for match, stage in zip(said, stages, strict=True) if stage == "end"]
    starts = [match for match, stage in zip(said, stages, strict=True) if stage == "start"]
    if len(values) == 1:
        if "end" not in stages or "start" in stages or None in stages:
            say(family.starts, first)
        if "start" not in stages or len(said) > 1:
            say(family.ends, last)
        if "start" not in stages and "end" not in stages:
            say(family.always, first)
        return claims
    if family.first_counts and not starts and stages[0] is None:
        starts = [first]
    if ends and (starts or stages[0] is None):
        start, end = (starts or [first])[0], ends[-1]
        say(family.starts, start)
        say(family.ends, end)
        if start.rule.value != end.rule.value:
            _changes(family, start, end, say)
    elif ends:
        say(family.ends, ends[-1])
    elif starts:
        say(family.starts, starts[0])
        if stages[-1] is None and last.first > starts[0].first:
            say(family.ends, last)
    return claims


def _changes(family: Family, start: Match, end: Match, say: Callable[[str, Match], None]) -> None:
    before, after = start.rule.value, end.rule.value
    say(family.changes, end)
    if before in family.scale and after in family.scale:
        say(family.down if family.scale.index(after) > family.scale.index(before) else family.up, end)
    say(family.pairs.get((before, after), ""), end)


def _stages(text: Text, said: list[Match], marks: list[Match]) -> list[Literal["start", "end"] | None]:
    """For each mention whether the words around it place it at the start or at the end."""
    cues = sorted((mark for mark in marks if mark.rule.mark in ("start", "end", "goal")), key=lambda mark: mark.behind)
    found: list[Literal["start", "end"] | None] = []
    taken = 0
    """Behind the words that placed a mention before them: "a close-up at the start" says nothing of what comes next."""
    for index, match in enumerate(said):
        floor = max(text.sentences[match.first], said[index - 1].behind if index else 0, taken)
        stage: Literal["start", "end"] | None = None
        for cue in cues:
            if cue.first >= floor and cue.behind <= match.first:
                stage = "start" if cue.rule.mark == "start" else "end"
        ceiling = said[index + 1].first if index + 1 < len(said) else len(text.words)
        for cue in cues:
            near = match.behind <= cue.first <= match.behind + 4 and cue.behind <= ceiling
            if near and stage is None and text.words[cue.first] in ("at", "by", "initially", "towards", "toward"):
                stage = "start" if cue.rule.mark == "start" else "end"
                taken = taken if "," in text.words[match.behind : cue.first] else cue.behind
        if text.words[match.first] == "from" and match.since < match.first:
            stage = "start"
        elif text.words[match.first] in ("to", "into") or (stage is None and _going_to(text, match)):
            stage = "end"
        found.append(stage)
    return found


def _going_to(text: Text, match: Match) -> bool:
    """Whether "to" or "into" leads to it: "transitions into a slightly closer medium shot"."""
    words = text.words
    for index in range(match.first - 1, max(match.first - 5, -1), -1):
        if words[index] in ("to", "into"):
            return index == match.first - 1 or words[index + 1] in ("a", "an", "the", "more")
        if words[index] in (",", ".", ";"):
            return False
    return False


def _dense(claims: list[Claim]) -> tuple[Claim, ...]:
    """Sorted, each once, with orders 0, 1, 2 without gaps."""
    ranks = {order: rank for rank, order in enumerate(sorted({claim.order for claim in claims}))}
    unique = dict.fromkeys(
        Claim(one.primitive, one.state, one.start, one.end, one.words, ranks[one.order]) for one in claims
    )
    return tuple(sorted(unique, key=lambda one: (one.start, one.end, one.primitive, one.state)))
