"""Run the benchmarks: ``python -m benchmarks [NAME ...]``; without names all of them. ``--quick`` takes smaller sizes.

ledger   appending and folding, acts per second: memory, SQLite, PostgreSQL
claims   eight processes claim from one queue; no task twice (asserted)
queue    answers of the queue and the board over HTTP with 100,000 tasks: median and p95
page     the first load of the pages in bytes, gzipped
frames   one frame step in the browser: median and p95
imports  a thousand short clips into a workspace: clips a second with 1 and 2 jobs, memory after 100, 500, 1,000
derive   the check of the whole specification; all primitives of 100,000 records
words    the claims of captions against people's labels, and the linter's findings; speed of both
setup    the share of published set-up labels that a record of ours gives exactly, and every kind of conflict
script   seconds per clip of the scripted annotator and reviewer over HTTP
"""

from __future__ import annotations

import argparse
import os
import platform

from benchmarks import claims, derive, frames, imports, ledger, page, queue, script, setup_labels

ALL = {
    "ledger": ledger,
    "claims": claims,
    "queue": queue,
    "page": page,
    "frames": frames,
    "imports": imports,
    "script": script,
    "derive": derive,
    "setup": setup_labels,
}


def main() -> None:
    """Run those that were named."""
    parser = argparse.ArgumentParser(
        prog="benchmarks", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", choices=[*ALL, []], metavar="NAME")
    parser.add_argument("--quick", action="store_true", help="smaller sizes: does it run, not how fast")
    asked = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for name in asked.names or ALL:
        print(f"\n== {name}", flush=True)
        ALL[name].run(quick=asked.quick)


if __name__ == "__main__":
    main()
