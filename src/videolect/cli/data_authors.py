"""``videolect data triples --from-authors DIR``: the paper authors' settled captions as our triples."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from videolect.dataset.authors.triples import read_authors
from videolect.dataset.triple_files import write_triples


def triples_from_authors(folder: Path, out: Path, *, with_unusable: bool) -> tuple[int, dict[str, Any]]:
    """Read, convert and write; needs no workspace."""
    found = read_authors(folder, with_unusable=with_unusable)
    written = write_triples(found.triples, out)
    return 0, {
        "rows": written.rows,
        "path": str(written.path),
        "hash": written.hash,
        "defects": dict(found.defects),
        "left_out": dict(found.left_out),
    }


def render(answer: Mapping[str, Any]) -> str:
    """What was written, what is odd about the rows, and what was left out."""
    lines = [f"{answer['rows']} triples are in {answer['path']} ({answer['hash'][:12]})."]
    for title, counts in (("Left out", answer.get("left_out")), ("Defects", answer.get("defects"))):
        if counts:
            lines += [f"{title}:"] + [f"  {name}: {count}" for name, count in counts.items()]
    return "\n".join(lines)
