"""``videolect data search``: clips and captions by primitives and by words, in a workspace or in files."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from videolect.cli.options import workspace_of
from videolect.cli.progress import Progress
from videolect.cli.spec_option import SHIPPED, add_spec, spec_of
from videolect.dataset.search_files import search_files
from videolect.errors import BadInput
from videolect.language.text_query import snippet
from videolect.oversight.ports import Found, Hit, SearchQuery
from videolect.oversight.searching import Asked, read_asked
from videolect.wiring import OPERATOR

_STATES = {True: "yes", False: "no", None: "unknown"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    parser.add_argument(
        "query", nargs="?", default="", metavar="QUERY",
        help='primitives, such as "camera:dolly_zoom and not pan_left" or "shot_size:close_up->wide"',
    )  # fmt: skip
    parser.add_argument("--text", default="", metavar="WORDS", help='all of them in a caption; "a phrase"; begin*')
    parser.add_argument("--aspect", metavar="A", help="only captions of this aspect")
    parser.add_argument("--campaign", help="only this one")
    parser.add_argument("--unsettled", action="store_true", help="also texts that are not final yet")
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="hits to show, at most 500; default: 20")
    parser.add_argument(
        "--in", dest="captions", type=Path, metavar="FILE.parquet",
        help="search these triples, or a table with video_id and caption; needs no workspace",
    )  # fmt: skip
    parser.add_argument(
        "--states", type=Path, metavar="FILE.parquet", help="with or without --in: primitive, video_id, value"
    )
    add_spec(parser, only="with files")


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Find clips by their primitives, captions by their words, or both. Nothing found is no failure: exit code 0."""
    wish = Asked(
        query=asked.query, text=asked.text, campaign=asked.campaign, aspect=asked.aspect, unsettled=asked.unsettled,
        limit=asked.limit,
    )  # fmt: skip
    if asked.captions is not None or asked.states is not None:
        return 0, _in_files(asked, wish)
    if asked.spec != SHIPPED:
        raise BadInput("--spec is for files: a campaign keeps its own.", mend="Leave it out, or name files with --in.")
    with workspace_of(asked) as workspace:
        workspace.searching.catch_up(progress=Progress("acts are indexed"))
        begun = time.perf_counter()
        answer = workspace.searching.find(OPERATOR, wish)
        return 0, _answer(asked, answer.query, answer.found, begun)


def _in_files(asked: argparse.Namespace, wish: Asked) -> dict[str, Any]:
    if asked.unsettled:
        raise BadInput("--unsettled is for a workspace: triples are settled.", mend="Leave it out.")
    spec = spec_of(asked)
    begun = time.perf_counter()
    query = read_asked(wish, spec)
    found = search_files(query, captions=asked.captions, states=asked.states, spec=spec)
    return _answer(asked, query, found, begun)


def _answer(asked: argparse.Namespace, query: SearchQuery, found: Found, begun: float) -> dict[str, Any]:
    return {
        "query": asked.query,
        "text": asked.text,
        "read_as": str(query.states) if query.states is not None else None,
        "hits": [_hit(hit) for hit in found.hits],
        "total": found.total,
        "seconds": round(time.perf_counter() - begun, 4),
    }


def _hit(hit: Hit) -> dict[str, Any]:
    cut = snippet(hit.caption, hit.marks) if hit.caption is not None else None
    return {
        "video_id": hit.clip, "campaign": hit.campaign or None, "aspect": hit.aspect, "settled": hit.settled,
        "snippet": cut.text if cut else None, "snippet_marks": [list(mark) for mark in cut.marks] if cut else [],
        "caption": hit.caption, "marks": [list(mark) for mark in hit.marks], "states": dict(hit.states),
        "score": hit.score,
    }  # fmt: skip


def render(answer: dict[str, Any]) -> str:
    """A line a hit with what was found marked, and the states that were asked for."""
    shown = len(answer["hits"])
    more = f", the first {shown} of them here" if shown < answer["total"] else ""
    lines = [f"{answer['total']:,} found{more}, in {answer['seconds'] * 1000:.0f} ms."]
    if answer["read_as"]:
        lines.insert(0, f"Looked for: {answer['read_as']}")
    for hit in answer["hits"]:
        name = "/".join(part for part in (hit["campaign"], hit["video_id"], hit["aspect"]) if part)
        unsettled = "" if hit["settled"] or hit["caption"] is None else " (not final)"
        lines.append(f"{name}{unsettled}  {_marked(hit['snippet'] or '', hit['snippet_marks'])}".rstrip())
        if hit["states"]:
            lines.append("    " + ", ".join(f"{id_} {_STATES[state]}" for id_, state in hit["states"].items()))
    return "\n".join(lines)


def _marked(text: str, marks: list[list[int]]) -> str:
    for start, end in reversed(marks):
        text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    return text
