"""Searching captions and states of primitives in parquet files, without a desk, by the rules of the index.

Captions are the rows of a file of triples (``post_caption``), or of any table with ``video_id`` and ``caption``; states
stand in long form: ``primitive``, ``video_id``, ``value``. What stands later in a file counts as newer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from videolect.dataset.label_tables import check_filled
from videolect.errors import BadInput, CannotRead, NotFound
from videolect.language.spec import Spec
from videolect.language.text_query import TextQuery, match
from videolect.oversight.ports import RANKED, Found, Hit, SearchQuery

_TEXTS = ("post_caption", "caption")
_Clip = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Caption:
    clip: _Clip
    aspect: str | None
    text: str


def search_files(query: SearchQuery, *, captions: Path | None, states: Path | None, spec: Spec) -> Found:
    """What matches in the files. NotFound, CannotRead; BadInput where a file lacks a column, or one is missing that
    the query needs: states for primitives, captions for words."""
    if query.text is not None and captions is None:
        raise BadInput("Words are looked for, and no captions are given.", mend="Name their file with --in.")
    if query.states is not None and states is None:
        raise BadInput("Primitives are looked for, and no states are given.", mend="Name their file with --states.")
    known = _states(states, query, spec) if states is not None else {}
    rows = _captions(captions, query) if captions is not None else []
    wanted = None if query.states is None else query.states.matches
    if query.text is None and query.aspect is None:
        return _clips(query, rows, known)
    hits = []
    for row in reversed(rows):
        of_clip = known.get(row.clip[1], {})
        if wanted is not None and not wanted(of_clip):
            continue
        matched = match(query.text, row.text) if query.text is not None else None
        if query.text is None or matched is not None:
            hits.append(_hit(query, row.clip, row, of_clip, matched))
    return _best(query, hits)


def _clips(query: SearchQuery, rows: list[_Caption], known: Mapping[str, Mapping[str, bool]]) -> Found:
    """One hit a clip, with its first caption."""
    first: dict[_Clip, _Caption | None] = {}
    for row in rows:
        first.setdefault(row.clip, row)
    if query.campaign is None:
        with_caption = {clip for _, clip in first}
        first |= {("", video): None for video in known if video not in with_caption}
    hits = [
        _hit(query, clip, row, known.get(clip[1], {}), None)
        for clip, row in reversed(first.items())
        if query.states is None or query.states.matches(known.get(clip[1], {}))
    ]
    return _best(query, hits)


def _best(query: SearchQuery, hits: list[Hit]) -> Found:
    total = len(hits)
    if query.text is not None:
        hits = sorted(hits[:RANKED], key=lambda hit: -(hit.score or 0.0))
    return Found(hits=tuple(hits[: query.limit]), total=total)


def _hit(query: SearchQuery, clip: _Clip, row: _Caption | None, states: Mapping[str, bool], matched: Any) -> Hit:
    named = frozenset(query.states.primitives if query.states is not None else ())
    return Hit(
        campaign=clip[0], clip=clip[1], aspect=row.aspect if row else None, settled=row is not None,
        caption=row.text if row else None, marks=matched.marks if matched else (),
        score=matched.score if matched else None, states={id_: states.get(id_) for id_ in named},
    )  # fmt: skip


def _captions(path: Path, query: SearchQuery) -> list[_Caption]:
    """The captions that may match: those that surely do not are left out column by column."""
    names = _columns(path)
    text = next((name for name in _TEXTS if name in names), None)
    if "video_id" not in names or text is None:
        mend = "Give a file of triples, or one with the columns video_id and caption."
        raise BadInput(f"{path.name} lacks the columns video_id and {' or '.join(_TEXTS)}.", mend=mend)
    for asked, name in ((query.aspect, "aspect"), (query.campaign, "campaign")):
        if asked is not None and name not in names:
            raise BadInput(f"{path.name} has no column {name!r}.", mend=f"Leave --{name} out.")
    wanted = ["video_id", text, *(name for name in ("aspect", "campaign") if name in names)]
    table = _read(path, wanted)
    check_filled(path, table, "video_id")
    try:
        table = table.filter(pc.is_valid(table.column(text)))
        for asked, name in ((query.aspect, "aspect"), (query.campaign, "campaign")):
            if asked is not None:
                table = table.filter(pc.equal(table.column(name), asked))
        if query.text is not None:
            table = table.filter(_may_match(table.column(text), query.text))
        return list(_rows(table, text))
    except (pa.ArrowException, ValueError, TypeError) as error:
        raise CannotRead(f"{path.name} holds a value that cannot be read: {error}", mend="Write it anew.") from None


def _may_match(column: pa.ChunkedArray, text: TextQuery) -> pa.ChunkedArray:
    """Rows with every word of the query somewhere in them. A text beyond ASCII may have it with accents, and stays."""
    other = pc.invert(pc.string_is_ascii(column))
    found = None
    for word in dict.fromkeys(word for phrase in text.phrases for word in phrase.words):
        has = pc.match_substring(column, word, ignore_case=True)
        found = has if found is None else pc.and_(found, has)
    return pc.or_(found, other)


def _rows(table: pa.Table, text: str) -> Iterator[_Caption]:
    blank = [None] * table.num_rows
    aspects = table.column("aspect").to_pylist() if "aspect" in table.column_names else blank
    campaigns = table.column("campaign").to_pylist() if "campaign" in table.column_names else blank
    videos, texts = table.column("video_id").to_pylist(), table.column(text).to_pylist()
    for video, caption, aspect, campaign in zip(videos, texts, aspects, campaigns, strict=True):
        yield _Caption((campaign or "", str(video)), aspect, str(caption))


def _states(path: Path, query: SearchQuery, spec: Spec) -> dict[str, dict[str, bool]]:
    """clip -> primitive -> state, of the primitives that the query names; every clip of the file is there."""
    needed = ("primitive", "video_id", "value")
    if missing := [name for name in needed if name not in _columns(path)]:
        mend = "States stand in the columns primitive, video_id and value: spec derive -o writes them."
        raise BadInput(f"{path.name} has no column {missing[0]!r}.", mend=mend)
    table = _read(path, list(needed))
    if not pa.types.is_boolean(table.schema.field("value").type):
        rule = f"The column 'value' of {path.name} holds {table.schema.field('value').type}, not true and false."
        raise BadInput(rule, mend="Write it as booleans; leave out the rows of what is undetermined.")
    check_filled(path, table, "primitive", "video_id")
    named = frozenset(query.states.primitives if query.states is not None else ())
    ours = {name: id_ for name, id_ in spec.names.items() if id_ in named}
    found: dict[str, dict[str, bool]] = {}
    try:
        for video in pc.unique(table.column("video_id")).to_pylist():
            found[str(video)] = {}
        primitives = table.column("primitive").cast(pa.string())
        table = table.set_column(table.column_names.index("primitive"), "primitive", primitives)
        table = table.filter(pc.is_in(primitives, pa.array(list(ours), pa.string())))
        for row in table.filter(pc.is_valid(table.column("value"))).to_pylist():
            known, id_ = found[str(row["video_id"])], ours[row["primitive"]]
            if known.setdefault(id_, row["value"]) != row["value"]:
                rule = f"{path.name} says both true and false of {id_} in {row['video_id']}."
                raise BadInput(rule, mend="Give each primitive one state a clip.")
    except (pa.ArrowException, ValueError) as error:
        raise CannotRead(f"{path.name} holds a value that cannot be read: {error}", mend="Write it anew.") from None
    return found


def _columns(path: Path) -> list[str]:
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", mend="Give a parquet file.")
    try:
        return list(pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        raise _no_parquet(path, error) from None


def _read(path: Path, columns: list[str]) -> pa.Table:
    try:
        return pq.read_table(path, columns=columns)
    except (pa.ArrowException, OSError) as error:
        raise _no_parquet(path, error) from None


def _no_parquet(path: Path, error: Exception) -> CannotRead:
    first = (str(error).splitlines() or [type(error).__name__])[0]
    return CannotRead(f"{path.name} is not a parquet file: {first}", mend="Give a parquet file.")
