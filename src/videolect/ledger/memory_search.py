"""The index of captions and states in memory: every query looks at everything. It says what the others must answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

from videolect.language.text_query import match
from videolect.oversight.ports import RANKED, CaptionText, ClipStates, Found, Hit, SearchQuery

_Clip = tuple[str, str]


class MemorySearch:
    """As ``oversight.ports.SearchIndex``."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self.clear()

    def clear(self) -> None:
        """As ``SearchIndex.clear``."""
        with self._lock:
            self._seen = 0
            self._clips: dict[_Clip, int] = {}
            self._aspects: dict[str, int] = {}
            self._states: dict[_Clip, ClipStates] = {}
            self._texts: dict[_Clip, dict[str, CaptionText]] = {}

    def seen(self) -> int:
        """As ``SearchIndex.seen``."""
        return self._seen

    def keep(self, captions: Sequence[CaptionText], states: Sequence[ClipStates], *, seen: int, upto: int) -> bool:
        """As ``SearchIndex.keep``."""
        with self._lock:
            if seen != self._seen:
                return False
            for text in captions:
                self._clips.setdefault((text.campaign, text.clip), len(self._clips))
            for state in states:
                self._clips.setdefault((state.campaign, state.clip), len(self._clips))
            for text in captions:
                self._aspects.setdefault(text.aspect, len(self._aspects))
                self._texts.setdefault((text.campaign, text.clip), {})[text.aspect] = text
            self._states.update({(each.campaign, each.clip): each for each in states})
            self._seen = upto
            return True

    def find(self, query: SearchQuery) -> Found:
        """As ``SearchIndex.find``."""
        with self._lock:
            hits = list(self._hits(query))
        total = len(hits)
        if query.text is not None:
            hits = sorted(hits[:RANKED], key=lambda hit: -(hit.score or 0.0))
        return Found(hits=tuple(hits[: min(query.limit, RANKED)]), total=total)

    def _hits(self, query: SearchQuery) -> Iterator[Hit]:
        """All that matches, the newest first."""
        for clip in sorted(self._clips, key=self._clips.__getitem__, reverse=True):
            if query.campaign not in (None, clip[0]):
                continue
            kept = self._states.get(clip)
            states = dict.fromkeys(kept.yes, True) | dict.fromkeys(kept.no, False) if kept else {}
            if query.states is not None and not query.states.matches(states):
                continue
            named = {id_: states.get(id_) for id_ in query.states.primitives} if query.states else {}
            found = list(self._captions(clip, query, named))
            if query.text is None and query.aspect is None:
                yield found[0] if found else _bare(clip, named)
            else:
                yield from found

    def _captions(self, clip: _Clip, query: SearchQuery, named: dict[str, bool | None]) -> Iterator[Hit]:
        texts = self._texts.get(clip, {})
        for aspect in sorted(texts, key=self._aspects.__getitem__):
            text = texts[aspect]
            if text.text is None or query.aspect not in (None, aspect) or not (text.settled or query.unsettled):
                continue
            matched = match(query.text, text.text) if query.text is not None else None
            if query.text is not None and matched is None:
                continue
            yield Hit(
                campaign=clip[0], clip=clip[1], aspect=aspect, settled=text.settled, caption=text.text, states=named,
                marks=matched.marks if matched else (), score=matched.score if matched else None,
            )  # fmt: skip


def _bare(clip: _Clip, named: dict[str, bool | None]) -> Hit:
    return Hit(
        campaign=clip[0], clip=clip[1], aspect=None, settled=False, caption=None, marks=(), score=None, states=named
    )
