"""The shapes of the language's pages; docs/versions.md tells what they mean."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from videolect.language.values import EntryKind, FieldKind
from videolect.oversight.streams import Work
from videolect.web.models import HeadingShape, Shape

Seen = Annotated[int | None, Field(ge=0, lt=2**31)]
"""The draft's version that the page shows; another one is refused as stale."""
EntryId = Annotated[str, Field(min_length=1, max_length=130)]


# -- asked


class EntryBody(Shape):
    """One entry as it should be; None removes it."""

    kind: EntryKind
    id: EntryId
    entry: Any = None


class SeenBody(Shape):
    """What the page shows."""

    seen: Seen = None
    key: str | None = Field(default=None, max_length=200)

    @property
    def work(self) -> Work:
        """The same for the desk."""
        return Work(seen=self.seen, key=self.key)


class EntryEditBody(EntryBody, SeenBody):
    """An edit of the draft."""

    note: str = Field(default="", max_length=2000)


class DiscardBody(SeenBody):
    """Whose edits are taken back."""

    kind: EntryKind
    id: EntryId


class PublishBody(Shape):
    """How the version is called; None: the lowest that the changes allow."""

    version: str | None = Field(default=None, max_length=40)
    note: str = Field(default="", max_length=2000)
    seen: Seen = None


# -- answered


class EntryRow(Shape):
    """One entry in the list."""

    kind: EntryKind
    id: str
    title: str
    group: str | None
    """A heading's id, for primitives and questions."""
    change: Literal["added", "removed", "changed"] | None
    """What the draft does to it."""


class OptionChoice(Shape):
    """An answer that a rule may name."""

    value: str
    title: str


class FieldChoice(Shape):
    """A question that a rule may ask."""

    id: str
    title: str
    kind: FieldKind
    group: str
    options: list[OptionChoice]


class NamedChoice(Shape):
    """A condition or a primitive that a rule may name."""

    id: str
    title: str


class DraftInfo(Shape):
    """The version in the making."""

    base_version: str
    by: str
    at: str
    stale: str | None
    """Why it cannot be published as it is: another version came out meanwhile."""


class EditRow(Shape):
    """The edits of one entry."""

    kind: EntryKind
    id: str
    title: str
    by: str
    at: str
    note: str
    removed: bool


class VersionRow(Shape):
    """A version that campaigns may have."""

    version: str
    hash: str
    shipped: bool
    by: str | None
    at: str | None
    bump: str | None
    note: str
    edited: bool
    """Whether its folder was edited in place since: nobody works under it until it is put back."""


class LanguageShape(Shape):
    """The whole language in brief: the draft for a lead, the newest version for everybody else."""

    name: str
    version: str
    """The newest version, or the one that was asked for."""
    hash: str
    seen: int
    may_edit: bool
    draft: DraftInfo | None
    groups: list[HeadingShape]
    form_groups: list[HeadingShape]
    aspects: list[HeadingShape]
    entries: list[EntryRow]
    fields: list[FieldChoice]
    conditions: list[NamedChoice]
    edits: list[EditRow]
    versions: list[VersionRow]


class ChangeShape(Shape):
    """One thing that is otherwise."""

    kind: str
    id: str
    what: str
    meaning: bool
    before: str | None
    after: str | None


class LookAlikeShape(Shape):
    """What an entry is taken for."""

    id: str
    title: str
    how: str


class SpokenOf(NamedChoice):
    """A condition, and what it says."""

    words: str


class OutcomeOfExample(Shape):
    """How an example comes out."""

    expected: str
    state: str
    record: str


class EntryView(Shape):
    """One entry with all that its page shows."""

    kind: EntryKind
    id: str
    title: str
    seen: int
    entry: Any
    """As it is in the draft; None: it is removed, or was never there."""
    base: Any
    words: dict[str, str]
    """Its rules in plain English."""
    conditions: list[SpokenOf]
    """The conditions that these rules speak of, also by way of others."""
    outcomes: list[OutcomeOfExample]
    look_alikes: list[LookAlikeShape]
    rests_on_it: list[NamedChoice]
    """Primitives and conditions whose rules speak of it."""


class FaultShape(Shape):
    """What is wrong."""

    kind: EntryKind | None
    id: str | None
    rule: str
    mend: str
    here: bool


class TrialShape(Shape):
    """What an edit would do."""

    problems: list[FaultShape]
    outcomes: list[OutcomeOfExample]
    words: dict[str, str]
    changes: list[ChangeShape]
    primitives: list[str]
    """Those whose state can come out otherwise."""
    bump: str
    labels: int
    """Label records that were looked at."""
    records: int
    """Those that would read differently."""
    states: dict[str, dict[str, int]]


class AspectTouched(Shape):
    """Work of one aspect."""

    drafts: int
    captions: int


class TouchesShape(Shape):
    """What a change does to work that exists."""

    records: int
    drafts: int
    captions: int
    by_aspect: dict[str, AspectTouched]
    states: dict[str, dict[str, int]]


class DraftDiff(Shape):
    """All that the draft changes."""

    bump: str
    base_version: str
    next_version: str
    problems: list[FaultShape]
    changes: list[ChangeShape]
    touches: TouchesShape | None
    """None while there are problems."""


class PublishedShape(Shape):
    """A new version."""

    version: str
    hash: str
    bump: str
