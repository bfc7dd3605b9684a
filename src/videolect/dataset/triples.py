"""Settled tasks as triples: a query over the acts. ``triple_files`` writes and reads them.

The order is that in which the tasks were opened, so one ledger gives the same rows every time it is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from videolect.errors import BadInput
from videolect.oversight.caption_task import CaptionTask, Round, fold
from videolect.oversight.ports import Ledger
from videolect.record.acts.base import Act
from videolect.record.acts.captions import Rejected, Tick
from videolect.record.acts.catalogue import CampaignOpened
from videolect.record.campaign import TaskKey
from videolect.record.checks import content_hash
from videolect.record.critique import SENTINEL
from videolect.record.triple import JudgedPoint, Triple, TripleKind

AT_ONCE = 500
"""Tasks that are read together."""


def triples(ledger: Ledger, *, campaign: str | None = None) -> Iterator[Triple]:
    """One triple per settled caption, in the order in which the tasks were opened; few tasks in memory at a time.

    ``triple_jobs`` does the same with several processes.
    """
    hashes = spec_hashes(ledger)
    for some in slices(ledger, campaign=campaign):
        yield from triples_of(ledger, some, hashes)


def spec_hashes(ledger: Ledger) -> dict[str, str]:
    """Campaign -> hash of its specification."""
    return {
        act.campaign.name: act.campaign.spec_hash
        for _, act in ledger.every(kind="CampaignOpened")
        if isinstance(act, CampaignOpened)
    }


def slices(ledger: Ledger, *, campaign: str | None = None) -> Iterator[list[TaskKey]]:
    """The caption tasks in the order in which they were opened, ``AT_ONCE`` at a time."""
    keys = map(TaskKey.of_stream, ledger.streams(kind="Opened"))
    wanted = (key for key in keys if key and not key.is_labels and campaign in (None, key.campaign))
    while some := list(islice(wanted, AT_ONCE)):
        yield some


def triples_of(ledger: Ledger, keys: Sequence[TaskKey], hashes: Mapping[str, str]) -> Iterator[Triple]:
    """The triples of those of these tasks that are settled. hashes: of ``spec_hashes``."""
    histories = ledger.read_many([key.stream for key in keys])
    for key in keys:
        placed = histories[key.stream]
        task = fold(act for _, act in placed)
        if task.status == "settled":
            yield triple_of(task, placed, spec_hash=hashes.get(key.campaign, ""))


def triple_of(task: CaptionTask, placed: Iterable[tuple[int, Act]], *, spec_hash: str) -> Triple:
    """The row of one settled task. ``placed``: its acts with their places in the ledger."""
    final = task.rounds[-1]
    first = task.rounds[0]
    settling = final.verdict or final.closed
    if settling is None or final.closed is None or first.closed is None:
        raise BadInput(f"{task.key.stream} is {task.status}.", mend="Only settled tasks have a row.")
    seq = next(place for place, act in placed if act.version == settling.version)
    rejected = final.inherited if final.kind == "correction" else None
    critiqued = task.mode == "critique"
    perfect = critiqued and final.rating == 5
    critique = final.critique if critiqued and not perfect else None
    draft = final.draft if task.mode != "write" else None
    clip = task.opened.clip
    return Triple(
        triple_id=content_hash(task.key.stream)[:20],
        video_id=clip.id,
        video_hash=clip.video_hash,
        source_id=clip.source_id,
        start_pts=clip.start_pts,
        end_pts=clip.end_pts,
        time_base=clip.time_base,
        aspect=task.key.aspect,
        kind=_kind(task, final),
        pre_caption=draft.text if draft else None,
        pre_model=draft.actor.id if draft else None,
        pre_prompt_hash=getattr(draft.actor, "prompt_hash", None) if draft else None,
        rating=final.rating,
        critique_raw=critique.raw if critique else None,
        critique=SENTINEL if perfect else critique.words if critique else None,
        critique_language=critique.language if critique else "en" if perfect else None,
        points=_points(final, rejected),
        post_caption=final.closed.text,
        post_model=final.revision.actor.id if final.revision else None,
        edited_by_hand=_by_hand(task, final),
        annotator=first.author,
        reviewer=final.verdict.actor.id if final.verdict else final.author,
        verdict="corrected" if final.kind == "correction" else "approved",
        rejected_critique=_critique_words(task, rejected) if rejected else None,
        rejected_post_caption=rejected.closed.text if rejected and rejected.closed else None,
        same_draft=rejected.draft == final.draft if rejected else None,
        spec_version=task.opened.spec_version,
        spec_hash=spec_hash,
        parents=draft.parents if draft else {},
        campaign=task.key.campaign,
        mode=task.opened.mode,
        active_seconds=sum(task.active_seconds.values()),
        drafted_at=draft.at if draft else None,
        submitted_at=first.closed.at,
        settled_at=settling.at,
        ledger_seq=seq,
    )


def _kind(task: CaptionTask, final: Round) -> TripleKind:
    if task.mode == "critique":
        return "perfect" if final.rating == 5 else "revised"
    return "edited" if task.mode == "edit" else "written"


def _critique_words(task: CaptionTask, rejected: Round) -> str | None:
    if task.mode != "critique":
        return None
    if rejected.rating == 5:
        return SENTINEL
    return rejected.critique.words if rejected.critique else None


def _by_hand(task: CaptionTask, final: Round) -> bool:
    if task.mode == "write":
        return True
    machine = final.revision.text if final.revision else final.draft.text if final.draft else None
    return final.edited is not None and final.edited != machine


def _points(final: Round, rejected: Round | None) -> tuple[JudgedPoint, ...]:
    """The final critique's points. A correction that nobody reviewed keeps the ticks on the points it left alone."""
    if final.critique is None:
        return ()
    ticks: Mapping[str, Tick] = {}
    if final.verdict is not None:
        ticks = final.verdict.ticks
    elif rejected is not None and rejected.critique is not None and isinstance(rejected.verdict, Rejected):
        left_alone = {point.id for point in final.critique.points if point in rejected.critique.points}
        ticks = {point: tick for point, tick in rejected.verdict.ticks.items() if point in left_alone}
    applied = set(final.revision.applied) if final.revision else set()
    return tuple(
        JudgedPoint(point=point, verdict=ticks.get(point.id), addressed=point.id in applied)
        for point in final.critique.points
    )
