"""Looking for captions and clips: reading what was asked, and keeping the index level with the ledger.

The index follows the ledger by places. Whoever searches brings it up to date first, as far as there is time for it; it
says how many acts it is behind. States are those that the specification of the clip's campaign derives from its labels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from videolect.errors import BadInput
from videolect.language.query import parse_query
from videolect.language.spec import Spec
from videolect.language.text_query import parse_text
from videolect.oversight.caption_task import CaptionTask
from videolect.oversight.catalogue import Catalogue
from videolect.oversight.labelling import LabelTask
from videolect.oversight.ports import RANKED, CaptionText, ClipStates, Found, SearchIndex, SearchQuery
from videolect.oversight.roles import Worker
from videolect.oversight.standing import fold_any
from videolect.record.acts.labels import Labelled
from videolect.record.campaign import TaskKey

_ACTS_AT_ONCE = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A search as somebody typed it."""

    query: str = ""
    """Over primitives (``language.query``)."""
    text: str = ""
    """Words of captions (``language.text_query``)."""
    campaign: str | None = None
    aspect: str | None = None
    unsettled: bool = False
    limit: int = 20


def read_asked(asked: Asked, spec: Spec) -> SearchQuery:
    """What was asked, read under a specification. BadInput where it says nothing, or cannot be read."""
    if not asked.query.strip() and not asked.text.strip():
        raise BadInput("Nothing is looked for.", mend="Give primitives, such as dolly_zoom, or words of a caption.")
    if not 1 <= asked.limit <= RANKED:
        raise BadInput(f"The limit is {asked.limit}.", mend=f"Give a number from 1 to {RANKED}.")
    if asked.aspect is not None:
        spec.aspect(asked.aspect)
    return SearchQuery(
        states=parse_query(asked.query, spec) if asked.query.strip() else None,
        text=parse_text(asked.text) if asked.text.strip() else None,
        campaign=asked.campaign, aspect=asked.aspect, unsettled=asked.unsettled, limit=asked.limit,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """``query``: as it was read; ``behind``: ledger acts that the index does not know yet."""

    query: SearchQuery
    found: Found
    behind: int


class Searching:
    """Searches over one ledger."""

    def __init__(self, catalogue: Catalogue, index: SearchIndex) -> None:
        self.catalogue = catalogue
        self.index = index

    def find(self, worker: Worker, asked: Asked, *, most_acts: int | None = None) -> Answer:
        """Search, after bringing the index up to date by at most so many acts (None: wholly).

        NotAllowed where texts that are not final are asked for and the worker is no lead; NotFound for a campaign or
        an aspect that there is none of; BadInput as ``read_asked``.
        """
        if asked.unsettled:
            worker.check_may("search what is not final")
        if asked.campaign is not None:
            self.catalogue.campaign(asked.campaign)
        query = read_asked(
            asked, self.catalogue.spec_of(asked.campaign) if asked.campaign is not None else self.catalogue.spec
        )
        behind = self.catch_up(most_acts)
        return Answer(query=query, found=self.index.find(query), behind=behind)

    def rebuild(self, progress: Callable[[int, int], None] | None = None) -> None:
        """Make the index anew from the ledger."""
        self.index.clear()
        self.catch_up(progress=progress)

    def catch_up(
        self, most_acts: int | None = None, *, progress: Callable[[int, int], None] | None = None
    ) -> int:  # fmt: skip
        """Tell the index what happened since it last looked, page by page; how many acts are left after ``most_acts``.

        Several may do this at once: each page is kept by whoever is first.
        """
        horizon = self.catalogue.ledger.horizon()
        seen, told = self.index.seen(), 0
        if seen > horizon:  # the ledger is an older one, from a backup
            self.index.clear()
            seen = 0
        while seen < horizon and (most_acts is None or told < most_acts):
            page = list(islice(self.catalogue.ledger.every(after=seen), _ACTS_AT_ONCE))
            page = [(place, act) for place, act in page if place <= horizon]
            upto = page[-1][0] if len(page) == _ACTS_AT_ONCE else horizon
            captions, states = self._told([act.stream for _, act in page])
            self.index.keep(captions, states, seen=seen, upto=upto)
            told += len(page)
            seen = self.index.seen()  # another process may have gone farther
            if progress is not None:
                progress(min(seen, horizon), horizon)
        return max(0, horizon - seen)

    def _told(self, streams: Sequence[str]) -> tuple[list[CaptionText], list[ClipStates]]:
        """How the tasks of these streams stand now."""
        known = {stream: key for stream in dict.fromkeys(streams) if (key := TaskKey.of_stream(stream)) is not None}
        histories = self.catalogue.ledger.read_many(list(known))
        captions: list[CaptionText] = []
        labels: list[tuple[TaskKey, Labelled]] = []
        for stream, key in known.items():
            task = fold_any([act for _, act in histories[stream]])
            if not isinstance(task, LabelTask):
                captions.append(_caption(key, task))
            elif task.labelled is not None:
                labels.append((key, task.labelled))
        return captions, self._states(labels)

    def _states(self, labels: Sequence[tuple[TaskKey, Labelled]]) -> list[ClipStates]:
        """The states of labelled clips, derived for all of a campaign at once."""
        found: list[ClipStates] = []
        for campaign in dict.fromkeys(key.campaign for key, _ in labels):
            mine = [(key, labelled) for key, labelled in labels if key.campaign == campaign]
            states = self.catalogue.spec_of(campaign).derive_many(
                [self.catalogue.answers_of(labelled) for _, labelled in mine]
            )
            columns = {id_: states.column(id_) for id_ in states.found}
            for row, (key, _) in enumerate(mine):
                yes, no = (
                    frozenset(id_ for id_, column in columns.items() if column[row] == value) for value in (1, 0)
                )
                found.append(ClipStates(campaign=campaign, clip=key.clip, yes=yes, no=no))
        return found


def _caption(key: TaskKey, task: CaptionTask) -> CaptionText:
    """The final caption; else what was handed in last, else the draft."""
    text = task.submitted_text
    if text is None and task.draft is not None:
        text = task.draft.text
    if task.status == "withdrawn":
        text = None
    return CaptionText(
        campaign=key.campaign, clip=key.clip, aspect=key.aspect, settled=task.status == "settled",
        text=text,
    )  # fmt: skip
