"""How many bytes the first load of the pages takes, gzipped as the server sends it."""

from __future__ import annotations

import gzip
import re

from videolect.web.app import STATIC

GOAL = 300_000


def run(*, quick: bool) -> None:
    """The page itself and whatever it loads at once."""
    index = (STATIC / "index.html").read_text()
    loaded = ["index.html", *re.findall(r'(?:src|href)="/?([^"]+\.(?:js|css|svg))"', index)]
    total = 0
    for name in loaded:
        plain = (STATIC / name).read_bytes()
        size = len(gzip.compress(plain, compresslevel=6))
        total += size
        print(f"{name:45} {len(plain):9,} bytes  {size:8,} gzipped")
    print(f"first load {total:,} bytes gzipped; goal under {GOAL:,}")
