"""People's edits of a film's transitions: one stream of acts for each film, folded to the edits that count.

What a detector found is no act: it can be made again at any time. The edits are laid over it by place
(``video.shots.edited``); this room knows the film only through the port ``Footage``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, cast

from videolect.errors import BadInput, KeyReused, NotAllowed, NotYourTurn, StaleVersion
from videolect.oversight.desk import Desk
from videolect.oversight.roles import Worker
from videolect.record.acts import Act, CutAct, CutAdded, CutEdit, CutMoved, CutRemoved, CutUndone, cuts_stream
from videolect.record.clip import Video
from videolect.record.cuts import TransitionKind


class Footage(Protocol):
    """The film behind the edits."""

    def check(self, video: Video, edits: Sequence[CutEdit], new: CutEdit) -> None:
        """BadInput where ``new`` cannot follow these edits: nothing is at its place, or something else already."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Cuts:
    """Where people's edits of one film stand after its acts."""

    version: int = 0
    """How many acts there are: what an editor saw, so that two at once are told."""
    edits: tuple[CutEdit, ...] = ()
    """Those that count, oldest first."""
    acts: tuple[Act, ...] = field(default=(), repr=False)


def fold(acts: Iterable[Act]) -> Cuts:
    """Where a film's edits stand after these acts, oldest first."""
    cuts = Cuts()
    for act in acts:
        cuts = apply(cuts, act)
    return cuts


def apply(cuts: Cuts, act: Act) -> Cuts:
    """The same after one more act. NotYourTurn where it may not follow."""
    if act.version != cuts.version + 1:
        raise StaleVersion(f"{act.stream} is at version {cuts.version}.", mend="Read it again.")
    after = replace(cuts, version=act.version, acts=(*cuts.acts, act))
    match act:
        case CutAdded() | CutMoved() | CutRemoved():
            return replace(after, edits=(*cuts.edits, act))
        case CutUndone():
            last = cuts.edits[-1] if cuts.edits else None
            if last is None or last.version != act.undone:
                raise NotYourTurn(
                    "That edit is not the latest one that counts.", mend="Take the later ones back first."
                )
            return replace(after, edits=cuts.edits[:-1])
    raise NotYourTurn(f"{type(act).__name__} does not belong to a film's cuts.", mend="Use the verbs of the cuts.")


def may_edit(worker: Worker) -> bool:
    """Leads and reviewers edit; everybody may look."""
    return worker.is_person and bool({"lead", "reviewer"} & set(worker.roles))


