"""Audits of other people's captions: one stream of acts for each audit, folded to its items and the answers that count.

Everybody with a role audits, each item at most once: a later answer of the same person amends the earlier one. Several
people may audit one item; nobody sees what others said but the leads. Nothing is held: who audits the same item at
the same time as somebody else gives one more answer, and none is lost.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from videolect.errors import BadInput, NotFound, NotYourTurn, StaleVersion
from videolect.oversight.catalogue import Catalogue
from videolect.oversight.roles import Worker
from videolect.oversight.streams import BARE, Streams, Work, says
from videolect.record.acts.audits import AuditClosed, Audited, AuditItemAdded, AuditOpened, AuditReopened, audit_stream
from videolect.record.acts.base import Act
from videolect.record.audit import AuditItem, AuditRatings, AuditSpan

Answers = Mapping[tuple[int, str], Audited]
"""(number of the item, person) -> the answer that counts."""


@dataclass(frozen=True, kw_only=True)
class Audit:
    """Where an audit stands after its acts. Items are counted from 1, in the order in which they came."""

    version: int = 0
    opened: AuditOpened | None = None
    items: tuple[AuditItem, ...] = ()
    answers: Answers = field(default_factory=dict, repr=False)
    closed: bool = False

    @property
    def name(self) -> str:
        """Of the audit."""
        return self.opened.stream.partition("/")[2] if self.opened else ""

    @property
    def people(self) -> int:
        """How many are to audit each item."""
        return self.opened.people if self.opened else 1

    @cached_property
    def number_of(self) -> Mapping[tuple[str, str], int]:
        """Data set and id -> number."""
        return {item.name: number for number, item in enumerate(self.items, start=1)}

    @cached_property
    def given(self) -> Mapping[int, int]:
        """Number -> how many people have answered it."""
        return Counter(number for number, _ in self.answers)

    def by(self, person: str) -> list[int]:
        """The numbers of what a person has answered, the latest first."""
        mine = [(act.version, number) for (number, who), act in self.answers.items() if who == person]
        return [number for _, number in sorted(mine, reverse=True)]

    def next_for(self, person: str, skip: Collection[int] = ()) -> int | None:
        """The item that this person audits next; None where nothing is left. ``skip``: those go to the end.

        Those with the fewest answers come first, and among these the order is drawn for each person: data sets are
        mixed, and two people at once seldom get the same.
        """
        left = [
            (number in skip, self.given.get(number, 0), _draw(self.name, person, item), number)
            for number, item in enumerate(self.items, start=1)
            if (number, person) not in self.answers and self.given.get(number, 0) < self.people
        ]
        return min(left)[3] if left else None

    def left_for(self, person: str) -> int:
        """How many items wait for this person's answer."""
        return sum(
            (number, person) not in self.answers and self.given.get(number, 0) < self.people
            for number in range(1, len(self.items) + 1)
        )


def _draw(*words: Any) -> bytes:
    said = "\0".join(str(word.name if isinstance(word, AuditItem) else word) for word in words)
    return hashlib.blake2b(said.encode(), digest_size=8).digest()


