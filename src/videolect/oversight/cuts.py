"""People's edits of a film's transitions: one stream of acts for each film, folded to the edits that count.

What a detector found is no act: it can be made again at any time. The edits are laid over it by place
(``video.edits``); this room knows the film only through the port ``Footage``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from videolect.errors import BadInput, NotYourTurn, StaleVersion
from videolect.oversight.catalogue import Catalogue
from videolect.oversight.roles import Worker
from videolect.oversight.streams import BARE, Streams, Work, says
from videolect.record.acts.base import Act
from videolect.record.acts.cuts import CutAct, CutAdded, CutEdit, CutMoved, CutRemoved, CutUndone, cuts_stream
from videolect.record.clip import Video
from videolect.record.cuts import NEAR_FRAMES, Place, TransitionKind, gap


class Footage(Protocol):
    """The film behind the edits."""

    def check(self, video: Video, edits: Sequence[CutEdit], new: CutEdit) -> bool:
        """Whether ``new`` changes anything after these edits. BadInput where it cannot follow them: nothing is at its
        place, or something else already."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Cuts:
    """Where people's edits of one film stand after its acts."""

    version: int = 0
    """How many acts there are: what an editor saw, so that two at once are told."""
    edits: tuple[CutEdit, ...] = ()
    """Those that count, oldest first."""
    acts: tuple[Act, ...] = field(default=(), repr=False)

    def change(self, act: Act) -> tuple[Place | None, Place | None]:
        """Where the transition was, and where it is after this act: one of ``acts``, or the next one."""
        if isinstance(act, CutUndone):
            was, now = self.change(self.acts[act.undone - 1])
            return now, was
        return (act.was, act.now) if isinstance(act, CutAct) else (None, None)

    def told(self, act: Act) -> str:
        """As ``told``; what was taken back is told too."""
        return f"{told(act)}: {told(self.acts[act.undone - 1])}" if isinstance(act, CutUndone) else told(act)


def fold(acts: Iterable[Act], after: Cuts | None = None) -> Cuts:
    """Where a film's edits stand after these acts, oldest first; ``after``: where they stood before.

    StaleVersion for an act that is not the next one, NotYourTurn where it may not follow.
    """
    before = after or Cuts()
    edits, kept = list(before.edits), list(before.acts)
    for act in acts:
        if act.version != len(kept) + 1:
            raise StaleVersion(f"{act.stream} is at version {len(kept)}.", mend="Read it again.")
        match act:
            case CutAdded() | CutMoved() | CutRemoved():
                edits.append(act)
            case CutUndone():
                if not edits or edits[-1].version != act.undone:
                    raise NotYourTurn(
                        "That edit is not the latest one that counts.", mend="Take the later ones back first."
                    )
                edits.pop()
            case _:
                raise NotYourTurn(
                    f"{type(act).__name__} does not belong to a film's cuts.", mend="Use the verbs of the cuts."
                )
        kept.append(act)
    return Cuts(version=len(kept), edits=tuple(edits), acts=tuple(kept))


