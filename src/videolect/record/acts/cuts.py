"""People's edits of a film's transitions: a stream for each film."""

from __future__ import annotations

from dataclasses import dataclass

from videolect.errors import BadInput
from videolect.record.acts.base import Act
from videolect.record.checks import check_name
from videolect.record.cuts import Place, TransitionKind, check_stretch, check_transition


@dataclass(frozen=True, kw_only=True, slots=True)
class CutAct(Act):
    """A person's edit of a film's transitions. Frames are places in the table of timestamps that the hash names."""

    pts_table_hash: str

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        check_name(self.pts_table_hash, "The hash of the table of timestamps")

    @property
    def was(self) -> Place | None:
        """Where the transition was before the edit; None where it is new."""
        return None

    @property
    def now(self) -> Place | None:
        """Where it is after it; None where it is gone."""
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class CutAdded(CutAct):
    """A person saw a transition."""

    transition_kind: TransitionKind
    start_frame: int
    """The first frame that is no longer wholly the old shot."""
    end_frame: int
    """The first frame that is wholly the new shot; for a cut the same."""

    def __post_init__(self) -> None:
        CutAct.__post_init__(self)
        check_transition(self.transition_kind, self.start_frame, self.end_frame)

    @property
    def now(self) -> Place:
        """Where it is."""
        return self.start_frame, self.end_frame


@dataclass(frozen=True, kw_only=True, slots=True)
class CutMoved(CutAct):
    """A person put a transition elsewhere, or said that it is of another kind."""

    was_start: int
    was_end: int
    transition_kind: TransitionKind
    start_frame: int
    end_frame: int

    def __post_init__(self) -> None:
        CutAct.__post_init__(self)
        check_stretch(self.was_start, self.was_end)
        check_transition(self.transition_kind, self.start_frame, self.end_frame)

    @property
    def was(self) -> Place:
        """Where it was."""
        return self.was_start, self.was_end

    @property
    def now(self) -> Place:
        """Where it is."""
        return self.start_frame, self.end_frame


@dataclass(frozen=True, kw_only=True, slots=True)
class CutRemoved(CutAct):
    """A person said that nothing happens there."""

    start_frame: int
    end_frame: int

    def __post_init__(self) -> None:
        CutAct.__post_init__(self)
        check_stretch(self.start_frame, self.end_frame)

    @property
    def was(self) -> Place:
        """Where it was."""
        return self.start_frame, self.end_frame


@dataclass(frozen=True, kw_only=True, slots=True)
class CutUndone(Act):
    """A person took an edit back."""

    undone: int
    """The version of the act that counts no more."""

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        if self.undone < 1:
            raise BadInput(f"There is no act {self.undone}.", mend="Name an earlier act of the stream, from 1.")


CutEdit = CutAdded | CutMoved | CutRemoved


def cuts_stream(video_hash: str) -> str:
    """The stream of people's edits of one film's transitions."""
    return f"cuts/{check_name(video_hash, 'The video hash')}"
