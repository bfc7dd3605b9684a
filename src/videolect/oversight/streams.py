"""Load, check, append: how a stream of acts is changed by several people at once, and by requests that come twice.

The streams of cuts, of audits and of the language go through here; those of tasks, which have leases besides, through
``desk``. Nothing is overwritten: who is overtaken does it again upon what stands then, or is told what has changed.
What comes with a change from the worker's side, here and there, is ``Work``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from videolect.errors import KeyReused, StaleVersion, VideolectError
from videolect.oversight.ports import Ledger
from videolect.oversight.roles import Worker
from videolect.record.acts.base import Act

_TRIES = 30
"""How often a change is made again when another act slipped in between."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """What comes with an act from the worker's side. All of it may be left out, but for the token of a task's lease."""

    token: int | None = None
    """Of the lease under which it is done; only tasks have leases."""
    key: str | None = None
    """The worker's idempotency key: the same request again does nothing more."""
    seen: int | None = None
    """The version that the worker saw of what is changed; StaleVersion where it has moved on. None: do not ask."""
    active_seconds: float = 0.0
    """Time at it since the last act, idle time left out."""

    def check_seen(self, version: int, stale: Callable[[int], StaleVersion | None]) -> None:
        """Raise where the worker saw another version than this, which stands now.

        ``stale(seen)``: the error that tells what has changed; None where what came since does not touch this change.
        """
        if self.seen is not None and self.seen != version and (error := stale(self.seen)) is not None:
            raise error


BARE = Work()
"""A change with which nothing comes."""


class State(Protocol):
    """What is folded from a stream."""

    @property
    def version(self) -> int:
        """How many acts there are."""
        ...


S = TypeVar("S", bound=State)


class Streams(Generic[S]):
    """Streams of one sort. ``fold(acts, before)`` gives the state after some more acts; None: from the first on.

    Only the acts that came since the last look are read: there may be thousands. ``most`` states are remembered.
    """

    def __init__(self, ledger: Ledger, fold: Callable[[Sequence[Act], S | None], S], *, most: int) -> None:
        self.ledger = ledger
        self.fold = fold
        self.most = most
        self._lock = threading.Lock()
        self._known: dict[str, S] = {}  # the one used last stands last

    def look(self, stream: str) -> S:
        """Where a stream stands."""
        with self._lock:
            known = self._known.get(stream)
        state = self.fold(self.ledger.read(stream, after=known.version if known is not None else 0), known)
        self._remember(stream, state)
        return state

    def change(
        self, stream: str, made: Callable[[S], Sequence[Act]], *, worker: Worker, work: Work = BARE,
        same: Callable[[Act], bool] = lambda act: True,
    ) -> S:  # fmt: skip
        """Append what ``made`` makes of what stands; where another was faster, of what stands then. None: nothing.

        Where the key of ``work`` led to an act before, the state is given and nothing is done, if that act was the
        ``same`` one; KeyReused if it was another. What was seen is for ``made`` to check (``Work.check_seen``), as the
        streams differ in what touches a change.
        """
        key = work.key
        for left in reversed(range(_TRIES)):
            earlier = self.ledger.by_key(worker.id, key) if key is not None else None
            state = self.look(stream)
            if earlier is not None:
                if earlier.stream != stream or not same(earlier):
                    raise reused(earlier)
                return state
            try:
                acts = made(state)
            except VideolectError:
                # The same request may have come through between the look for its key and the look at the stream.
                if left and key is not None and self.ledger.by_key(worker.id, key) is not None:
                    continue
                raise
            if not acts:
                return state
            after = self.fold(acts, state)
            try:
                self.ledger.append(acts)
            except (StaleVersion, KeyReused):  # another was faster, or the same request came twice at once
                with self._lock:
                    self._known.pop(stream, None)
                if not left:
                    raise
            else:
                self._remember(stream, after)
                return after
        raise AssertionError("the last try returns or raises")

    def _remember(self, stream: str, state: S) -> None:
        with self._lock:
            before = self._known.pop(stream, state)
            if state.version == 0:  # a stream that nobody has begun may be asked for under any name
                return
            self._known[stream] = state if state.version >= before.version else before
            while len(self._known) > self.most:
                del self._known[next(iter(self._known))]


def says(act: Act, kind: type[Act], fields: Mapping[str, Any]) -> bool:
    """Whether an act is of this kind and says this: what makes two requests the same."""
    return type(act) is kind and all(getattr(act, name) == value for name, value in fields.items())


def reused(earlier: Act) -> KeyReused:
    """The error for a key that came with another act before."""
    return KeyReused(
        f"The idempotency key {(earlier.key or '')[:60]!r} already led to {type(earlier).__name__} in "
        f"{earlier.stream}.",
        mend="Make a new key for each act.",
    )