class CutsDesk:
    """The verbs of a film's cuts."""

    def __init__(self, desk: Desk, footage: Footage) -> None:
        self.desk = desk
        self.footage = footage

    def look(self, video_hash: str) -> Cuts:
        """Where the edits stand. NotFound for a film that was never imported."""
        self.desk.video(video_hash)
        return fold(self.desk.ledger.read(cuts_stream(video_hash)))

    def check_may_edit(self, worker: Worker) -> None:
        """NotAllowed for others than leads and reviewers."""
        if not may_edit(worker):
            raise NotAllowed(f"{worker.id} may not edit cuts.", mend="Ask a lead or a reviewer.")

    def add(
        self, worker: Worker, video_hash: str, kind: TransitionKind, start: int, end: int, *, table: str | None = None,
        seen: int | None = None, key: str | None = None,
    ) -> Cuts:  # fmt: skip
        """Put a transition where there is none. ``table``: the hash of the table in which the frames were counted."""
        said: dict[str, Any] = {"transition_kind": kind, "start_frame": start, "end_frame": end}
        return self._edit(worker, video_hash, CutAdded, said, table=table, seen=seen, key=key)

    def move(
        self, worker: Worker, video_hash: str, was: tuple[int, int], kind: TransitionKind, start: int, end: int, *,
        table: str | None = None, seen: int | None = None, key: str | None = None,
    ) -> Cuts:  # fmt: skip
        """Put the transition that is at ``was`` elsewhere, or say that it is of another kind."""
        said: dict[str, Any] = {
            "was_start": was[0], "was_end": was[1], "transition_kind": kind, "start_frame": start, "end_frame": end,
        }  # fmt: skip
        return self._edit(worker, video_hash, CutMoved, said, table=table, seen=seen, key=key)

    def remove(
        self, worker: Worker, video_hash: str, start: int, end: int, *, table: str | None = None,
        seen: int | None = None, key: str | None = None,
    ) -> Cuts:  # fmt: skip
        """Say that no transition is there."""
        said: dict[str, Any] = {"start_frame": start, "end_frame": end}
        return self._edit(worker, video_hash, CutRemoved, said, table=table, seen=seen, key=key)

    def undo(self, worker: Worker, video_hash: str, *, seen: int | None = None, key: str | None = None) -> Cuts:
        """Take the latest edit back, if it is one's own."""

        def made(video: Video, cuts: Cuts) -> Act:
            if not cuts.edits:
                raise NotYourTurn("There is no edit to take back.", mend="The cuts are as the detector found them.")
            last = cuts.edits[-1]
            if last.worker != worker.id:
                raise NotYourTurn(
                    f"The latest edit is not yours: {told(last)}.", mend="Move, add or remove the cut instead."
                )
            return self._act(worker, video, cuts, CutUndone, key, undone=last.version)

        return self._change(worker, video_hash, made, seen, key)

    # -- inside

    def _edit(
        self, worker: Worker, video_hash: str, sort: type[CutAct], said: dict[str, Any], *, table: str | None,
        seen: int | None, key: str | None,
    ) -> Cuts:  # fmt: skip
        def act_of(video: Video, cuts: Cuts) -> Act:
            if table is not None and table != video.pts_table_hash:
                raise BadInput(
                    "The frames were counted in another table of timestamps than the film's.",
                    mend="Load the page again.",
                )
            made = self._act(worker, video, cuts, sort, key, pts_table_hash=video.pts_table_hash, **said)
            act = cast(CutEdit, made)
            _check_inside(video, act)
            self.footage.check(video, cuts.edits, act)
            return act

        return self._change(worker, video_hash, act_of, seen, key)

    def _act(self, worker: Worker, video: Video, cuts: Cuts, sort: type[Act], key: str | None, **said: Any) -> Act:
        return sort(
            stream=cuts_stream(video.hash), version=cuts.version + 1, actor=worker.actor, at=self.desk.clock.now(),
            spec_version=self.desk.spec.version, key=key, **said,
        )  # fmt: skip

    def _change(
        self, worker: Worker, video_hash: str, made: Callable[[Video, Cuts], Act], seen: int | None, key: str | None
    ) -> Cuts:
        self.check_may_edit(worker)
        video = self.desk.video(video_hash)
        cuts = self.look(video_hash)
        if key is not None and (earlier := self.desk.ledger.by_key(worker.id, key)) is not None:
            if earlier.stream != cuts_stream(video_hash):
                raise KeyReused(f"The key {key[:60]!r} led to another act.", mend="Make a new key for each act.")
            return cuts
        _check_seen(cuts, seen)
        act = made(video, cuts)
        after = apply(cuts, act)
        try:
            self.desk.ledger.append([act])
        except StaleVersion:
            _check_seen(self.look(video_hash), cuts.version)  # says who was faster
            raise
        return after


def told(act: Act) -> str:
    """What an edit did, in words."""
    match act:
        case CutAdded():
            return f"{act.worker} added the {_named(act.transition_kind)} at frame {act.start_frame}"
        case CutMoved() if act.transition_kind == "cut":
            return f"{act.worker} moved the cut at frame {act.was_start} to {act.start_frame}"
        case CutMoved():
            return (
                f"{act.worker} made the transition at frame {act.was_start} a {_named(act.transition_kind)} from "
                f"{act.start_frame} to {act.end_frame}"
            )
        case CutRemoved():
            return f"{act.worker} removed the transition at frame {act.start_frame}"
        case CutUndone():
            return f"{act.worker} took an edit back"
    return f"{act.worker} changed something"


def _named(kind: str) -> str:
    return kind.replace("_", " ")


def _check_inside(video: Video, act: CutEdit) -> None:
    if isinstance(act, CutRemoved):
        return  # what is not there is told by the footage
    if act.end_frame > video.frames or (act.transition_kind == "cut" and not 0 < act.start_frame < video.frames):
        raise BadInput(
            f"A {_named(act.transition_kind)} at frame {act.start_frame} does not lie inside a film of "
            f"{video.frames} frames.",
            mend=f"Give frames from 1 to {video.frames - 1}.",
        )


def _check_seen(cuts: Cuts, seen: int | None) -> None:
    if seen is None or seen == cuts.version:
        return
    later = cuts.acts[seen:] if seen < cuts.version else ()
    said = "; ".join(told(act) for act in later[-3:])
    raise StaleVersion(
        f"The cuts have changed since you saw them: {said or 'read them anew'}.",
        mend="Look at what is there now, then do it again.",
    )