def fold(acts: Iterable[Act], after: Audit | None = None) -> Audit:
    """Where an audit stands after these acts, oldest first; ``after``: where it stood before.

    StaleVersion for an act that is not the next one, NotYourTurn or BadInput where it may not follow.
    """
    before = after or Audit()
    version, opened, closed = before.version, before.opened, before.closed
    items, answers = list(before.items), dict(before.answers)
    number_of = dict(before.number_of)
    for act in acts:
        if act.version != version + 1:
            raise StaleVersion(f"{act.stream} is at version {version}.", mend="Read it again.")
        if isinstance(act, AuditOpened) != (opened is None):
            raise NotYourTurn("An audit begins with AuditOpened, once.", mend="Open it by importing captions.")
        if closed and not isinstance(act, AuditReopened):
            raise NotYourTurn(f"{act.stream} is closed.", mend="A lead may reopen it.")
        match act:
            case AuditOpened():
                opened = act
            case AuditItemAdded():
                if act.item.name in number_of:
                    raise NotYourTurn(f"The audit has the item {_said(act.item.name)} already.", mend="Add it once.")
                items.append(act.item)
                number_of[act.item.name] = len(items)
            case Audited():
                number = number_of.get((act.dataset, act.item))
                if number is None:
                    raise NotYourTurn(
                        f"The audit has no item {_said((act.dataset, act.item))}.", mend="Choose one of its items."
                    )
                for span in act.spans:
                    span.check_against(items[number - 1].caption)
                answers[number, act.worker] = act
            case AuditClosed():
                closed = True
            case AuditReopened():
                if not closed:
                    raise NotYourTurn(f"{act.stream} is not closed.", mend="Go on with it.")
                closed = False
            case _:
                raise NotYourTurn(f"{type(act).__name__} does not belong to an audit.", mend="Use the audit's verbs.")
        version = act.version
    return Audit(version=version, opened=opened, items=tuple(items), answers=answers, closed=closed)


def _said(name: tuple[str, str]) -> str:
    return f"{name[1][:60]!r} of {name[0][:60]!r}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What came of adding captions to an audit."""

    audit: Audit
    new: int
    known: int
    """Items that the audit had, word for word."""
    refused: tuple[tuple[AuditItem, str], ...] = ()
    """Items that cannot be in it, and why."""


