"""One whole specification: what the form asks, the policies show, and the records mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from threading import Lock
from types import MappingProxyType

from videolect.errors import BadInput, NotFound
from videolect.language.answers import applicable, check_answers, normalise, settled, standings
from videolect.language.check import check, check_names
from videolect.language.columns import Columns, States, broken_columns, columns_of, derive_columns
from videolect.language.importing import Converted, convert
from videolect.language.inverse import Inverse
from videolect.language.lexicon import lexicon_from
from videolect.language.lexicon_values import Lexicon
from videolect.language.migrate import migrate
from videolect.language.parse import Parsed, parse, read_as
from videolect.language.rules import Rule, as_data, fields_of
from videolect.language.source import SPECS, Problem, folder_of, read
from videolect.language.values import Aspect, Field, Group, Primitive, Violation


class Spec:
    """A specification without problems. Two with the same ``hash`` are the same."""

    def __init__(self, parsed: Parsed) -> None:
        self._parsed = parsed
        self.name = parsed.name
        self.version = parsed.version
        self.record_schema = parsed.record_schema
        self.hash = parsed.hash
        self.texts: Mapping[str, str] = MappingProxyType(dict(parsed.texts))
        """The files that it was read from, by path."""
        self.aspects: tuple[Aspect, ...] = tuple(parsed.aspects.values())
        self.fields: tuple[Field, ...] = tuple(parsed.fields.values())
        self.form_groups: tuple[Group, ...] = tuple(parsed.form_groups.values())
        self.groups: tuple[Group, ...] = tuple(parsed.groups.values())
        self.primitives: Mapping[str, Primitive] = MappingProxyType(parsed.primitives)
        self.profiles: tuple[str, ...] = tuple(parsed.profiles)
        self._readings: dict[str, Spec] = {}

    def __repr__(self) -> str:
        return f"Spec({self.name} {self.version}, {len(self.primitives)} primitives, {self.hash[:12]})"

    @property
    def parsed(self) -> Parsed:
        """The values as they were read, for what works on a whole specification."""
        return self._parsed

    @cached_property
    def lexicon(self) -> Lexicon:
        """What this version reads texts with. BadInput where its phrases cannot be read."""
        return lexicon_from(self.texts)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """What a primitive is called in tables, our id or a name that other data give it -> our id."""
        return MappingProxyType(_reference(self._parsed) | {id_: id_ for id_ in self.primitives})

    @cached_property
    def claimable(self) -> frozenset[str]:
        """The primitives that the lexicon can find asserted in a text."""
        return frozenset(self.lexicon.asserted() & self.primitives.keys())

    @staticmethod
    def load(path: Path, *, checked: bool = False) -> Spec:
        """Read a folder. BadInput names the first problem and how many more there are.

        ``checked``: it was, before it shipped or was published; its examples and proofs are not gone through again.
        """
        parsed = parse(read(folder_of(path)))
        problems = check_names(parsed) if checked else check(parsed)
        if problems:
            # What cannot be read at all comes first: much of the rest follows from it.
            unread = [problem for problem in problems if problem.rule.startswith("This is not YAML")]
            first, more = (unread or problems)[0], f" and {len(problems) - 1} more" if len(problems) > 1 else ""
            where = f"{first.file}:{first.line}"
            message = f"The specification in {Path(path).name} has a problem{more}: {where}: {first.rule}"
            raise BadInput(message, mend=f"{first.mend} All of them: videolect spec check --spec FOLDER.")
        return Spec(parsed)

    def aspect(self, id: str) -> Aspect:
        """One aspect. NotFound where there is none of that id."""
        found = self._parsed.aspects.get(id)
        if found is None:
            raise NotFound(f"There is no aspect {id!r}.", mend=f"Use one of {', '.join(self._parsed.aspects)}.")
        return found

    def field(self, id: str) -> Field:
        """One field. NotFound where there is none of that id."""
        found = self._parsed.fields.get(id)
        if found is None:
            raise NotFound(f"There is no field {id!r}.", mend="See fields.yaml of the specification.")
        return found

    def read_as(self, profile: str) -> Spec:
        """The same specification with the rules of a profile. NotFound where there is none of that name."""
        if profile not in self._readings:
            known = self._parsed.profiles.get(profile)
            if known is None:
                mend = f"Use one of: {', '.join(self._parsed.profiles) or 'none ships'}."
                raise NotFound(f"There is no profile {profile!r}.", mend=mend)
            self._readings[profile] = Spec(read_as(self._parsed, known))
        return self._readings[profile]

    def derive(self, answers: Mapping[str, object]) -> dict[str, bool | None]:
        """The state of every primitive: yes, no, or None where it is undetermined or does not apply.

        It reads the normalised record.
        """
        found = standings(self._parsed, settled(self._parsed, [answers]))
        return {id_: True if one.is_yes else False if one.is_no else None for id_, one in found.items()}

    def derive_columns(self, columns: Columns) -> States:
        """The states for many records at once, given as one sequence a field (None: left open). See ``columns``."""
        return derive_columns(self._parsed, columns)

    def broken_columns(self, columns: Columns) -> list[tuple[int, int, Violation]]:
        """What the records break: how many, the first row that does, and the rule. See ``columns``."""
        return broken_columns(self._parsed, columns)

    def derive_many(self, records: Sequence[Mapping[str, object]]) -> States:
        """The states for many records at once."""
        return derive_columns(self._parsed, columns_of(self._parsed, records))

    def convert(self, record: Mapping[str, object]) -> Converted:
        """Another people's label record in our words. BadInput where its schema is unknown. See ``importing``."""
        return convert(self._parsed, record)

    def inverse(self, primitives: Iterable[str], given: Mapping[str, object]) -> Inverse:
        """Finds records that give wanted states of these primitives; ``given``: answers that each of them has."""
        return Inverse(self._parsed, primitives, given)

    def does_not_apply(self, answers: Mapping[str, object]) -> set[str]:
        """The primitives whose question does not arise for such a record; ``derive`` gives None for them."""
        return {id_ for id_, s in standings(self._parsed, settled(self._parsed, [answers])).items() if s.outside}

    def contradictions(self, answers: Mapping[str, object]) -> tuple[str, ...]:
        """Primitives of which both rules hold, a fault of the specification. ``derive`` gives None for them."""
        found = standings(self._parsed, settled(self._parsed, [answers]))
        return tuple(id_ for id_, standing in found.items() if standing.yes and standing.no)

    def migrate(self, answers: Mapping[str, object], schema: int) -> dict[str, object]:
        """A record of an older schema as one of today's. BadInput where the schema is unknown."""
        return migrate(self._parsed, answers, schema)

    def applicable(self, answers: Mapping[str, object]) -> set[str]:
        """The fields that are asked. One that hangs on a question nobody has answered is not asked yet."""
        return applicable(self._parsed, answers)

    def check_answers(self, answers: Mapping[str, object]) -> tuple[Violation, ...]:
        """Every rule that the record breaks, as it was given. An open record breaks none: what is left out is open."""
        return tuple(check_answers(self._parsed, answers))

    def normalise(self, answers: Mapping[str, object]) -> dict[str, object]:
        """The record as it is meant, in the order of the form.

        JSON lists become tuples, the members of a list field stand in the order of its options, an order of one is no
        order, white space in texts is single. Dropped: None, unknown fields, values that a field does not allow, and
        answers to questions that the other answers rule out. What hangs on an open question is kept.
        """
        return normalise(self._parsed, answers)

    def as_json(self) -> dict[str, object]:
        """All that a browser needs: the form with its rules as plain data, policies, primitives."""
        return {
            "name": self.name,
            "version": self.version,
            "hash": self.hash,
            "form_groups": [{"id": g.id, "title": g.title} for g in self._parsed.form_groups.values()],
            "groups": [{"id": g.id, "title": g.title, "chapter": g.chapter} for g in self._parsed.groups.values()],
            "aspects": [_aspect_json(aspect) for aspect in self.aspects],
            "fields": [self._field_json(field) for field in self.fields],
            "consistency": [
                {"id": c.id, "never": self._rule_json(c.never), "rule": c.rule, "mend": c.mend}
                for c in self._parsed.consistency.values()
            ],
            "primitives": [self._primitive_json(primitive) for primitive in self.primitives.values()],
        }

    def report(self) -> dict[str, object]:
        """What ``spec check`` prints (its keys: docs/language.md)."""
        return _report(self._parsed, [])

    def _rule_json(self, rule: Rule | None) -> dict[str, object] | None:
        return None if rule is None else as_data(rule, self._parsed.conditions)

    def _field_json(self, field: Field) -> dict[str, object]:
        return {
            "id": field.id,
            "title": field.title,
            "question": field.question,
            "help": field.help,
            "kind": field.kind,
            "group": field.group,
            "pair": field.pair,
            "neutral": list(field.neutral) if isinstance(field.neutral, tuple) else field.neutral,
            "default": list(field.default) if isinstance(field.default, tuple) else field.default,
            "mentioned_in": list(field.mentioned_in),
            "options": [
                {"value": o.value, "title": o.title, "open": o.open, "sets": dict(o.sets)} for o in field.options
            ],
            "applies_when": self._rule_json(field.applies_when),
        }

    def _primitive_json(self, primitive: Primitive) -> dict[str, object]:
        rules = (primitive.yes_when, primitive.no_when, primitive.applies_when)
        asked = dict.fromkeys(f for rule in rules if rule for f in fields_of(rule, self._parsed.conditions))
        return {
            "id": primitive.id,
            "title": primitive.title,
            "group": primitive.group,
            "aspects": list(primitive.aspects),
            "definition": primitive.definition,
            "question": primitive.question,
            "model_question": primitive.model_question,
            "decision": primitive.decision,
            "fields": list(asked),
            "look_alikes": [{"id": other.id, "how": other.how} for other in primitive.look_alikes],
            "use_words": list(primitive.use_words),
            "avoid_words": list(primitive.avoid_words),
        }


