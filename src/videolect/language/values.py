"""The values that a specification is made of. They are born in ``parse`` and never change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from videolect.language.rules import Rule
from videolect.language.source import Place

FieldKind = Literal["choice", "flag", "list", "text", "order"]
FIELD_KINDS: tuple[FieldKind, ...] = get_args(FieldKind)


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic:
    """One thing that a caption of an aspect speaks of."""

    id: str
    title: str
    known_from: tuple[str, ...] = ()
    """The fields whose answers settle it; empty where only a look at the picture does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Aspect:
    """One of the texts that together describe a clip."""

    id: str
    title: str
    parents: tuple[str, ...]
    """Aspects whose captions are finished before this one is written."""
    needs_labels: bool
    policy: str
    """What to describe, what to leave out, and in which form: read by people and by models."""
    topics: tuple[Topic, ...]
    place: Place


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One answer that a field allows."""

    value: str
    title: str
    say: str = ""
    """How a sentence says it, in the form that the field's words take."""
    saying: str = ""
    """The same for a part of a sentence: 'tilting down' for 'tilts down'."""
    when: Rule | None = None
    """For a field of kind order: the movement counts only where this holds."""
    open: bool = False
    """The person could not tell: a test that does not name this answer is undetermined."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One question of the label form."""

    id: str
    title: str
    question: str
    help: str
    kind: FieldKind
    group: str
    options: tuple[Option, ...]
    applies_when: Rule | None
    neutral: object
    """The answer that says nothing special; where the question is not asked it may stand in a record all the same."""
    mentioned_in: tuple[str, ...]
    """Aspects whose caption says the answer."""
    pair: str | None
    """For the answer at the start of a clip: the field for its end."""
    place: Place

    def option(self, value: object) -> Option | None:
        """The option with that value."""
        return next((option for option in self.options if option.value == value), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """A heading, for fields in the form or for primitives in the guide."""

    id: str
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Consistency:
    """A combination of answers that cannot be."""

    id: str
    never: Rule
    rule: str
    mend: str
    place: Place


@dataclass(frozen=True, kw_only=True, slots=True)
class LookAlike:
    """A primitive that is taken for this one, and how to tell them apart."""

    id: str
    how: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """A record for which the primitive's state is known."""

    expected: bool | None
    answers: Mapping[str, object]
    place: Place


@dataclass(frozen=True, kw_only=True, slots=True)
class Primitive:
    """One named visual fact."""

    id: str
    title: str
    group: str
    aspects: tuple[str, ...]
    definition: str
    question: str
    """For a person who looks at the clip."""
    model_question: str
    """For a model that looks at the clip: closed, without our terms where it can be."""
    decision: str
    """When it is yes, when no, when neither, with the cases at the edge."""
    look_alikes: tuple[LookAlike, ...]
    use_words: tuple[str, ...]
    avoid_words: tuple[str, ...]
    also_known_as: tuple[str, ...]
    """Names of the same fact in the reference data."""
    yes_when: Rule
    no_when: Rule
    examples: tuple[Example, ...]
    place: Place


@dataclass(frozen=True, kw_only=True, slots=True)
class Violation:
    """A rule that a label record breaks."""

    fields: tuple[str, ...]
    rule: str
    mend: str

    def as_json(self) -> dict[str, object]:
        """For an answer over HTTP."""
        return {"fields": list(self.fields), "rule": self.rule, "mend": self.mend}