class AuditDesk:
    """The verbs of audits."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._streams = Streams[Audit](catalogue.ledger, fold, most=_KEPT)

    # -- looking

    def audits(self) -> list[str]:
        """The names of all audits, oldest first."""
        return [act.stream.partition("/")[2] for _, act in self.catalogue.ledger.every(kind="AuditOpened")]

    def look(self, name: str) -> Audit:
        """NotFound where there is no such audit."""
        audit = self._streams.look(audit_stream(name))
        if audit.opened is None:
            raise NotFound(f"There is no audit {name}.", mend="Make one: videolect eval audit --import FILE --name N.")
        return audit

    def item(self, name: str, number: int) -> tuple[Audit, AuditItem]:
        """An audit and one of its items. NotFound."""
        audit = self.look(name)
        if not 1 <= number <= len(audit.items):
            raise NotFound(f"The audit {name} has no item {number}.", mend=f"Its items are 1 to {len(audit.items)}.")
        return audit, audit.items[number - 1]

    # -- setting up

    def add(
        self, worker: Worker, name: str, items: Sequence[AuditItem], *, people: int | None = None,
        note: str | None = None,
    ) -> Taken:  # fmt: skip
        """Open an audit with these captions, or add to the one that there is; all new ones in one transaction.

        What it has already word for word is passed over, and what it has with other words is refused. BadInput where
        ``people`` or ``note`` are not what it was opened with.
        """
        worker.check_may("import captions into an audit")
        found = Taken(audit=Audit(), new=0, known=0)
        videos = {each.video_hash for each in items if each.video_hash is not None and self._has(each.video_hash)}

        def made(audit: Audit) -> list[Act]:
            nonlocal found
            opening: list[Act] = []
            if audit.opened is None:
                opening.append(
                    self._act(worker, name, AuditOpened, 1, people=1 if people is None else people, note=note or "")
                )
            elif people not in (None, audit.people) or note not in (None, audit.opened.note):
                raise BadInput(
                    f"The audit {name} was opened for {audit.people} people an item, with another note or number.",
                    mend="Leave both out, or name a new audit.",
                )
            new, known, refused = _sorted(audit, items)
            unseen = {each.video_hash for each in new if each.video_hash is not None} - videos
            refused += [
                (each, f"No video has the hash {each.video_hash}.") for each in new if each.video_hash in unseen
            ]
            new = [each for each in new if each.video_hash not in unseen]
            found = Taken(audit=audit, new=len(new), known=known, refused=tuple(refused))
            first = audit.version + len(opening) + 1
            added = [
                self._act(worker, name, AuditItemAdded, first + place, item=item) for place, item in enumerate(new)
            ]
            return [*opening, *added] if new else []

        audit = self._streams.change(audit_stream(name), made, worker=worker)
        return Taken(audit=audit, new=found.new, known=found.known, refused=found.refused)

    def close(self, worker: Worker, name: str, *, reason: str = "", work: Work = BARE) -> Audit:
        """End an audit; doing it again changes nothing."""
        worker.check_may("close an audit")
        return self._switch(worker, name, AuditClosed, True, reason, work)

    def reopen(self, worker: Worker, name: str, *, reason: str = "", work: Work = BARE) -> Audit:
        """Let a closed audit go on; doing it again changes nothing."""
        worker.check_may("reopen an audit")
        return self._switch(worker, name, AuditReopened, False, reason, work)

    # -- the work

    def answer(
        self, worker: Worker, name: str, number: int, ratings: AuditRatings, *, spans: Sequence[AuditSpan] = (),
        critique: str = "", work: Work = BARE,
    ) -> Audit:  # fmt: skip
        """Say how good a caption is, or amend what one said.

        What was ``seen`` is the version of one's own answer on which this one rests (0: none); StaleVersion where
        another window has answered since.
        """
        worker.check_may("audit")
        _, item = self.item(name, number)
        said: dict[str, Any] = {
            "dataset": item.dataset, "item": item.id, "ratings": ratings, "spans": tuple(spans), "critique": critique,
        }  # fmt: skip

        def made(audit: Audit) -> list[Act]:
            mine = audit.answers.get((number, worker.id))
            work.check_seen(mine.version if mine else 0, lambda _: _answered_elsewhere(number))
            if mine is not None and says(mine, Audited, said):
                return []
            return [self._act(worker, name, Audited, audit.version + 1, work, **said)]

        return self._streams.change(
            audit_stream(name), made, worker=worker, work=work, same=lambda act: says(act, Audited, said)
        )

    # -- inside

    def _has(self, video_hash: str) -> bool:
        with suppress(NotFound):
            self.catalogue.video(video_hash)
            return True
        return False

    def _switch(self, worker: Worker, name: str, sort: type[Act], closed: bool, reason: str, work: Work) -> Audit:
        self.look(name)

        def made(audit: Audit) -> list[Act]:
            if audit.closed is closed:
                return []
            return [self._act(worker, name, sort, audit.version + 1, work, reason=reason)]

        return self._streams.change(
            audit_stream(name), made, worker=worker, work=work, same=lambda act: says(act, sort, {"reason": reason})
        )

    def _act(
        self, worker: Worker, name: str, sort: type[Act], version: int, work: Work = BARE, /, **said: Any
    ) -> Act:  # fmt: skip
        return sort(
            stream=audit_stream(name), version=version, actor=worker.actor, at=self.catalogue.clock.now(),
            spec_version=self.catalogue.spec.version, key=work.key, active_seconds=work.active_seconds, **said,
        )  # fmt: skip


_KEPT = 32
"""Audits whose folded acts are remembered."""


def _answered_elsewhere(number: int) -> StaleVersion:
    return StaleVersion(
        f"You have answered item {number} in another window.", mend="Look at that answer, then amend it."
    )


def _sorted(audit: Audit, items: Sequence[AuditItem]) -> tuple[list[AuditItem], int, list[tuple[AuditItem, str]]]:
    """The items that are new, how many are known, and those that cannot be in it."""
    there = {item.name: item for item in audit.items}
    new: list[AuditItem] = []
    refused = []
    known = 0
    for item in items:
        earlier = there.setdefault(item.name, item)
        if earlier is item:
            new.append(item)
        elif earlier == item:
            known += 1
        else:
            refused.append((item, f"The audit has {_said(item.name)} with other words, or of another film."))
    return new, known, refused
