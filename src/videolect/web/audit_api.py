"""Audits of other people's captions over HTTP: everybody with a role answers, leads import, close, and see the figures.

Annotations are evaluated here, not postponed, as in ``api``.
"""

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import StreamingResponse

from videolect.errors import BadInput, NotFound
from videolect.evals.audit.files import as_jsonl, read_audit_text
from videolect.evals.audit.people import judged
from videolect.evals.audit.report import audit_report
from videolect.oversight.audit import Audit, AuditDesk
from videolect.record.acts.audits import Audited, audit_stream
from videolect.record.audit import AuditItem, AuditRatings, AuditSpan
from videolect.web import audit_models as shapes
from videolect.web import models
from videolect.web.api import ScratchPad, ScratchStale
from videolect.web.auth import SignedIn, SignInDesk

_Name = Annotated[str, Path(max_length=200)]
_Number = Annotated[int, Path(ge=0, lt=2**31)]
_BEGINS = 80
"""Characters of a caption in a list."""
_KEPT = 8
"""Reports that are remembered."""


def audit_router(audits: AuditDesk, scratch: ScratchPad, signing: SignInDesk) -> APIRouter:
    """The pages of audits."""
    router = APIRouter(prefix="/api/audits")
    Me = Annotated[SignedIn, Depends(signing.who)]  # noqa: N806  # a type, made here because it closes over `signing`
    reports = _Reports(audits)

    def shown(name: str, number: int, me: SignedIn) -> shapes.AuditItemShape:
        audit, item = audits.item(name, number)
        saved = scratch.get(me.worker.id, _page(name, number))
        kept = models.ScratchShape(revision=saved.revision, body=saved.body) if saved else None
        return _item(audits, audit, item, number, me, kept)

    @router.get("")
    def every(me: Me) -> shapes.AuditsShape:
        """All audits."""
        return shapes.AuditsShape(
            audits=[shapes.AuditRowShape(**_row(audits.look(name), me)) for name in audits.audits()],
            may_audit=me.worker.may("audit"), may_lead=me.worker.may("close an audit"),
        )  # fmt: skip

    @router.get("/{name}")
    def one(name: _Name, me: Me) -> shapes.AuditShape:
        """One audit, with what I have answered."""
        audit = audits.look(name)
        done = [_mine(audit, number, me) for number in audit.by(me.worker.id)]
        return shapes.AuditShape(
            **_row(audit, me), done=done, may_audit=me.worker.may("audit"), may_lead=me.worker.may("close an audit")
        )

    @router.get("/{name}/next")
    def following(
        name: _Name,
        me: Me,
        skip: Annotated[list[int], Query(max_length=1000)] = [],  # noqa: B006  # pydantic copies it
    ) -> shapes.AuditNextShape:
        """The item that comes next for me, those to ``skip`` last; nothing is held by asking."""
        me.worker.check_may("audit")
        audit = audits.look(name)
        return shapes.AuditNextShape(number=None if audit.closed else audit.next_for(me.worker.id, skip))

    @router.get("/{name}/items/{number}")
    def item(name: _Name, number: _Number, me: Me) -> shapes.AuditItemShape:
        """A caption, my answer, and what I have typed so far."""
        return shown(name, number, me)

    @router.put("/{name}/items/{number}/scratch")
    def save(name: _Name, number: _Number, me: Me, body: models.ScratchBody) -> models.RevisionNumber:
        """Keep what is typed so far."""
        audits.item(name, number)
        page = _page(name, number)
        saved = scratch.put(me.worker.id, page, seen=body.revision, body=body.body, now=audits.catalogue.clock.now())
        if saved is None:
            found = scratch.get(me.worker.id, page)
            raise ScratchStale(
                models.ScratchShape(revision=found.revision if found else 0, body=found.body if found else {})
            )
        return models.RevisionNumber(revision=saved.revision)

    @router.post("/{name}/items/{number}/answer")
    def answer(name: _Name, number: _Number, me: Me, body: shapes.AuditAnswerBody) -> shapes.AuditItemShape:
        """Say how good a caption is, or amend what I said."""
        audits.answer(
            me.worker, name, number, AuditRatings(**body.ratings.model_dump()),
            spans=[AuditSpan(**span.model_dump()) for span in body.spans], critique=body.critique, work=body.work,
        )  # fmt: skip
        return shown(name, number, me)

    # -- for leads

    @router.post("/{name}/import")
    def take(name: _Name, me: Me, body: shapes.AuditImportBody) -> shapes.AuditTakenShape:
        """Captions into an audit, which is opened if it is not there; bad rows are named and the others go on."""
        me.worker.check_may("import captions into an audit")
        return _take(audits, name, me, body)

    @router.post("/{name}/close")
    def close(name: _Name, me: Me, body: shapes.AuditReasonBody) -> shapes.AuditRowShape:
        """End an audit."""
        return shapes.AuditRowShape(**_row(audits.close(me.worker, name, reason=body.reason, work=body.work), me))

    @router.post("/{name}/reopen")
    def reopen(name: _Name, me: Me, body: shapes.AuditReasonBody) -> shapes.AuditRowShape:
        """Let a closed audit go on."""
        return shapes.AuditRowShape(**_row(audits.reopen(me.worker, name, reason=body.reason, work=body.work), me))

    @router.get("/{name}/statistics")
    def statistics(
        name: _Name, me: Me, resamples: Annotated[int, Query(ge=1, le=10_000)] = 1000
    ) -> shapes.AuditStatisticsShape:
        """Means with intervals, agreement, failures, and the automatic part."""
        me.worker.check_may("see the figures of an audit")
        return shapes.AuditStatisticsShape(figures=reports.of(audits.look(name), resamples))

    @router.get("/{name}/answers", response_class=StreamingResponse)
    def answers(name: _Name, me: Me) -> StreamingResponse:
        """All answers as JSONL, in the columns that ``eval audit`` reads."""
        me.worker.check_may("export the answers of an audit")
        rows = [row for row in judged(audits.look(name)) if row.ratings]
        return StreamingResponse(
            as_jsonl(rows), media_type="application/x-ndjson", headers={"Content-Disposition": "attachment"}
        )

    return router


