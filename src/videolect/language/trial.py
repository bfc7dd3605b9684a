"""Trying an edit before it is kept: what is wrong with it, how its examples come out, what it does to label records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from videolect.language.answers import settled, standings
from videolect.language.check import check, sound
from videolect.language.diff import Diff, Record, diff
from videolect.language.edit import Entry, Texts, entries, with_entry
from videolect.language.parse import Parsed, parse
from videolect.language.rules import Rule
from videolect.language.source import Problem, Source, read_texts
from videolect.language.spec import Spec
from videolect.language.values import EntryKind, Expected
from videolect.language.wording import record_in_words, rule_in_words


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """A problem, and the entry that it stands in (None: in no entry)."""

    kind: EntryKind | None
    id: str | None
    rule: str
    mend: str
    here: bool
    """It stands in the entry that was edited, or came with the edit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How one example of a primitive comes out."""

    expected: Expected
    state: Expected
    record: str
    """The record in words."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """What an edit would do."""

    problems: tuple[Fault, ...]
    outcomes: tuple[Outcome, ...]
    words: Mapping[str, str]
    """The entry's rules in words, by their key."""
    diff: Diff
    """From the specification without the edit, with what it does to label records."""


def read_parsed(texts: Texts, known: Source | None = None) -> tuple[Source, Parsed]:
    """The specification of these files, with whatever problems they have."""
    source = read_texts(texts, known)
    return source, parse(source)


def check_texts(texts: Texts, known: Source | None = None) -> tuple[Spec | None, list[Problem]]:
    """The specification, unless it has problems; and these."""
    _, parsed = read_parsed(texts, known)
    problems = check(parsed)
    return (None if problems else Spec(parsed)), problems


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """What an edit is tried upon: a specification with whatever problems it has. Made once, tried upon many times."""

    source: Source
    spec: Spec
    """Without what cannot be evaluated."""
    problems: tuple[Problem, ...]

    @staticmethod
    def of(texts: Texts, known: Source | None = None) -> Ground:
        """The files, read and checked."""
        source, parsed = read_parsed(texts, known)
        problems = check(parsed)
        return Ground(source=source, spec=Spec(sound(parsed) if problems else parsed), problems=tuple(problems))


def attempt(ground: Ground, kind: EntryKind, id: str, data: object, *, records: Iterable[Record] = ()) -> Trial:
    """Try one entry. BadInput where it is no entry at all."""
    edited = with_entry(ground.source.texts, kind, id, data, known=ground.source)
    source, parsed = read_parsed(edited, ground.source)
    problems = check(parsed)
    left = sound(parsed) if problems else parsed
    if id in parsed.unread and data is not None:
        left = ground.spec.parsed  # it is still being typed: nothing can be said of what it would do
    return Trial(
        problems=place_faults(problems, entries(source).values(), mine=(kind, id), earlier=ground.problems),
        outcomes=outcomes(left, id) if kind == "primitive" else (),
        words=rules_in_words(left, kind, id),
        diff=diff(ground.spec, Spec(left), records),
    )


def place_faults(
    problems: Iterable[Problem], placed: Iterable[Entry], *, mine: tuple[EntryKind, str] | None = None,
    earlier: Iterable[Problem] | None = None,
) -> tuple[Fault, ...]:  # fmt: skip
    """The problems with the entries that they stand in; first those of ``mine``, and those that ``earlier`` had not."""
    had = None if earlier is None else {(problem.file, problem.rule) for problem in earlier}
    places = list(placed)
    found: dict[Fault, None] = {}  # one line for what several examples of an entry show
    for problem in problems:
        entry = _at(places, problem)
        here = entry is not None and (entry.kind, entry.id) == mine
        here = here or (had is not None and (problem.file, problem.rule) not in had)
        kind, id_ = (entry.kind, entry.id) if entry is not None else (None, None)
        found[Fault(kind=kind, id=id_, rule=problem.rule, mend=problem.mend, here=here)] = None
    return tuple(sorted(found, key=lambda fault: not fault.here))


def _at(placed: Sequence[Entry], problem: Problem) -> Entry | None:
    return next((each for each in placed if each.file == problem.file and each.start < problem.line <= each.end), None)


def outcomes(spec: Parsed, id: str) -> tuple[Outcome, ...]:
    """How the examples of a primitive come out; none where its rules cannot be evaluated."""
    primitive = spec.primitives.get(id)
    if primitive is None:
        return ()
    standing = standings(spec, settled(spec, [each.answers for each in primitive.examples]))[id]
    found = []
    for row, example in enumerate(primitive.examples):
        words = record_in_words(spec, example.answers)
        found.append(Outcome(expected=example.expected, state=standing.at(row), record=words))
    return tuple(found)


def rules_of(spec: Parsed, kind: EntryKind, id: str) -> dict[str, Rule]:
    """The rules of an entry, by key; empty where there is no such entry."""
    rules: dict[str, Rule | None] = {}
    if kind == "primitive" and id in spec.primitives:
        one = spec.primitives[id]
        rules = {"applies_when": one.applies_when, "yes_when": one.yes_when, "no_when": one.no_when}
    elif kind == "field" and id in spec.fields:
        rules = {"applies_when": spec.fields[id].applies_when}
    elif kind == "condition" and id in spec.conditions:
        rules = {"rule": spec.conditions[id]}
    elif kind == "consistency" and id in spec.consistency:
        rules = {"never": spec.consistency[id].never}
    elif kind == "aspect" and id in spec.aspects:
        rules = {branch.id: branch.when for branch in spec.aspects[id].branches}
    elif kind == "profile":
        name, primitive = id.split("/") if id.count("/") == 1 else ("", "")
        reading = spec.profiles[name].overrides.get(primitive) if name in spec.profiles else None
        if reading is not None:
            rules = {"applies_when": reading.applies_when, "yes_when": reading.yes_when, "no_when": reading.no_when}
    return {key: rule for key, rule in rules.items() if rule is not None}


def rules_in_words(spec: Parsed, kind: EntryKind, id: str) -> dict[str, str]:
    """The rules of an entry in plain English, by key."""
    return {key: rule_in_words(spec, rule) for key, rule in rules_of(spec, kind, id).items()}