class CutsDesk:
    """The verbs of a film's cuts."""

    def __init__(self, catalogue: Catalogue, footage: Footage) -> None:
        self.catalogue = catalogue
        self.footage = footage
        self._streams = Streams[Cuts](catalogue.ledger, fold, most=_KEPT)

    def look(self, video_hash: str) -> Cuts:
        """Where the edits stand. NotFound for a film that was never imported."""
        self.catalogue.video(video_hash)
        return self._streams.look(cuts_stream(video_hash))

    def add(
        self, worker: Worker, video_hash: str, kind: TransitionKind, start: int, end: int, *, table: str | None = None,
        work: Work = BARE,
    ) -> Cuts:  # fmt: skip
        """Put a transition where there is none. ``table``: the hash of the table in which the frames were counted."""
        said: dict[str, Any] = {"transition_kind": kind, "start_frame": start, "end_frame": end}
        return self._edit(worker, video_hash, CutAdded, said, table=table, work=work)

    def move(
        self, worker: Worker, video_hash: str, was: tuple[int, int], kind: TransitionKind, start: int, end: int, *,
        table: str | None = None, work: Work = BARE,
    ) -> Cuts:  # fmt: skip
        """Put the transition that is at ``was`` elsewhere, or say that it is of another kind."""
        said: dict[str, Any] = {
            "was_start": was[0], "was_end": was[1], "transition_kind": kind, "start_frame": start, "end_frame": end,
        }  # fmt: skip
        return self._edit(worker, video_hash, CutMoved, said, table=table, work=work)

    def remove(
        self, worker: Worker, video_hash: str, start: int, end: int, *, table: str | None = None, work: Work = BARE
    ) -> Cuts:
        """Say that no transition is there."""
        said: dict[str, Any] = {"start_frame": start, "end_frame": end}
        return self._edit(worker, video_hash, CutRemoved, said, table=table, work=work)

    def undo(self, worker: Worker, video_hash: str, *, work: Work = BARE) -> Cuts:
        """Take the latest edit back, if it is one's own."""

        def made(video: Video, cuts: Cuts) -> Act:
            _check_seen(cuts, work)
            if not cuts.edits:
                raise NotYourTurn("There is no edit to take back.", mend="The cuts are as the detector found them.")
            last = cuts.edits[-1]
            if last.worker != worker.id:
                raise NotYourTurn(
                    f"The latest edit is not yours: {told(last)}.", mend="Move, add or remove the cut instead."
                )
            return self._act(worker, video, cuts, CutUndone, work, undone=last.version)

        return self._change(worker, video_hash, made, lambda act: isinstance(act, CutUndone), work)

    # -- inside

    def _edit(
        self, worker: Worker, video_hash: str, sort: type[CutAct], said: dict[str, Any], *, table: str | None,
        work: Work,
    ) -> Cuts:  # fmt: skip
        def act_of(video: Video, cuts: Cuts) -> Act | None:
            if table is not None and table != video.pts_table_hash:
                raise BadInput(
                    "The frames were counted in another table of timestamps than the film's.",
                    mend="Load the page again.",
                )
            made = self._act(worker, video, cuts, sort, work, pts_table_hash=video.pts_table_hash, **said)
            act = cast(CutEdit, made)
            _check_inside(video, act)
            _check_seen(cuts, work, act)
            return act if self.footage.check(video, cuts.edits, act) else None

        return self._change(worker, video_hash, act_of, lambda act: says(act, sort, said), work)

    def _act(self, worker: Worker, video: Video, cuts: Cuts, sort: type[Act], work: Work, **said: Any) -> Act:
        return sort(
            stream=cuts_stream(video.hash), version=cuts.version + 1, actor=worker.actor, at=self.catalogue.clock.now(),
            spec_version=self.catalogue.spec.version, key=work.key, active_seconds=work.active_seconds, **said,
        )  # fmt: skip

    def _change(
        self, worker: Worker, video_hash: str, made: Callable[[Video, Cuts], Act | None],
        same: Callable[[Act], bool], work: Work,
    ) -> Cuts:  # fmt: skip
        worker.check_may("edit cuts")
        video = self.catalogue.video(video_hash)

        def acts(cuts: Cuts) -> list[Act]:
            act = made(video, cuts)
            return [act] if act is not None else []

        return self._streams.change(cuts_stream(video_hash), acts, worker=worker, work=work, same=same)


_KEPT = 32
"""Films whose folded edits are remembered."""


def told(act: Act) -> str:
    """What an edit did, in words."""
    match act:
        case CutAdded():
            return f"{act.worker} added the {_named(act.transition_kind)} at frame {act.start_frame}"
        case CutMoved() if act.transition_kind == "cut" and act.was_start == act.was_end:
            return f"{act.worker} moved the cut at frame {act.was_start} to {act.start_frame}"
        case CutMoved() if act.transition_kind == "cut":
            return f"{act.worker} made the transition at frame {act.was_start} a cut at {act.start_frame}"
        case CutMoved():
            return (
                f"{act.worker} made the transition at frame {act.was_start} a {_named(act.transition_kind)} from "
                f"{act.start_frame} to {act.end_frame}"
            )
        case CutRemoved():
            gone = "cut" if act.start_frame == act.end_frame else "transition"
            return f"{act.worker} removed the {gone} at frame {act.start_frame}"
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


def _check_seen(cuts: Cuts, work: Work, new: CutEdit | None = None) -> None:
    """StaleVersion where others have touched the place of ``new`` since; for None, where they did anything."""

    def stale(seen: int) -> StaleVersion | None:
        if seen > cuts.version:
            return StaleVersion("The cuts that you saw are not there.", mend="Read them anew.")
        later = [act for act in cuts.acts[seen:] if new is None or _is_near(cuts.change(act), cuts.change(new))]
        if not later:
            return None
        said = "; ".join(cuts.told(act) for act in later[-3:])
        return StaleVersion(
            f"The cuts have changed since you saw them: {said}.", mend="Look at what is there now, then do it again."
        )

    work.check_seen(cuts.version, stale)


def _is_near(one: tuple[Place | None, Place | None], other: tuple[Place | None, Place | None]) -> bool:
    return any(gap(a, b) <= NEAR_FRAMES for a in one if a is not None for b in other if b is not None)
