"""The desk's verbs as addresses. Each route reads a body, calls one verb, and shows the task as it is then.

Annotations are evaluated here, not postponed: FastAPI reads them, and some are made inside ``desk_router``.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Protocol, get_args

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.responses import StreamingResponse

from videolect.errors import BadInput, NotFound, StaleVersion
from videolect.oversight.caption_task import STAGE_OF, STATUSES
from videolect.oversight.desk import Desk, Outcome
from videolect.oversight.ports import Lease, QueueQuery
from videolect.record.acts.tasks import Stage, Status
from videolect.record.campaign import LABELS, TaskKey
from videolect.record.codec import from_plain
from videolect.record.critique import Critique, Point
from videolect.web import models, views
from videolect.web.auth import SignedIn, SignInDesk, set_cookie

STAGES: tuple[Stage, ...] = get_args(Stage)
MAX_PAGE = 200


class ScratchPad(Protocol):
    """Where typed words are kept until they are handed in."""

    def get(self, person: str, stream: str) -> Any:
        """The page with ``revision`` and ``body``, or None."""
        ...

    def put(self, person: str, stream: str, *, seen: int, body: dict[str, Any], now: Any) -> Any:
        """The saved page, or None where another tab was faster."""
        ...


class Triples(Protocol):
    """How settled tasks are exported."""

    def __call__(self, campaign: str | None) -> Iterator[str]:
        """Lines of JSON."""
        ...


class ScratchStale(StaleVersion):
    """Another tab has saved since; ``saved`` is what stands."""

    def __init__(self, saved: models.ScratchShape) -> None:
        super().__init__("Another tab has saved this task's page since.", mend="Choose which of the two to keep.")
        self.saved = saved


def session_router(signing: SignInDesk) -> APIRouter:
    """Signing in and out."""
    router = APIRouter(prefix="/api/session")

    def shape(found: SignedIn) -> models.SessionShape:
        person = models.PersonShape(id=found.worker.id, name=found.account.name, roles=list(found.account.roles))
        return models.SessionShape(person=person, csrf=found.session.csrf)

    @router.post("")
    def sign_in(body: models.SignIn, request: Request, response: Response) -> models.SessionShape:
        """Begin a session."""
        found, token = signing.sign_in(body.person, body.password, request.client.host if request.client else "")
        set_cookie(response, token, secure=request.url.scheme == "https")
        return shape(found)

    @router.get("")
    def session(found: Annotated[SignedIn, Depends(signing.who)]) -> models.SessionShape:
        """The running session."""
        return shape(found)

    @router.delete("", status_code=204)
    def sign_out(request: Request, response: Response, _: Annotated[SignedIn, Depends(signing.who)]) -> None:
        """End the session."""
        signing.sign_out(request)

    return router


def desk_router(desk: Desk, signing: SignInDesk, scratch: ScratchPad, triples: Triples) -> APIRouter:
    """Everything that a signed-in person sees and does."""
    router = APIRouter(prefix="/api")
    Me = Annotated[SignedIn, Depends(signing.who)]  # noqa: N806  # a type, made here because it closes over `signing`

    def view(key: TaskKey, me: SignedIn) -> models.TaskView:
        saved = scratch.get(me.worker.id, key.stream)
        shape = models.ScratchShape(revision=saved.revision, body=saved.body) if saved else None
        return views.task_view(desk, key, desk.look(key), me.worker, shape)

    def outcome(done: Outcome, key: TaskKey, me: SignedIn) -> models.OutcomeShape:
        return models.OutcomeShape(outcome=done.outcome, task=view(key, me))

    # -- looking

    @router.get("/spec")
    def spec(me: Me, campaign: str | None = None) -> dict[str, Any]:
        """The specification: fields of the label form, aspects with their policies, primitives.

        That of a campaign, which keeps its version; without one the newest.
        """
        return (desk.catalogue.spec if campaign is None else desk.catalogue.spec_of(campaign)).as_json()

    @router.get("/campaigns")
    def campaigns(me: Me) -> models.Campaigns:
        """All campaigns."""
        clips: dict[str, int] = {}
        for row in desk.board():
            if row.aspect == LABELS:
                clips[row.campaign] = clips.get(row.campaign, 0) + row.count
        return models.Campaigns(
            campaigns=[
                models.CampaignShape(
                    name=each.name,
                    aspects=list(each.aspects),
                    clips=clips.get(each.name, 0),
                    spec_version=each.spec_version,
                )
                for each in desk.catalogue.campaigns()
            ]
        )

    @router.get("/queue")
    def queue(
        me: Me, campaign: str | None = None, stage: str | None = None, aspect: str | None = None,
        status: str | None = None, after: str | None = None, limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
    ) -> models.QueueShape:  # fmt: skip
        """A page of the queue, by priority and then age."""
        if status is not None and status not in STATUSES:
            raise BadInput(f"Status {status!r} is unknown.", mend=f"Use one of {', '.join(STATUSES)}.")
        stages = tuple(known for known in STAGES if known == stage)
        if stage is not None and not stages:
            raise BadInput(f"Stage {stage!r} is unknown.", mend=f"Use one of {', '.join(STAGES)}.")
        rows = desk.queue(
            QueueQuery(
                campaign=campaign, stages=stages, aspect=aspect, status=status, after=_cursor(after), limit=limit + 1
            )
        )
        shown, more = rows[:limit], len(rows) > limit
        held = desk.ledger.leases([row.stream for row in shown], now=desk.clock.now())
        return models.QueueShape(
            rows=[views.row_shape(row, me.worker, held.get(row.stream)) for row in shown],
            next=f"{-shown[-1].priority}.{shown[-1].opened_seq}" if more else None,
            open=_open_by_stage(campaign, me),
        )

    def _open_by_stage(campaign: str | None, me: SignedIn) -> dict[Stage, int]:
        waiting = dict.fromkeys(me.worker.stages, 0)
        for row in desk.board(campaign):
            stage = STAGE_OF.get(row.status)
            if stage in waiting:
                waiting[stage] += row.count
        return waiting

    @router.get("/board")
    def board(me: Me, campaign: str | None = None) -> models.BoardShape:
        """How many tasks stand where."""
        counts: dict[tuple[str, str], dict[Status, int]] = {}
        for row in desk.board(campaign):
            counts.setdefault((row.campaign, row.aspect), {})[row.status] = row.count
        order = {
            name: place for place, name in enumerate((LABELS, *(aspect.id for aspect in desk.catalogue.spec.aspects)))
        }
        rows = sorted(counts.items(), key=lambda item: (item[0][0], order.get(item[0][1], len(order)), item[0][1]))
        return models.BoardShape(
            rows=[models.BoardRowShape(campaign=of, aspect=aspect, counts=found) for (of, aspect), found in rows]
        )

    @router.get("/triples", response_class=StreamingResponse)
    def export(me: Me, campaign: str | None = None) -> StreamingResponse:
        """Settled tasks as JSONL: for reviewers and leads."""
        me.worker.check_may("export triples")
        if campaign is not None:
            desk.catalogue.campaign(campaign)
        return StreamingResponse(
            triples(campaign), media_type="application/x-ndjson", headers={"Content-Disposition": "attachment"}
        )

    # -- taking and giving back

    @router.post("/claim")
    def claim_next(me: Me, body: models.ClaimBody) -> models.NextShape:
        """Take the first task that I may do."""
        if body.campaign is not None:
            desk.catalogue.campaign(body.campaign)
        stages = (body.stage,) if body.stage else None
        lease = desk.claim_next(me.worker, campaign=body.campaign, stages=stages, aspect=body.aspect)
        if lease is None:
            return models.NextShape(lease=None, why="Nothing waits for you here.")
        key = TaskKey.of_stream(lease.stream)
        assert key is not None  # only tasks have leases
        taken = views.lease_shape(desk, lease, _stage_held(key, lease))
        task = models.TaskKeyShape(campaign=key.campaign, clip=key.clip, aspect=key.aspect)
        return models.NextShape(lease=models.NextLease(**taken.model_dump(), task=task), why=None)

    def _stage_held(key: TaskKey, lease: Lease) -> Stage:
        return desk.look(key).task.holding.issued[lease.token].stage

    def task_key(campaign: str, clip: str, aspect: str) -> TaskKey:
        try:
            return TaskKey(campaign=campaign, clip=clip, aspect=aspect)
        except BadInput:
            raise NotFound("There is no such task.", mend="Choose one from the queue.") from None

    Key = Annotated[TaskKey, Depends(task_key)]  # noqa: N806  # a type, as above
    path = "/tasks/{campaign}/{clip}/{aspect}"

    @router.get(path)
    def task(key: Key, me: Me) -> models.TaskView:
        """All that the task's page shows."""
        return view(key, me)

    @router.get(path + "/form")
    def form(key: Key, me: Me) -> models.FormShape:
        """The label form of this clip."""
        desk.look(key)
        if not key.is_labels:
            raise NotFound("A caption has no label form.", mend="Ask for that of the clip's labels.")
        return models.FormShape.model_validate(desk.catalogue.form(key.campaign).description)

    @router.get(path + "/acts")
    def acts(key: Key, me: Me) -> models.ActsShape:
        """The task's history."""
        desk.look(key)
        return models.ActsShape(acts=[views.act_shape(act, me.worker) for act in desk.ledger.read(key.stream)])

    @router.post(path + "/claim")
    def claim(key: Key, me: Me) -> models.ClaimShape:
        """Take this task."""
        lease = desk.claim(me.worker, key)
        return models.ClaimShape(lease=views.lease_shape(desk, lease, _stage_held(key, lease)))

    @router.post(path + "/heartbeat")
    def heartbeat(key: Key, me: Me, body: models.TokenBody) -> models.BeatShape:
        """Keep the lease alive."""
        return models.BeatShape(until=desk.heartbeat(me.worker, key, body.token).until.isoformat())

    @router.post(path + "/release", status_code=204)
    def release(key: Key, me: Me, body: models.ReleaseBody) -> None:
        """Give the task back."""
        desk.release(me.worker, key, body.token, reason=body.reason)

    @router.put(path + "/scratch")
    def save(key: Key, me: Me, body: models.ScratchBody) -> models.RevisionNumber:
        """Keep what is typed so far."""
        desk.look(key)
        saved = scratch.put(me.worker.id, key.stream, seen=body.revision, body=body.body, now=desk.clock.now())
        if saved is None:
            found = scratch.get(me.worker.id, key.stream)
            raise ScratchStale(
                models.ScratchShape(revision=found.revision if found else 0, body=found.body if found else {})
            )
        return models.RevisionNumber(revision=saved.revision)

    # -- the work

    @router.post(path + "/label")
    def label(key: Key, me: Me, body: models.LabelBody) -> models.OutcomeShape:
        """Answer the label form."""
        done = desk.label(me.worker, key, body.work, body.model_dump()["answers"], untouched=body.untouched)
        return outcome(done, key, me)

    @router.post(path + "/rate")
    def rate(key: Key, me: Me, body: models.RateBody) -> models.OutcomeShape:
        """Rate the draft, 1 to 5."""
        return outcome(desk.rate(me.worker, key, body.work, body.rating), key, me)

    @router.post(path + "/critique")
    def critique(key: Key, me: Me, body: models.CritiqueBody) -> models.OutcomeShape:
        """Say what is wrong with the draft."""
        points = tuple(from_plain(Point, point.model_dump()) for point in body.points)
        said = Critique(raw=body.raw, points=points, language=body.language, polished=body.polished)
        return outcome(desk.critique(me.worker, key, body.work, said), key, me)

    @router.post(path + "/polish")
    def polish(key: Key, me: Me, body: models.WorkBody) -> models.OutcomeShape:
        """Let the writer put the critique into clear sentences."""
        return outcome(desk.polish(me.worker, key, body.work), key, me)

    @router.post(path + "/revise")
    def revise(key: Key, me: Me, body: models.WorkBody) -> models.OutcomeShape:
        """Let the writer carry out the critique."""
        return outcome(desk.revise(me.worker, key, body.work), key, me)

    @router.post(path + "/redraft")
    def redraft(key: Key, me: Me, body: models.WorkBody) -> models.OutcomeShape:
        """A new draft where the old one is stale."""
        return outcome(desk.redraft(me.worker, key, body.work), key, me)

    @router.post(path + "/edit")
    def edit(key: Key, me: Me, body: models.EditBody) -> models.OutcomeShape:
        """Write by hand."""
        return outcome(desk.edit(me.worker, key, body.work, body.text), key, me)

    @router.post(path + "/submit")
    def submit(key: Key, me: Me, body: models.WorkBody) -> models.OutcomeShape:
        """Hand the caption in."""
        return outcome(desk.submit(me.worker, key, body.work), key, me)

    @router.post(path + "/correct")
    def correct(key: Key, me: Me, body: models.WorkBody) -> models.OutcomeShape:
        """Hand a correction in."""
        return outcome(desk.correct(me.worker, key, body.work), key, me)

    @router.post(path + "/approve")
    def approve(key: Key, me: Me, body: models.ApproveBody) -> models.OutcomeShape:
        """Let the caption stand."""
        return outcome(desk.approve(me.worker, key, body.work, body.ticks), key, me)

    @router.post(path + "/reject")
    def reject(key: Key, me: Me, body: models.RejectBody) -> models.OutcomeShape:
        """Send the caption to correction."""
        return outcome(desk.reject(me.worker, key, body.work, body.reason, body.ticks), key, me)

    @router.post(path + "/withdraw")
    def withdraw(key: Key, me: Me, body: models.WithdrawBody) -> models.OutcomeShape:
        """Take a submission back, or close the task."""
        return outcome(desk.withdraw(me.worker, key, body.work, body.target, body.reason), key, me)

    return router


def _cursor(after: str | None) -> tuple[int, int] | None:
    if after is None:
        return None
    try:
        priority, seq = (int(part) for part in after.split("."))
        if max(abs(priority), abs(seq)) >= 2**63:
            raise ValueError
        return priority, seq
    except ValueError:
        raise BadInput(f"{after[:40]!r} is no cursor.", mend="Use the value of `next` of the page before.") from None
