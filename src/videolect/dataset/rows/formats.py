"""Rows as other trainers read them: ours, TRL's messages, ms-swift's and LLaMA-Factory's JSONL.

Each format is a function from a row and the path of its film to one JSON object; None where it has no place for the
row. The path is a template: ``{video_id}``, ``{video_hash}``, ``{source_id}`` stand for the row's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from videolect.dataset.rows.row import Row, RowClip, RowTask
from videolect.errors import BadInput
from videolect.record.codec import to_plain
from videolect.record.triple import Triple

Format = Callable[[Row, str], dict[str, Any]]


def ours(row: Row, video: str) -> dict[str, Any]:
    """Every field of the row; ``video`` is told beside them, and nothing has to lie there."""
    plain: dict[str, Any] = to_plain(row)
    return {**plain, "video": video}


def trl(row: Row, video: str) -> dict[str, Any]:
    """Conversational ``messages`` with typed content; pairs have ``prompt``, ``chosen`` and ``rejected``."""
    asked = {"role": "user", "content": [{"type": "video", "video": video}, _words(row.prompt)]}
    if row.rejected is None:
        return {"messages": [asked, _assistant(row.target)]}
    return {"prompt": [asked], "chosen": [_assistant(row.target)], "rejected": [_assistant(row.rejected)]}


def _words(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}


def _assistant(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": [_words(text)]}


def ms_swift(row: Row, video: str) -> dict[str, Any]:
    """``messages`` with a <video> mark, ``videos``; pairs have ``rejected_response``."""
    messages = [
        {"role": "user", "content": f"<video>{_markless(row.prompt)}"},
        {"role": "assistant", "content": _markless(row.target)},
    ]
    pair = {} if row.rejected is None else {"rejected_response": _markless(row.rejected)}
    return {"messages": messages, **pair, "videos": [video]}


def llama_factory(row: Row, video: str) -> dict[str, Any]:
    """ShareGPT's ``conversations`` with a <video> mark, ``videos``; pairs have ``chosen`` and ``rejected``."""
    asked = {"from": "human", "value": f"<video>{_markless(row.prompt)}"}
    if row.rejected is None:
        return {"conversations": [asked, {"from": "gpt", "value": _markless(row.target)}], "videos": [video]}
    better, worse = ({"from": "gpt", "value": _markless(text)} for text in (row.target, row.rejected))
    return {"conversations": [asked], "chosen": better, "rejected": worse, "videos": [video]}


def _markless(prompt: str) -> str:
    """A caption that holds the mark of a film would be counted as a second film."""
    return prompt.replace("<video>", "< video>").replace("<image>", "< image>").replace("<audio>", "< audio>")


FORMATS: Mapping[str, Format] = {"ours": ours, "trl": trl, "ms-swift": ms_swift, "llama-factory": llama_factory}


def format_of(name: str) -> Format:
    """The format of that name. BadInput lists the known ones."""
    if name not in FORMATS:
        raise BadInput(f"There is no format {name[:40]!r}.", mend=f"Use one of {', '.join(FORMATS)}.")
    return FORMATS[name]


def path_of(template: str, row: Row | RowClip | Triple) -> str:
    """Where the film of a row, a clip or a triple is said to lie. BadInput for a template that names something else."""
    known = {"video_id": row.video_id, "video_hash": row.video_hash or "", "source_id": row.source_id}
    if unknown := [name for name in _FIELD.findall(template) if name not in known]:
        names = ", ".join(f"{{{name}}}" for name in known)
        raise BadInput(f"The path {template[:80]!r} names {{{unknown[0]}}}.", mend=f"It may name {names}.")
    path = _FIELD.sub(lambda found: known[found[1]], template)
    # Names of clips often end in .mp4 already.
    return path[:-4] if path.endswith(".mp4.mp4") else path


_FIELD = re.compile(r"\{([^{}]*)\}")


def dataset_info(files: Mapping[str, RowTask]) -> dict[str, Any]:
    """LLaMA-Factory's ``dataset_info.json`` for these files."""
    info = {}
    for file, task in files.items():
        columns = {"messages": "conversations", "videos": "videos"}
        if task == "preference":
            columns |= {"chosen": "chosen", "rejected": "rejected"}
        entry: dict[str, Any] = {"file_name": file, "formatting": "sharegpt", "columns": columns}
        name = "videolect_" + file.removesuffix(".jsonl").replace("/", "_")
        info[name] = {**entry, "ranking": True} if task == "preference" else entry
    return info
