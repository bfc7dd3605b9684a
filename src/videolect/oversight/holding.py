"""Who holds a task, by its acts alone: leases are taken and given back, and every lease has a fencing token.

Whether a lease is still live is a matter of the clock and stands in the ledger beside the acts; a lapsed lease goes on
being the task's until somebody else claims it. An act under a token that is no longer the holder's is an *extra*
answer: it is kept and flagged, and moves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from videolect.errors import NotYourTurn
from videolect.oversight.changing import changed
from videolect.record.acts.base import Act
from videolect.record.acts.tasks import Claimed, Opened, Stage
from videolect.record.campaign import TaskKey
from videolect.record.people import Model


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """The worker whose turn it is."""

    worker: str
    token: int
    stage: Stage


@dataclass(frozen=True, kw_only=True, slots=True)
class Holding:
    """All leases that a task ever gave out, and the one that counts."""

    holder: Holder | None = None
    token: int = 0
    """The highest token given out."""
    issued: Mapping[int, Holder] = field(default_factory=dict)

    def claimed(self, act: Claimed) -> Holding:
        """After a claim. Its token must be the next one."""
        if act.token != self.token + 1:
            raise NotYourTurn(f"The lease's token is {act.token}, not {self.token + 1}.", mend="Claim the task again.")
        holder = Holder(worker=act.actor.id, token=act.token, stage=act.stage)
        return Holding(holder=holder, token=act.token, issued={**self.issued, act.token: holder})

    def ended(self) -> Holding:
        """After the lease was given back or its work was done."""
        return changed(self, holder=None)

    def released(self, act: Act) -> Holding:
        """After the holder gave it back. NotYourTurn for a token that no longer counts."""
        if not self.is_current(act):
            raise NotYourTurn(f"{act.worker} no longer holds {act.stream}.", mend="Nothing is left to give back.")
        return self.ended()

    def moved(self, stage: Stage) -> Holding:
        """The same lease, now for the next stage: a reviewer who rejects goes on to correct."""
        assert self.holder is not None, "only who holds the task goes on with it"
        holder = changed(self.holder, stage=stage)
        return changed(self, holder=holder, issued={**self.issued, holder.token: holder})

    def is_current(self, act: Act) -> bool:
        """Whether the act is the holder's; False makes it an extra. NotYourTurn where there never was such a lease."""
        if act.asked_by is not None and not isinstance(act.actor, Model):
            raise NotYourTurn(f"{act.actor.id} acts in the name of {act.asked_by}.", mend="Act in your own name.")
        lease = self.issued.get(act.token) if act.token is not None else None
        if lease is None or lease.worker != act.worker:
            raise NotYourTurn(
                f"{act.worker} was never given a lease with token {act.token} on {act.stream}.",
                mend="Claim the task first, and send the token that the claim returned.",
            )
        return self.holder is not None and lease.token == self.holder.token


def beginning(acts: Iterable[Act]) -> tuple[TaskKey, Opened, Iterator[Act]]:
    """A task's key, its first act, and the others. NotYourTurn unless the first is Opened."""
    rest = iter(acts)
    first = next(rest, None)
    key = TaskKey.of_stream(first.stream) if first is not None else None
    if not isinstance(first, Opened) or key is None:
        raise NotYourTurn("A task begins with Opened.", mend="Open it through a campaign.")
    return key, first, rest


def check_follows(version: int, act: Act) -> None:
    """NotYourTurn unless the act comes right after this version of its stream."""
    if act.version != version + 1:
        raise NotYourTurn(f"Act {act.version} of {act.stream} does not follow {version}.", mend="Read the task again.")