class _Reports:
    """Reports of the audits as they stood; one is made at a time."""

    def __init__(self, audits: AuditDesk) -> None:
        self._audits = audits
        self._making = threading.Lock()
        self._known: dict[tuple[str, int, int], dict[str, Any]] = {}

    def of(self, audit: Audit, resamples: int) -> dict[str, Any]:
        asked = (audit.name, audit.version, resamples)
        with self._making:
            if asked not in self._known:
                made = audit_report(judged(audit), self._audits.catalogue.spec, resamples=resamples)
                self._known = {asked: made, **dict(list(self._known.items())[: _KEPT - 1])}
            return self._known[asked]


def _page(name: str, number: int) -> str:
    """Where what is typed on an item is kept."""
    return f"{audit_stream(name)}/{number}"


def _row(audit: Audit, me: SignedIn) -> dict[str, Any]:
    who = me.worker.id
    return {
        "name": audit.name, "items": len(audit.items), "answers": len(audit.answers), "mine": len(audit.by(who)),
        "left": 0 if audit.closed else audit.left_for(who), "people": audit.people, "closed": audit.closed,
        "note": audit.opened.note if audit.opened else "",
    }  # fmt: skip


def _mine(audit: Audit, number: int, me: SignedIn) -> shapes.AuditMineShape:
    caption = audit.items[number - 1].caption
    begins = caption if len(caption) <= _BEGINS else caption[: _BEGINS - 1] + "…"
    given = audit.answers[number, me.worker.id].ratings.overall
    return shapes.AuditMineShape(number=number, overall=given, begins=begins)


def _item(
    audits: AuditDesk, audit: Audit, item: AuditItem, number: int, me: SignedIn, saved: models.ScratchShape | None
) -> shapes.AuditItemShape:
    row = _row(audit, me)
    mine = audit.answers.get((number, me.worker.id))
    film = None
    if item.video_hash is not None:
        with suppress(NotFound):
            film = shapes.AuditVideoShape(hash=item.video_hash, frames=audits.catalogue.video(item.video_hash).frames)
    return shapes.AuditItemShape(
        audit=audit.name, number=number, items=row["items"], mine=row["mine"], left=row["left"], closed=audit.closed,
        note=row["note"], caption=item.caption, aspects=list(item.aspects), film=film,
        answer=None if mine is None else _answer(mine), seen=mine.version if mine else 0,
        name=f"{item.dataset}: {item.id}" if me.worker.may("see who did what") else None,
        may_audit=me.worker.may("audit"), scratch=saved,
    )  # fmt: skip


def _answer(act: Audited) -> shapes.AuditAnswerShape:
    return shapes.AuditAnswerShape(
        ratings=shapes.AuditRatingsShape(**asdict(act.ratings)),
        spans=[shapes.AuditSpanShape(**asdict(span)) for span in act.spans], critique=act.critique,
    )  # fmt: skip


def _take(audits: AuditDesk, name: str, me: SignedIn, body: shapes.AuditImportBody) -> shapes.AuditTakenShape:
    table = read_audit_text(body.file_name, body.text)
    bad = [shapes.AuditBadShape(row=each.row, why=each.why) for each in table.bad]
    items = []
    for row in table.rows:
        try:
            items.append(row.item())
        except BadInput as error:
            bad.append(shapes.AuditBadShape(row=f"{row.judged.dataset}: {row.judged.id}", why=str(error)))
    taken = audits.add(me.worker, name, items, people=body.people, note=body.note)
    bad += [shapes.AuditBadShape(row=f"{item.dataset}: {item.id}", why=why) for item, why in taken.refused]
    if not taken.audit.items:
        raise BadInput("The table has no caption that can be used.", mend=_first(bad))
    return shapes.AuditTakenShape(
        new=taken.new, known=taken.known, bad=bad, unknown_columns=list(table.unknown),
        ratings_left_out=sum(bool(row.judged.ratings) for row in table.rows),
        films_left_out=sum(row.video is not None for row in table.rows),
        audit=shapes.AuditRowShape(**_row(taken.audit, me)),
    )  # fmt: skip


def _first(bad: Sequence[shapes.AuditBadShape]) -> str:
    return f"{bad[0].row}: {bad[0].why}" if bad else "Give a row for each caption."
