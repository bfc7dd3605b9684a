"""The index of captions and states on SQL: words in FTS5 or a tsvector, states as sets of bits (``search_bits``)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from videolect.errors import BadInput
from videolect.language.text_query import TextQuery, match, score
from videolect.ledger.database import Database
from videolect.ledger.search_bits import Writing, falling, load, load_slots
from videolect.ledger.search_tables import SLOTS, aspects, captions, clips, meta, prepare
from videolect.ledger.search_text import PostgresWords, SqliteWords
from videolect.oversight.ports import RANKED, CaptionText, ClipStates, Found, Hit, SearchQuery
from videolect.record.checks import check_text

_AT_ONCE = 500
_LOCK = "videolect-search"


class SqlSearch:
    """As ``oversight.ports.SearchIndex``.

    On SQLite it is best kept in a file of its own: filling it then never keeps anybody from writing acts.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self._words: SqliteWords | PostgresWords = SqliteWords() if database.is_sqlite else PostgresWords()
        prepare(database)

    def seen(self) -> int:
        """As ``SearchIndex.seen``."""
        with self.database.reading() as connection:
            return _seen(connection)

    def clear(self) -> None:
        """As ``SearchIndex.clear``."""
        with self.database.writing(_LOCK) as connection:
            connection.execute(meta.delete())
        prepare(self.database)

    def keep(self, texts: Sequence[CaptionText], states: Sequence[ClipStates], *, seen: int, upto: int) -> bool:
        """As ``SearchIndex.keep``."""
        with self.database.writing(_LOCK) as connection:
            if _seen(connection) != seen:
                return False
            changes = Writing()
            of_texts = [(each.campaign, each.clip) for each in texts]
            numbers = _numbered(connection, of_texts + [(each.campaign, each.clip) for each in states], changes)
            places = _placed(connection, [each.aspect for each in texts])
            for state in {(each.campaign, each.clip): each for each in states}.values():
                changes.states(numbers[state.campaign, state.clip], state.yes, state.no)
            last = {(each.campaign, each.clip, each.aspect): each for each in texts}
            self._keep_texts(connection, [
                _Text(numbers[each.campaign, each.clip], places[each.aspect], each.settled, each.text)
                for each in last.values()
            ], changes)  # fmt: skip
            changes.write(connection, self.database.insert)
            connection.execute(meta.update().where(meta.c.name == "seen").values(value=str(upto)))
            return True

    def _keep_texts(self, connection: Connection, texts: Iterable[_Text], changes: Writing) -> None:
        wanted = {id_: text for text in texts for id_ in text.ids}
        kept = _texts(connection, list(wanted))
        new = {id_: text.text for id_, text in wanted.items() if text.text is not None and id_ == text.id}
        gone = {id_: text for id_, text in kept.items() if new.get(id_) != text}
        come = {id_: text for id_, text in sorted(new.items()) if kept.get(id_) != text}
        for id_ in gone:
            changes.clear(f"#{_slot(id_)}", id_ // SLOTS)
        for id_ in come:
            changes.set(f"#{_slot(id_)}", id_ // SLOTS)
        if gone:
            self._words.remove(connection, list(gone.items()))
            connection.execute(
                captions.delete().where(captions.c.id == sa.bindparam("gone")), [{"gone": i} for i in gone]
            )
        if come:
            self._words.add(connection, list(come.items()))
            connection.execute(captions.insert(), [{"id": id_, "text": text} for id_, text in come.items()])

    def find(self, query: SearchQuery) -> Found:
        """As ``SearchIndex.find``."""
        for name in (query.campaign, query.aspect):
            check_text(name or "", "A filter of the search")
        with self.database.reading() as connection:
            looking = _Looking.begin(connection, query)
            if query.text is None:
                return looking.clips()
            total, ids = self._matching(connection, looking, query.text)
            return looking.captions(query.text, ids, total)

    def _matching(self, connection: Connection, looking: _Looking, text: TextQuery) -> tuple[int, list[int]]:
        """How many captions there are with the words, in the clips and slots that are looked at; the newest of them."""
        words = self._words
        where = [words.match]
        given: dict[str, object] = {"match": words.query(text)}
        where += looking.slot_conditions(words.id)
        if looking.wanted != looking.every:
            condition, more = words.has_bit(looking.wanted, looking.count)
            where.append(condition)
            given |= more
        source = f"FROM search_words WHERE {' AND '.join(where)}"
        newest = sa.text(f"SELECT {words.id} {source} ORDER BY {words.id} DESC LIMIT {RANKED}")
        ids = list(connection.execute(newest, given).scalars())
        if len(ids) < RANKED:  # these are all: nothing needs to be counted
            return len(ids), ids
        return connection.execute(sa.text(f"SELECT count(*) {source}"), given).scalar_one(), ids


@dataclass(frozen=True, slots=True)
class _Text:
    """A caption with the numbers of its clip and aspect."""

    number: int
    place: int
    settled: bool
    text: str | None

    @property
    def ids(self) -> tuple[int, int]:
        """As a final caption, and as one that is not."""
        first = self.number * SLOTS + SLOTS - 1 - 2 * self.place
        return first, first - 1

    @property
    def id(self) -> int:
        return self.ids[0 if self.settled else 1]


@dataclass(frozen=True, slots=True)
class _Looking:
    """One search: what is looked for, and among which clips and slots."""

    connection: Connection
    query: SearchQuery
    count: int
    every: int
    wanted: int
    """The clips that have the states, in the campaign."""
    sets: dict[str, int]
    slots: dict[int, int]
    """The slots that are looked at."""
    unused: bool
    """Whether captions lie in other slots."""

    @classmethod
    def begin(cls, connection: Connection, query: SearchQuery) -> _Looking:
        """Find the clips by the query's states and campaign."""
        highest = connection.execute(sa.select(sa.func.max(clips.c.number))).scalar()
        count = 0 if highest is None else highest + 1  # there are no gaps
        every = wanted = (1 << count) - 1
        named = query.states.primitives if query.states else ()
        names = [sign + id_ for id_ in named for sign in "+-"]
        names += [f"@{query.campaign}"] if query.campaign is not None else []
        sets = load(connection, names) if names else {}
        if query.states is not None:
            wanted = query.states.sides(lambda id_: (sets["+" + id_], sets["-" + id_]), every)[0]
        if query.campaign is not None:
            wanted &= sets[f"@{query.campaign}"]
        place = None
        if query.aspect is not None:
            place = connection.execute(sa.select(aspects.c.place).where(aspects.c.aspect == query.aspect)).scalar()
            place = -1 if place is None else place
        of_slots = load_slots(connection, connection.execute(sa.select(aspects.c.place)).scalars())
        filled = {slot: found for slot, found in of_slots.items() if found}
        slots = {
            slot: found
            for slot, found in sorted(filled.items())
            if place in (None, slot // 2) and (query.unsettled or slot % 2 == 0)
        }
        return cls(connection, query, count, every, wanted, sets, slots, len(slots) < len(filled))

    def slot_conditions(self, id_: str) -> list[str]:
        """SQL that leaves out captions in other slots; nothing where there are none."""
        if not self.unused:
            return []
        inside = ", ".join(str(SLOTS - 1 - slot) for slot in self.slots) or "-1"
        return [f"({id_} & {SLOTS - 1}) IN ({inside})"]

    def clips(self) -> Found:
        """The newest clips, each with its first caption."""
        wanted = self.wanted
        if self.query.aspect is not None:
            having = 0
            for found in self.slots.values():
                having |= found
            wanted &= having
        limit = min(self.query.limit, RANKED)
        numbers = [number for number, _ in zip(falling(wanted), range(limit), strict=False)]
        slots = {
            number: next((slot for slot, found in self.slots.items() if found >> number & 1), None)
            for number in numbers
        }
        ids = {number: number * SLOTS + SLOTS - 1 - slot for number, slot in slots.items() if slot is not None}
        texts = _texts(self.connection, list(ids.values()))
        shown: list[tuple[int, int | None]] = [(number, ids.get(number)) for number in numbers]
        return Found(hits=self._hits(shown, texts, {}), total=wanted.bit_count())

    def captions(self, text: TextQuery, ids: Sequence[int], total: int) -> Found:
        """The best of these captions, which all have the words."""
        texts = _texts(self.connection, ids)
        scores = {id_: found for id_ in ids if id_ in texts and (found := score(text, texts[id_])) is not None}
        best = sorted(scores, key=lambda id_: (-scores[id_], -id_))[: self.query.limit]
        matched = {id_: match(text, texts[id_]) for id_ in best}
        return Found(hits=self._hits([(id_ // SLOTS, id_) for id_ in best], texts, matched), total=total)

    def _hits(
        self, shown: Sequence[tuple[int, int | None]], texts: dict[int, str], matched: dict[int, Any]
    ) -> tuple[Hit, ...]:
        names = _names(self.connection, [number for number, _ in shown])
        of_place = dict(self.connection.execute(sa.select(aspects.c.place, aspects.c.aspect)).all())
        hits = []
        for number, id_ in shown:
            found = matched.get(id_) if id_ is not None else None
            hits.append(
                Hit(
                    campaign=names[number][0],
                    clip=names[number][1],
                    aspect=of_place[_slot(id_) // 2] if id_ is not None else None,
                    settled=id_ is not None and _slot(id_) % 2 == 0,
                    caption=texts.get(id_) if id_ is not None else None,
                    marks=found.marks if found else (),
                    score=found.score if found else None,
                    states=self._states(number),
                )
            )
        return tuple(hits)

    def _states(self, number: int) -> dict[str, bool | None]:
        """Of the primitives that the query names."""
        named = self.query.states.primitives if self.query.states is not None else ()
        yes = {id_: self.sets["+" + id_] >> number & 1 for id_ in named}
        return {id_: True if yes[id_] else False if self.sets["-" + id_] >> number & 1 else None for id_ in named}


def _slot(id_: int) -> int:
    return SLOTS - 1 - id_ % SLOTS


def _seen(connection: Connection) -> int:
    return int(connection.execute(sa.select(meta.c.value).where(meta.c.name == "seen")).scalar() or 0)


def _texts(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for start in range(0, len(ids), _AT_ONCE):
        chosen = sa.select(captions.c.id, captions.c.text).where(captions.c.id.in_(ids[start : start + _AT_ONCE]))
        found |= {row.id: row.text for row in connection.execute(chosen)}
    return found


def _names(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[str, str]]:
    chosen = clips.select().where(clips.c.number.in_(numbers))
    return {row.number: (row.campaign, row.clip) for row in connection.execute(chosen)}


def _numbered(connection: Connection, names: Sequence[tuple[str, str]], changes: Writing) -> dict[tuple[str, str], int]:
    """The numbers of these clips; new ones get the next, and are among those of their campaign."""
    wanted = list(dict.fromkeys(names))
    found: dict[tuple[str, str], int] = {}
    for campaign in dict.fromkeys(of for of, _ in wanted):
        mine = [clip for of, clip in wanted if of == campaign]
        for start in range(0, len(mine), _AT_ONCE):
            chosen = clips.select().where(
                clips.c.campaign == campaign, clips.c.clip.in_(mine[start : start + _AT_ONCE])
            )
            found |= {(campaign, row.clip): row.number for row in connection.execute(chosen)}
    highest = connection.execute(sa.select(sa.func.max(clips.c.number))).scalar()
    next_number = 0 if highest is None else highest + 1
    new = {name: next_number + place for place, name in enumerate(name for name in wanted if name not in found)}
    if new:
        rows = [{"number": number, "campaign": of, "clip": clip} for (of, clip), number in new.items()]
        connection.execute(clips.insert(), rows)
    for (campaign, _), number in new.items():
        changes.set(f"@{campaign}", number)
    return found | new


def _placed(connection: Connection, names: Sequence[str]) -> dict[str, int]:
    """The places of these aspects."""
    found = dict(connection.execute(sa.select(aspects.c.aspect, aspects.c.place)).all())
    new = [name for name in dict.fromkeys(names) if name not in found]
    if len(found) + len(new) > SLOTS // 2:
        raise BadInput(f"There are more than {SLOTS // 2} aspects.", mend="The index of captions holds no more.")
    places = {name: place for place, name in enumerate(new, len(found))}
    if places:
        connection.execute(aspects.insert(), [{"place": place, "aspect": name} for name, place in places.items()])
    return found | places
