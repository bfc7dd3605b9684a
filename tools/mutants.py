"""Break the heart of the package in small ways and count what the tests notice: `make mutants`.

    python -m tools.mutants                 # a random 15 % of the mutants
    python -m tools.mutants --share 1       # all of them: hours
    python -m tools.mutants --only '*.x_fold__*'
    python -m tools.mutants --show          # what was run before, with the survivors' changes

mutmut makes and runs the mutants (``[tool.mutmut]`` in pyproject.toml: which files, which tests) and keeps its results
in ``mutants/``; here is what it has not: a random sample, and rates by part with their Wilson interval. A mutant is
drawn by the hash of its name and the seed, so that the same ones are run before and after a change of the tests.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from mutmut.__main__ import create_file_mutants

PARTS = {
    "rules": ("answers", "rules", "table"),
    "claims": ("claims", "phrases", "reading"),
    "fold": ("caption_task", "changing", "holding", "labelling", "standing"),
    "ledger": ("memory", "sql"),
    "timeline": ("timeline",),
}
FOUND = {1: "killed", 3: "killed", 0: "survived", 33: "untested", 5: "untested"}
"""pytest's exit codes, and mutmut's 33 where no test calls the function. All others are time limits."""


def drawn(share: float, seed: int) -> list[str]:
    """The names of the mutants of a run. All are made, to know their names: a minute where a file has changed."""
    for file in config()["only_mutate"]:
        if why := create_file_mutants(Path(file)).error:
            raise why
    return [name for _, name, _ in results() if _place(name, seed) < share]


def _place(name: str, seed: int) -> float:
    return int.from_bytes(hashlib.sha256(f"{seed} {name}".encode()).digest()[:8]) / 2**64


def config() -> dict[str, list[str]]:
    """What pyproject.toml tells mutmut."""
    found: dict[str, list[str]] = tomllib.loads(Path("pyproject.toml").read_text())["tool"]["mutmut"]
    return found


def results() -> Iterator[tuple[str, str, str]]:
    """Part, name of the mutant, and what became of it ("" where it was not run), for each that was made."""
    for file in config()["only_mutate"]:
        kept = Path("mutants") / f"{file}.meta"
        part = next(part for part, files in PARTS.items() if Path(file).stem in files)
        for name, code in json.loads(kept.read_text())["exit_code_by_key"].items() if kept.exists() else ():
            yield part, name, "" if code is None else FOUND.get(code, "timeout")


def report() -> None:
    """A line for each part: how many were noticed, by a failing test or by a test that never ended."""
    counts: dict[str, Counter[str]] = {part: Counter() for part in (*PARTS, "all")}
    for part, _, what in results():
        for each in (part, "all") if what else ():
            counts[each][what] += 1
    for part, count in counts.items():
        seen, of = count["killed"] + count["timeout"], count.total()
        if of:
            low, high = wilson(seen, of)
            print(f"{part:9} {seen:5} of {of:5}  {seen / of:6.1%}  [{low:.1%}, {high:.1%}]  {dict(count)}")


def wilson(seen: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share. Wilson 1927."""
    z2, share = 1.959964**2, seen / of
    middle = share + z2 / (2 * of)
    reach = (z2 * (share * (1 - share) / of + z2 / (4 * of * of))) ** 0.5
    return (middle - reach) / (1 + z2 / of), (middle + reach) / (1 + z2 / of)


def main() -> int:
    """Draw, run, report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--share", type=float, default=0.15, help="of all mutants (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="another one draws others (%(default)s)")
    parser.add_argument("--only", metavar="GLOB", help="those whose name fits, all of them")
    parser.add_argument("--show", action="store_true", help="run nothing; print the changes that survived")
    args = parser.parse_args()
    if args.show:
        for _, name, what in results():
            if what in ("survived", "untested") and fnmatch(name, args.only or "*"):
                subprocess.run([sys.executable, "-m", "mutmut", "show", name], check=True)
    else:
        names = [args.only] if args.only else drawn(args.share, args.seed)
        print(f"{len(names)} mutants" if not args.only else args.only, flush=True)
        subprocess.run([sys.executable, "-m", "mutmut", "run", *names], check=True, stdout=subprocess.DEVNULL)
    report()
    return 0


if __name__ == "__main__":
    sys.exit(main())