def _aspect_json(aspect: Aspect) -> dict[str, object]:
    return {
        "id": aspect.id,
        "title": aspect.title,
        "parents": list(aspect.parents),
        "needs_labels": aspect.needs_labels,
        "by_default": aspect.by_default,
        "policy": aspect.purpose,
        "topics": [{"id": t.id, "title": t.title, "known_from": list(t.known_from)} for t in aspect.topics],
    }


def _reference(spec: Parsed) -> dict[str, str]:
    return {name: primitive.id for primitive in spec.primitives.values() for name in primitive.also_known_as}


def _report(spec: Parsed, problems: list[Problem]) -> dict[str, object]:
    primitives = spec.primitives.values()
    by_aspect = Counter(aspect for primitive in primitives for aspect in primitive.aspects)
    return {
        "whole": not problems,
        "version": spec.version,
        "hash": spec.hash,
        "primitives": len(primitives),
        "by_group": dict(Counter(primitive.group for primitive in primitives)),
        "by_aspect": {aspect: by_aspect[aspect] for aspect in spec.aspects},
        "reference": _reference(spec),
        "problems": [problem.as_json() for problem in problems],
    }


def report_on(spec: str | Path = "core") -> dict[str, object]:
    """The report on a specification that may have problems. NotFound where there is no such folder."""
    parsed = parse(read(folder_of(spec)))
    return _report(parsed, check(parsed))


_READING = Lock()
"""So that threads that start together read the files once, and share one specification."""


def load_spec(name: str = "core") -> Spec:
    """A specification that ships, by name; read once per process. ``open_spec`` also reads a folder of your own."""
    with _READING:
        return _loaded(name)


@cache
def _loaded(name: str) -> Spec:
    folder = folder_of(name)
    return Spec.load(folder, checked=folder.parent == SPECS)


def open_spec(where: str | Path) -> Spec:
    """A specification that ships, by name, or the one in a folder, which is checked. NotFound; BadInput as ``load``."""
    folder = folder_of(where)
    return load_spec(folder.name) if folder.parent == SPECS else Spec.load(folder)
