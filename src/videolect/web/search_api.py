"""``/api/search``: clips by primitives, captions by words.

Annotations are evaluated here, not postponed, as in ``api``.
"""

import time
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from videolect.language.text_query import snippet
from videolect.oversight.desk import Desk
from videolect.oversight.ports import RANKED, Hit
from videolect.oversight.searching import Asked, Searching
from videolect.record.campaign import LABELS, TaskKey
from videolect.web import search_models as models
from videolect.web.auth import SignedIn, SignInDesk

_ACTS = 2_000
"""Acts that one request brings the index forward by: about a second's work."""

_Text = Annotated[str, Query(max_length=2_000)]
_Name = Annotated[str | None, Query(max_length=200)]


def search_router(desk: Desk, searching: Searching, signing: SignInDesk) -> APIRouter:
    """Searches, for everybody who has signed in; texts that are not final for leads alone."""
    router = APIRouter(prefix="/api")
    Me = Annotated[SignedIn, Depends(signing.who)]  # noqa: N806  # a type, made here because it closes over `signing`

    @router.get("/search")
    def search(
        me: Me, q: _Text = "", text: _Text = "", campaign: _Name = None, aspect: _Name = None, unsettled: bool = False,
        limit: Annotated[int, Query(ge=1, le=RANKED)] = 20,
    ) -> models.SearchShape:  # fmt: skip
        """Clips whose primitives are as ``q`` says, captions with all words of ``text``, or both."""
        begun = time.perf_counter()
        asked = Asked(query=q, text=text, campaign=campaign, aspect=aspect, unsettled=unsettled, limit=limit)
        answer = searching.find(me.worker, asked, most_acts=_ACTS)
        return models.SearchShape(
            read_as=str(answer.query.states) if answer.query.states is not None else None,
            hits=[_hit(desk, hit) for hit in answer.found.hits],
            total=answer.found.total,
            seconds=round(time.perf_counter() - begun, 4),
            behind=answer.behind,
        )

    return router


def _hit(desk: Desk, hit: Hit) -> models.HitShape:
    clip = desk.look(TaskKey(campaign=hit.campaign, clip=hit.clip, aspect=hit.aspect or LABELS)).task.opened.clip
    cut = snippet(hit.caption, hit.marks) if hit.caption is not None else None
    return models.HitShape(
        campaign=hit.campaign, video_id=hit.clip, aspect=hit.aspect, settled=hit.settled, caption=hit.caption,
        marks=list(hit.marks), score=hit.score, states=dict(hit.states),
        snippet=models.SnippetShape(text=cut.text, marks=list(cut.marks)) if cut is not None else None,
        video_hash=clip.video_hash, start_frame=clip.start_frame, end_frame=clip.end_frame,
    )  # fmt: skip
