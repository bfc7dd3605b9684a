"""People's edits of cuts (acts of ``record``), oldest first, laid over what a detector found.

An edit finds its transition by place: the one that overlaps it or lies within ``NEAR_FRAMES``, the nearest of several.
A place where the detector (by now) shows nothing is no error: a removal then has nothing to do, and a move adds. What
a person adds takes the place of whatever a detector shows there; over what another person put there it is BadInput,
because only a removal takes that back. What a person did is a transition found by that person, and no later run of a
detector moves it.
"""

from __future__ import annotations

import logging
from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence

from videolect.errors import BadInput
from videolect.record.acts.cuts import CutAdded, CutEdit, CutMoved, CutRemoved
from videolect.record.clip import Video
from videolect.record.cuts import NEAR_FRAMES, Place, gap
from videolect.video.shots import Transition

log = logging.getLogger(__name__)

_Entry = tuple[int, int, int, int, Transition]
"""(start, end, 1 for a person's, a number that counts up, itself): sorted, so that a place is found by bisection."""


class Laid:
    """A detector's transitions under people's edits, one edit after another.

    An edit costs what lies about its place, whatever the number of edits before it; the latest can be taken back.
    """

    def __init__(self, transitions: Iterable[Transition]) -> None:
        found = sorted(transitions, key=_place)
        self._all: list[_Entry] = [(one.start_frame, one.end_frame, 0, at, one) for at, one in enumerate(found)]
        self._longest = max((one.end_frame - one.start_frame for one in found), default=0)
        self._put = 0
        self._done: list[tuple[list[_Entry], _Entry | None]] = []  # what each edit took away, and what it put

    def transitions(self) -> list[Transition]:
        """As they stand, in order."""
        return [entry[-1] for entry in self._all]

    def apply(self, edit: CutEdit) -> None:
        """One more edit. BadInput where it puts something over what a person put there; nothing has changed then."""
        gone: list[_Entry] = []
        if (old := edit.was) is not None and (near := self._near(old)):
            gone.append(min(near, key=lambda entry: (_apart(entry[:2], old), entry[2], entry[3])))
        put: _Entry | None = None
        if isinstance(edit, CutAdded | CutMoved):
            new = Transition(
                kind=edit.transition_kind, start_frame=edit.start_frame, end_frame=edit.end_frame,
                found_by=edit.worker, score=1.0,
            )  # fmt: skip
            about = [entry for entry in self._near(_place(new)) if entry not in gone]
            over = [entry for entry in about if entry[2] and _is_over(entry[:2], _place(new))]
            if over:
                other = min(over, key=lambda entry: entry[3])[-1]
                raise BadInput(
                    f"{edit.worker} puts a {new.kind} at frame {new.start_frame}, over the {other.kind} of "
                    f"{other.found_by} at {other.start_frame}.",
                    mend="Remove or move that one first.",
                )
            gone += [entry for entry in about if not entry[2]]
            self._put += 1
            put = (*_place(new), 1, self._put, new)
        for entry in gone:
            del self._all[bisect_left(self._all, entry[:4])]
        if put is not None:
            insort(self._all, put)
            self._longest = max(self._longest, put[1] - put[0])
        self._done.append((gone, put))

    def take_back(self) -> None:
        """As if the latest edit had not been applied."""
        gone, put = self._done.pop()
        if put is not None:
            del self._all[bisect_left(self._all, put[:4])]
        for entry in gone:
            insort(self._all, entry)

    def check(self, new: CutEdit) -> bool:
        """Whether somebody who sees these transitions may make this edit, and it changes anything; nothing is changed.

        Stricter than ``apply``, which has to take what was said of another detector's transitions. BadInput where there
        is nothing at exactly its place, or something too near: what a detector shows would give way unseen, and beside
        a person's transition a frame has to be left.
        """
        target: _Entry | None = None
        if new.was is not None:
            target = next((entry for entry in self._all if entry[:2] == new.was), None)
            if target is None:
                raise BadInput(
                    f"There is no transition at frame {new.was[0]}.", mend="Choose one of those that are listed."
                )
        if isinstance(new, CutRemoved):
            return True
        place = (new.start_frame, new.end_frame)
        same_place = new.was == place
        if target is not None and same_place and target[-1].kind == new.transition_kind:
            return False
        for entry in self._near(place):
            beside = -1 if same_place else 0  # another kind: what touched it before may go on
            if entry is not target and gap(entry[:2], place) <= (beside if entry[2] else NEAR_FRAMES):
                raise BadInput(_too_near(entry[-1], new), mend="Move that one, or remove it first.")
        return True

    def _near(self, place: Place) -> list[_Entry]:
        """What overlaps this place or lies within ``NEAR_FRAMES`` of it."""
        first = bisect_left(self._all, (place[0] - NEAR_FRAMES - self._longest,))
        last = bisect_left(self._all, (place[1] + NEAR_FRAMES + 1,))
        return [entry for entry in self._all[first:last] if gap(entry[:2], place) <= NEAR_FRAMES]


class Overlay:
    """A film's transitions after some edits; those that come after other edits cost only the difference."""

    def __init__(self, video: Video, found: Sequence[Transition]) -> None:
        self.hash = video.hash
        self.table = video.pts_table_hash
        self.found = found
        self._laid = Laid(found)
        self._edits: list[tuple[CutEdit, bool]] = []  # and whether it was laid over

    def after(self, edits: Sequence[CutEdit]) -> Laid:
        """As they stand after these. One that does not fit any more is left out, and the log says so."""
        same = 0
        for (known, _), edit in zip(self._edits, edits, strict=False):
            if known is not edit and known != edit:
                break
            same += 1
        while len(self._edits) > same:
            if self._edits.pop()[1]:
                self._laid.take_back()
        for edit in edits[same:]:
            self._edits.append((edit, self._lay(edit)))
        return self._laid

    def _lay(self, act: CutEdit) -> bool:
        if act.pts_table_hash != self.table:
            return False  # frames that were counted in another table say nothing about this one
        try:
            self._laid.apply(act)
        except BadInput:
            log.warning("An edit of %s does not fit any more: %s", self.hash[:12], act)
            return False
        return True


def laid_over(found: Sequence[Transition], video: Video, edits: Iterable[CutEdit]) -> list[Transition]:
    """People's edits over what a detector found. One that does not fit any more is left out, and the log says so."""
    return Overlay(video, found).after(tuple(edits)).transitions()


def _place(one: Transition) -> Place:
    return one.start_frame, one.end_frame


def _apart(one: Place, other: Place) -> int:
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def _is_over(one: Place, other: Place) -> bool:
    return gap(one, other) < 0 or one == other


def _named(kind: str, place: Place) -> str:
    at = f"at frame {place[0]}" if place[0] == place[1] else f"from frame {place[0]} to {place[1]}"
    return f"{kind.replace('_', ' ')} {at}"


def _too_near(one: Transition, new: CutAdded | CutMoved) -> str:
    """Why ``new`` does not go beside this one. The browser says the same (ui/src/cuts/rule.ts)."""
    place = (new.start_frame, new.end_frame)
    there = f"There is a {_named(one.kind, _place(one))} already"
    between = gap(_place(one), place)
    if _place(one) == place:
        return f"{there}."
    if between < 0:
        return f"{there}: a {_named(new.transition_kind, place)} would lie over it."
    if between == 0:
        return f"{there}: a {_named(new.transition_kind, place)} would leave no frame between the two."
    return f"{there}, too near to frame {place[0] if place[0] >= one.end_frame else place[1]}."
