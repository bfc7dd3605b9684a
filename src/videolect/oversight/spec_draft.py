"""A new version of the specification on its way: who edited which entry, on what base, and how it becomes a version.

One draft for each specification, a stream of acts like all else. Every edit holds its whole entry, so that the draft
is the base with the latest edit of each entry, and to take edits back is to leave them out.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from videolect.errors import BadInput, NotFound, NotYourTurn, StaleVersion
from videolect.language.diff import Diff, Record, diff
from videolect.language.edit import Data, Entry, cleaned, entries, with_entry, with_version
from videolect.language.parse import Parsed
from videolect.language.shelf import Version
from videolect.language.source import Problem, Source, hash_of, read_texts
from videolect.language.spec import Spec
from videolect.language.trial import Ground, Trial, attempt, check_texts, read_parsed
from videolect.language.values import EntryKind
from videolect.language.version import order_of, raised
from videolect.oversight.catalogue import Catalogue
from videolect.oversight.labelling import fold as fold_labels
from videolect.oversight.ports import Ledger, QueueQuery
from videolect.oversight.roles import Worker
from videolect.oversight.streams import BARE, Streams, Work, says
from videolect.record.acts.base import Act
from videolect.record.acts.labels import Labelled
from videolect.record.acts.language import (
    SpecDraftDropped,
    SpecDraftOpened,
    SpecEditDropped,
    SpecEdited,
    SpecPublished,
    spec_stream,
)
from videolect.record.campaign import LABELS, TaskKey

_PAGE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """One entry as a lead would have it."""

    number: int
    """The version of the stream that it made."""
    kind: EntryKind
    id: str
    entry: Data | None
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class SpecDraft:
    """A version in the making."""

    base_version: str
    base_hash: str
    by: str
    at: datetime
    edits: tuple[Edit, ...] = ()
    """Oldest first."""

    @property
    def latest(self) -> tuple[Edit, ...]:
        """Of each entry the edit that counts."""
        return tuple({(edit.kind, edit.id): edit for edit in self.edits}.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class SpecStream:
    """Where a specification stands after its acts."""

    version: int = 0
    """How many acts there are: what an editor saw, so that two at once are told."""
    draft: SpecDraft | None = None
    published: tuple[SpecPublished, ...] = ()
    acts: tuple[Act, ...] = field(default=(), repr=False)


def fold(acts: Iterable[Act], after: SpecStream | None = None) -> SpecStream:
    """Where the specification stands after these acts, oldest first; ``after``: where it stood before."""
    stream = after or SpecStream()
    for act in acts:
        stream = apply(stream, act)
    return stream


def apply(stream: SpecStream, act: Act) -> SpecStream:
    """The same after one more act. NotYourTurn where it may not follow."""
    if act.version != stream.version + 1:
        raise StaleVersion(f"{act.stream} is at version {stream.version}.", mend="Read it again.")
    after = replace(stream, version=act.version, acts=(*stream.acts, act))
    if isinstance(act, SpecDraftOpened):
        edits = stream.draft.edits if stream.draft else ()
        made = SpecDraft(
            base_version=act.base_version, base_hash=act.base_hash, by=act.worker, at=act.at, edits=edits
        )  # fmt: skip
        return replace(after, draft=made)
    draft = stream.draft
    if draft is None:
        raise NotYourTurn("There is no draft of the specification.", mend="Edit an entry: that begins one.")
    match act:
        case SpecEdited():
            data = None if act.entry is None else cleaned(json.loads(act.entry))
            edit = Edit(
                number=act.version, kind=act.entry_kind, id=act.entry_id, entry=data, note=act.note, by=act.worker,
                at=act.at,
            )  # fmt: skip
            return replace(after, draft=replace(draft, edits=(*draft.edits, edit)))
        case SpecEditDropped():
            kept = tuple(edit for edit in draft.edits if (edit.kind, edit.id) != (act.entry_kind, act.entry_id))
            if len(kept) == len(draft.edits):
                raise NotYourTurn(f"The draft does not edit {act.entry_id}.", mend="Read it again.")
            return replace(after, draft=replace(draft, edits=kept))
        case SpecPublished():
            return replace(after, draft=None, published=(*stream.published, act))
        case SpecDraftDropped():
            return replace(after, draft=None)
    raise NotYourTurn(f"{type(act).__name__} does not belong to a specification.", mend="Use the language's verbs.")


class SpecProblems(BadInput):
    """The draft is not whole; ``problems`` lists why."""

    exit_code = 1

    def __init__(self, message: str, *, mend: str, problems: Sequence[Problem]) -> None:
        super().__init__(message, mend=mend)
        self.problems = tuple(problems)


@dataclass(frozen=True, kw_only=True, slots=True)
class Touches:
    """What a change of the language does to work that exists."""

    diff: Diff
    records: int
    drafts: Mapping[str, int]
    """Drafts that wait to be judged, by aspect, which were written from what reads differently now."""
    captions: Mapping[str, int]
    """Captions that were handed in, by aspect."""

    def as_json(self) -> dict[str, object]:
        """As ``spec diff`` prints it."""
        aspects = sorted({*self.drafts, *self.captions})
        return {
            "records": self.records,
            "drafts": sum(self.drafts.values()),
            "captions": sum(self.captions.values()),
            "by_aspect": {
                aspect: {"drafts": self.drafts.get(aspect, 0), "captions": self.captions.get(aspect, 0)}
                for aspect in aspects
            },
            "states": {id_: dict(moves) for id_, moves in self.diff.touched.states.items()},
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """What became of the draft."""

    version: Version
    diff: Diff


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """A draft as it reads now."""

    parsed: Parsed
    entries: Mapping[tuple[EntryKind, str], Entry]
    before: Mapping[tuple[EntryKind, str], Entry]
    """The entries of the base."""


class LanguageDesk:
    """The verbs of a specification's draft. Only leads change anything; everybody may look."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.ledger = catalogue.ledger
        self.shelf = catalogue.shelf
        self.clock = catalogue.clock
        self._streams = Streams[SpecStream](catalogue.ledger, fold, most=1)
        self._labels = _Labels(catalogue.ledger)
        self._sources: dict[str, Source] = {}
        self._readings: dict[tuple[str, tuple[int, ...]], Reading] = {}
        self._lock = threading.Lock()
        self._grounds: dict[str, Ground] = {}
        self._trying = threading.Lock()

    # -- looking

    @property
    def stream(self) -> str:
        """Where the draft's acts are kept."""
        return spec_stream(self.shelf.shipped.name)

    def look(self) -> SpecStream:
        """Where it stands."""
        return self._streams.look(self.stream)

    def base(self, state: SpecStream) -> Spec:
        """What the draft is a draft of; the newest version where there is none, or where the base is gone."""
        found = self.shelf.find(state.draft.base_hash) if state.draft is not None else None
        return found or self.shelf.newest()

    def texts(self, state: SpecStream, *, without: tuple[EntryKind, str] | None = None) -> dict[str, str]:
        """The draft's files; ``without`` leaves the edits of one entry out."""
        base = self.base(state)
        texts = dict(base.texts)
        known = self._source(base)
        for edit in state.draft.latest if state.draft else ():
            if (edit.kind, edit.id) == without:
                continue
            try:
                texts = with_entry(texts, edit.kind, edit.id, edit.entry, known=known)
            except NotFound:  # the newer base does not have what the draft removes
                continue
        return texts

    def why_stale(self, state: SpecStream) -> str | None:
        """Why the draft's base is not the newest version any more; None where it is."""
        newest, draft = self.shelf.newest(), state.draft
        if draft is None or newest.hash == draft.base_hash:
            return None
        if self.shelf.find(draft.base_hash) is None:
            return f"Its base, version {draft.base_version}, is no longer to be had; the newest is {newest.version}."
        if self.unfinished(state):
            return None
        return f"It was begun on {draft.base_version}; the newest version is {newest.version}."

    def unfinished(self, state: SpecStream) -> str | None:
        """The version that is this very draft, written by a publisher that was killed before it said so."""
        newest = self.shelf.newest()
        if state.draft is None or newest.hash == state.draft.base_hash:
            return None
        return newest.version if hash_of(with_version(self.texts(state), newest.version)) == newest.hash else None

    def reading(self, state: SpecStream) -> Reading:
        """The draft as it reads now, with whatever problems it has; the newest version where there is no draft."""
        return self._reading(self.base(state), state)

    def reading_of(self, hash: str) -> tuple[Spec, Reading]:
        """A version as campaigns have it. NotFound where it is not to be had."""
        spec = self.shelf.find(hash)
        if spec is None:
            raise NotFound(f"There is no version {hash[:12]!r}.", mend="Choose one of the versions listed.")
        return spec, self._reading(spec, SpecStream())

    def _reading(self, base: Spec, state: SpecStream) -> Reading:
        edits = tuple(edit.number for edit in state.draft.latest) if state.draft else ()
        key = (base.hash, edits)
        with self._lock:
            known = self._readings.get(key)
        if known is not None:
            return known
        texts = self.texts(state) if state.draft else base.texts
        source, parsed = read_parsed(texts, self._source(base))
        made = Reading(parsed=parsed, entries=entries(source), before=entries(self._source(base)))
        with self._lock:
            self._readings = {key: made, **dict(list(self._readings.items())[:2])}
        return made

    def _source(self, spec: Spec) -> Source:
        with self._lock:
            if spec.hash not in self._sources:
                self._sources = {spec.hash: read_texts(spec.texts)}
            return self._sources[spec.hash]

    # -- trying

    def attempt(self, kind: EntryKind, id: str, entry: object) -> Trial:
        """What the edit would do to the draft and to the label records that there are. Nothing is kept."""
        state = self.look()
        texts = self.texts(state, without=(kind, id))
        hash = hash_of(texts)
        with self._trying:  # one at a time: each takes a processor for a second
            if hash not in self._grounds:
                self._grounds = {hash: Ground.of(texts, self._source(self.base(state)))}
            return attempt(self._grounds[hash], kind, id, entry, records=self._labels.records())

    def touches(self, before: Spec, after: Spec) -> Touches:
        """What changed, and what it does to label records, drafts and captions of this ledger."""
        streams, records = self._labels.by_stream()
        found = diff(before, after, records)
        rows = found.touched.by_aspect
        of_clip: dict[tuple[str, str], int] = {}
        for at, stream in enumerate(streams):
            key = TaskKey.of_stream(stream)
            if key is not None:
                of_clip[key.campaign, key.clip] = at
        drafts: dict[str, int] = {}
        captions: dict[str, int] = {}
        after_row: tuple[int, int] | None = None
        while rows and (page := self._page(after_row)):
            for row in page:
                place = of_clip.get((row.campaign, row.clip))
                if row.aspect == LABELS or place is None or not rows.get(row.aspect, 0) >> place & 1:
                    continue
                counts = {"to_caption": drafts, "to_review": captions, "to_correct": captions, "settled": captions}
                if row.status in counts:
                    of = counts[row.status]
                    of[row.aspect] = of.get(row.aspect, 0) + 1
            after_row = (-page[-1].priority, page[-1].opened_seq)
        return Touches(diff=found, records=found.touched.records.bit_count(), drafts=drafts, captions=captions)

    def _page(self, after: tuple[int, int] | None) -> Sequence[Any]:
        return self.ledger.queue(QueueQuery(limit=_PAGE, after=after), now=self.clock.now())

    def checked(self, state: SpecStream, version: str | None = None) -> Spec:
        """The draft as a specification. SpecProblems where it is not whole."""
        texts = self.texts(state)
        if version is not None:
            texts = with_version(texts, version)
        spec, problems = check_texts(texts, self._source(self.base(state)))
        if spec is None:
            first, more = problems[0], f" and {len(problems) - 1} more" if len(problems) > 1 else ""
            raise SpecProblems(
                f"The draft has a problem{more}: {first.file}:{first.line}: {first.rule}", mend=first.mend,
                problems=problems,
            )  # fmt: skip
        return spec

    # -- changing

    def edit(
        self, worker: Worker, kind: EntryKind, id: str, entry: object, *, note: str = "", work: Work = BARE
    ) -> SpecStream:
        """Change, add or (None) remove an entry; begins a draft where there is none."""
        worker.check_may("edit the language")
        body = None if entry is None else json.dumps(cleaned(entry), ensure_ascii=False)
        edited: dict[str, Any] = {"entry_kind": kind, "entry_id": id, "entry": body, "note": note}

        def acts(state: SpecStream) -> list[Act]:
            known = self._source(self.base(state))
            with_entry(self.texts(state, without=(kind, id)), kind, id, entry, known=known)  # refuses what is no entry
            first = [] if state.draft else [self._opening(worker, state)]
            return [*first, self._act(worker, state, SpecEdited, work, ahead=len(first), **edited)]

        return self._change(worker, acts, work, SpecEdited, edited)

    def discard(self, worker: Worker, kind: EntryKind, id: str, *, work: Work = BARE) -> SpecStream:
        """Leave an entry as it is in the base."""
        worker.check_may("edit the language")
        said: dict[str, Any] = {"entry_kind": kind, "entry_id": id}
        return self._change(
            worker, lambda state: [self._act(worker, state, SpecEditDropped, work, **said)], work, SpecEditDropped,
            said,
        )  # fmt: skip

    def drop(self, worker: Worker, *, reason: str = "", work: Work = BARE) -> SpecStream:
        """Give the whole draft up."""
        worker.check_may("edit the language")
        said: dict[str, Any] = {"reason": reason}
        return self._change(
            worker, lambda state: [self._act(worker, state, SpecDraftDropped, work, **said)], work, SpecDraftDropped,
            said,
        )  # fmt: skip

    def move(self, worker: Worker, *, work: Work = BARE) -> SpecStream:
        """Put the draft's edits upon the newest version. What both changed is as the draft has it."""
        worker.check_may("edit the language")

        def acts(state: SpecStream) -> list[Act]:
            if state.draft is None:
                raise NotYourTurn("There is no draft to move.", mend="Edit an entry: that begins one.")
            return [self._opening(worker, state, work)]

        return self._change(worker, acts, work, SpecDraftOpened, {})

    def publish(self, worker: Worker, *, version: str | None = None, note: str = "", work: Work = BARE) -> Published:
        """Make the draft a version that new campaigns take; ``version`` None: the lowest that it may have.

        Safe to repeat after a crash at any moment: the version is on the shelf whole or not at all, and is on the
        record when this returns. Under the same key the same answer comes again; a repeat that named no version is
        the same whichever it became. NotFound where what was published then is no longer to be had.
        """
        worker.check_may("publish the language")
        made: list[Published] = []

        def acts(state: SpecStream) -> list[Act]:
            published, act = self._publish(worker, state, version, note, work)
            made.append(published)
            return [act]

        def same(act: Act) -> bool:
            said = {"note": note} if version is None else {"note": note, "published_version": version}
            return says(act, SpecPublished, said)

        with self.shelf.held():  # of two publishers the later finds the draft gone, and leaves no version of its own
            state = self._streams.change(self.stream, acts, worker=worker, work=work, same=same)
        return made[-1] if made else self._published_before(worker, state, work.key)

    def _published_before(self, worker: Worker, state: SpecStream, key: str | None) -> Published:
        """What this worker published under this key, told again."""
        act = next(act for act in state.published if (act.worker, act.key) == (worker.id, key))
        before = fold(state.acts[: act.version - 1])
        assert before.draft is not None  # else there had been nothing to publish
        base = self.shelf.find(before.draft.base_hash)
        version = next((each for each in self.shelf.versions() if each.hash == act.published_hash), None)
        if base is None or version is None:
            raise NotFound(
                f"{act.published_version} was published, but it or its base {before.draft.base_version} is no longer "
                "to be had.",
                mend="Put the folder back from a backup.",
            )
        return Published(version=version, diff=diff(base, self.checked(before)))

    def _publish(
        self, worker: Worker, state: SpecStream, version: str | None, note: str, work: Work
    ) -> tuple[Published, Act]:
        """The draft on the shelf, and the act that says so, which is not on the record yet."""
        self._check_seen(state, work)
        if state.draft is None:
            raise self._no_draft(state)
        if why := self.why_stale(state):
            raise StaleVersion(why, mend="Move the draft onto the newest version, look at it, and publish then.")
        base = self.base(state)
        found = diff(base, self.checked(state))
        if found.bump == "none" or not found.changes:
            raise BadInput(f"The draft says what {base.version} says.", mend="Edit something, or drop it.")
        unfinished = self.unfinished(state)
        lowest = self._lowest(found, state)
        version = version or unfinished or lowest
        if unfinished is not None and version != unfinished:
            raise self._must_finish(unfinished)
        earlier = next((act for act in state.published if act.published_version == version), None)
        if earlier is not None:
            raise BadInput(
                f"{earlier.worker} published another {version} on {earlier.at:%Y-%m-%d}.",
                mend=f"Use {lowest} or higher: work that exists may rest on the first.",
            )
        if order_of(version) < order_of(lowest):
            raise BadInput(
                f"{version} is too low for a {found.bump} change of {base.version}.", mend=f"Use {lowest} or higher."
            )
        spec = self.checked(state, version)
        made = self.shelf.publish(spec)
        act = self._act(
            worker, state, SpecPublished, work, published_version=version, published_hash=spec.hash, bump=found.bump,
            note=note,
        )  # fmt: skip
        return Published(version=made, diff=found), act

    def _lowest(self, found: Diff, state: SpecStream) -> str:
        """The lowest version that the changes allow and that nobody has published, wherever that one is now."""
        taken = {act.published_version for act in state.published}
        version = found.next_version
        while version in taken:
            version = raised(version, "patch")
        return version

    # -- inside

    def _opening(self, worker: Worker, state: SpecStream, work: Work = BARE) -> Act:
        newest = self.shelf.newest()
        return self._act(
            worker, state, SpecDraftOpened, work, base_version=newest.version, base_hash=newest.hash
        )  # fmt: skip

    def _act(
        self, worker: Worker, state: SpecStream, sort: type[Act], work: Work, /, *, ahead: int = 0, **fields: Any
    ) -> Act:  # fmt: skip
        return sort(
            stream=self.stream, version=state.version + 1 + ahead, actor=worker.actor, at=self.clock.now(),
            spec_version=self.shelf.newest().version, key=work.key, active_seconds=work.active_seconds, **fields,
        )  # fmt: skip

    def _change(
        self, worker: Worker, acts: Callable[[SpecStream], list[Act]], work: Work, kind: type[Act],
        said: Mapping[str, Any],
    ) -> SpecStream:  # fmt: skip
        """``kind``, ``said``: the act that the key stands for."""

        def made(state: SpecStream) -> list[Act]:
            self._check_seen(state, work)
            if (version := self.unfinished(state)) is not None:
                raise self._must_finish(version)
            return acts(state)

        with self.shelf.held():  # nothing changes in the draft while it is written down as a version
            return self._streams.change(
                self.stream, made, worker=worker, work=work, same=lambda act: says(act, kind, said)
            )

    @staticmethod
    def _must_finish(version: str) -> NotYourTurn:
        return NotYourTurn(
            f"The draft stands on the shelf as {version}: who published it was stopped before it was on the record.",
            mend=f"Publish it again as {version}: that finishes the work. Then edit on.",
        )

    @staticmethod
    def _no_draft(state: SpecStream) -> NotYourTurn:
        last = state.acts[-1] if state.acts else None
        said = "There is no draft to publish."
        if isinstance(last, SpecPublished):
            said = f"There is no draft any more: {last.worker} published it as {last.published_version} just before."
        return NotYourTurn(said, mend="Edit an entry first: that begins one.")

    @staticmethod
    def _check_seen(state: SpecStream, work: Work) -> None:
        did = {
            SpecEdited: "edited", SpecEditDropped: "took back the edits of", SpecPublished: "published",
            SpecDraftOpened: "began", SpecDraftDropped: "dropped",
        }  # fmt: skip

        def stale(seen: int) -> StaleVersion:
            later = state.acts[seen:] if seen < state.version else ()
            said = [
                f"{act.worker} {did.get(type(act), 'changed')} {getattr(act, 'entry_id', 'the draft')}"
                for act in later[-3:]
            ]
            return StaleVersion(
                f"The draft has moved on since you read it: {'; '.join(said) or 'read it anew'}.",
                mend="What you typed is kept: look at what is there now, then save again.",
            )

        work.check_seen(state.version, stale)


class _Labels:
    """The label records of a ledger as they stand, read on from where they were read to the last time."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._lock = threading.Lock()
        self._at = 0
        self._found: dict[str, Labelled] = {}

    def by_stream(self) -> tuple[list[str], list[Record]]:
        """The tasks, and their records in the same order."""
        with self._lock:
            for at, act in self.ledger.every(kind="Labelled", after=self._at):
                self._at = at
                if not isinstance(act, Labelled):
                    continue
                if act.stream in self._found:  # an answer that came late is none that counts
                    current = fold_labels(self.ledger.read(act.stream)).labelled
                    act = current if current is not None else act
                self._found[act.stream] = act
            known: list[Record] = [(act.answers, act.record_schema) for act in self._found.values()]
            return list(self._found), known

    def records(self) -> list[Record]:
        """The records alone."""
        return self.by_stream()[1]
