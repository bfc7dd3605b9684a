"""The values that a specification is made of. They are born in ``parse`` and never change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from videolect.language.rules import Rule
from videolect.language.source import Place

FieldKind = Literal["choice", "flag", "list", "text", "segments"]
FIELD_KINDS: tuple[FieldKind, ...] = get_args(FieldKind)

EntryKind = Literal["primitive", "field", "condition", "consistency", "aspect", "profile"]
ENTRY_KINDS: tuple[EntryKind, ...] = get_args(EntryKind)
"""What can be edited. The id of a profile's reading is ``PROFILE/PRIMITIVE``; the data of a condition are its rule."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic:
    """One thing that a caption of an aspect speaks of."""

    id: str
    title: str
    say: str = ""
    """What to write about it."""
    leave_out: str = ""
    known_from: tuple[str, ...] = ()
    """The fields whose answers settle it; empty where only a look at the picture does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Branch:
    """What a policy asks of some clips only."""

    id: str
    when: Rule
    say: str
    otherwise: str
    """The same as a conditional sentence, for a writer that has no labels; empty where only labels can tell."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How long a caption may be; None where there is no limit."""

    words_min: int | None = None
    words_max: int | None = None
    sentences_max: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Aspect:
    """One of the texts that together describe a clip. ``policy`` makes instructions of it."""

    id: str
    title: str
    parents: tuple[str, ...]
    """Aspects whose captions are finished before this one is written."""
    needs_labels: bool
    by_default: bool
    """Whether a campaign that names no aspects asks for it."""
    accepts_transition: bool
    """Whether a clip with a transition between shots is described at all."""
    purpose: str
    topics: tuple[Topic, ...]
    branches: tuple[Branch, ...]
    leave_out: tuple[str, ...]
    form: tuple[str, ...]
    limits: Limits
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
    sets: Mapping[str, object] = field(default_factory=dict)
    """For a movement of a segment: the answers to other questions that follow from it."""
    open: bool = False
    """The person could not tell: a test that does not name this answer is undetermined."""
    unplaced: bool = False
    """It has no place in the order of the options: it comes neither before nor after another."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """A stretch of the clip in which the camera does the same: half open, in frames of the clip from 0."""

    movements: tuple[str, ...]
    """Several at once: 'tilts down while it pushes in'."""
    start_frame: int | None = None
    end_frame: int | None = None
    """Both None where only the order is known."""

    def as_json(self) -> dict[str, object]:
        """As it stands in a record."""
        times = {"start_frame": self.start_frame, "end_frame": self.end_frame}
        return {"movements": list(self.movements), **{key: at for key, at in times.items() if at is not None}}


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
    default: object
    """What the form has chosen before anybody looks, marked as such; None where it chooses nothing."""
    mentioned_in: tuple[str, ...]
    """Aspects whose caption says the answer."""
    pair: str | None
    """For the answer at the start of a clip: the field for its end."""
    place: Place

    def option(self, value: object) -> Option | None:
        """The option with that value."""
        return next((option for option in self.options if option.value == value), None)

    def with_default(self, default: object) -> Field:
        """The same field with something chosen beforehand."""
        return replace(self, default=default)


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """A heading, for fields in the form or for primitives in the guide."""

    id: str
    title: str
    chapter: str = ""


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
    example: Mapping[str, object] | None
    """A record for which just one of the two is yes."""
    place: Place


Expected = Literal["yes", "no", "undetermined", "does_not_apply"]
EXPECTED: tuple[Expected, ...] = get_args(Expected)


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """A record for which the primitive's state is known."""

    expected: Expected
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
    applies_when: Rule | None
    """Where this is no, the question does not arise; where it is undetermined, so is the primitive. None: always."""
    yes_when: Rule
    no_when: Rule
    examples: tuple[Example, ...]
    place: Place


@dataclass(frozen=True, kw_only=True, slots=True)
class Override:
    """Where a profile reads a primitive in another way. A rule that is None stays as it is."""

    id: str
    why: str
    always: bool
    """Whether the primitive applies to every clip."""
    applies_when: Rule | None
    yes_when: Rule | None
    no_when: Rule | None
    place: Place


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """Another reading of the same records, such as that of published data."""

    id: str
    answers: Mapping[str, object]
    """How a question that was left open is read."""
    conditions: Mapping[str, Rule]
    condition_places: Mapping[str, Place]
    overrides: Mapping[str, Override]


@dataclass(frozen=True, kw_only=True, slots=True)
class Migration:
    """How a record of one schema becomes one of the next."""

    schema: int
    """The schema that it starts from."""
    why: str
    rename: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    drop: tuple[str, ...]
    segments: Mapping[str, str]
    """New field of kind segments -> the list of movements in order of time that it is made of."""
    place: Place


ColumnKind = Literal["value", "same", "bit", "text", "drop"]
COLUMN_KINDS: tuple[ColumnKind, ...] = get_args(ColumnKind)


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """What becomes of one name in other people's records."""

    name: str
    to: str
    """Our field; empty for what is dropped."""
    kind: ColumnKind
    values: Mapping[str, object]
    """Their value -> ours."""
    adds: str
    """For a bit: the member that it adds to our list."""
    missing: object
    """What a name that is not there, or null, means; None: the question was left open."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Import:
    """How records of other people become ours. ``importing`` carries it out."""

    id: str
    title: str
    present: tuple[str, ...]
    absent: tuple[str, ...]
    columns: tuple[Column, ...]
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
