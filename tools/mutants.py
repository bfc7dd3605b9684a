"""Break the heart of the package in small ways and count what the tests notice: `make mutants`.

    python -m tools.mutants                       # a tenth of the mutants of every part
    python -m tools.mutants fold --share 1        # all of one part
    python -m tools.mutants fold --show           # run nothing: the rates, and the changes that no test noticed
    python -m tools.mutants fold --again          # those once more, after the tests were mended

``[tool.mutants]`` in pyproject.toml says which files and tests make a part. mutmut makes the mutants, runs them in
``build/mutants/PART`` and keeps its results there; here is what it has not: parts, a random sample, Wilson intervals. A
mutant is drawn by the hash of its name and the seed, so the same ones are run before and after a change of the tests.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "mutants"
PARTS: Mapping[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mutants"]
FOUND = {1: "killed", 3: "killed", 0: "survived", 5: "survived", 33: "survived", None: ""}
"""pytest's exit codes, and mutmut's 33 where no test calls the function. All others are time limits."""
MUTMUT = [sys.executable, "-m", "mutmut"]
MOST_MEMORY = 8 << 30
"""Bytes that a process of tests may map: a mutant that never stops gathering ends there, and the machine goes on."""


def folder_of(part: str) -> Path:
    """Where mutmut runs a part: links to our folders, and a pyproject.toml that names its files and tests."""
    folder = BUILD / part
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("src", "tests", "tools"):
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(ROOT / name)
    chosen = PARTS[part]
    skip = " or ".join(chosen.get("skip", ()))
    own = {
        "source_paths": ["src"],
        "only_mutate": [f"src/videolect/{file}" for file in chosen["files"]],
        "also_copy": ["tools"],
        "pytest_add_cli_args_test_selection": [f"tests/{file}" for file in chosen["tests"]],
        "pytest_add_cli_args": ["-p", "no:cacheprovider", *(["-k", f"not ({skip})"] if skip else [])],
        "use_git_change_detection": False,
        "timeout_constant": 60.0,  # seconds on the clock: a busy machine must not pass for a mutant that hangs
    }
    ours = (ROOT / "pyproject.toml").read_text()
    lines = (f"{key} = {json.dumps(value)}" for key, value in own.items())
    (folder / "pyproject.toml").write_text("\n".join([ours, "[tool.mutmut]", *lines, ""]))
    return folder


def make(part: str) -> None:
    """Make the mutants of the files that have changed: a minute for all. mutmut's own `run` finds them made."""
    call = "from pathlib import Path; from mutmut.__main__ import create_file_mutants as make; import sys\n"
    call += "if why := [e for file in sys.argv[1:] if (e := make(Path(file)).error)]: raise why[0]"
    files = [f"src/videolect/{file}" for file in PARTS[part]["files"]]
    subprocess.run([sys.executable, "-c", call, *files], cwd=folder_of(part), check=True, stdout=subprocess.DEVNULL)


def results(part: str) -> dict[str, str]:
    """What became of each mutant that was made: killed, survived, timeout; "" where it was not run."""
    kept = [BUILD / part / "mutants" / "src" / "videolect" / f"{file}.meta" for file in PARTS[part]["files"]]
    codes = [json.loads(path.read_text())["exit_code_by_key"] for path in kept if path.exists()]
    return {name: FOUND.get(code, "timeout") for each in codes for name, code in each.items()}


def drawn(name: str, share: float, seed: int) -> bool:
    """Whether the mutant is in the sample."""
    return int.from_bytes(hashlib.sha256(f"{seed} {name}".encode()).digest()[:8]) < share * 2**64


def wilson(seen: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share. Wilson 1927."""
    z2, share = 1.959964**2, seen / of
    middle = share + z2 / (2 * of)
    reach = (z2 * (share * (1 - share) / of + z2 / (4 * of * of))) ** 0.5
    return (middle - reach) / (1 + z2 / of), (middle + reach) / (1 + z2 / of)


def report(parts: list[str]) -> None:
    """A line for each part: how many were noticed, by a failing test or by a test that never ended."""
    every: Counter[str] = Counter()
    for part in [*parts, "all"]:
        found = Counter(what for what in results(part).values() if what) if part != "all" else every
        every += found if part != "all" else Counter()
        if of := found.total():
            seen = of - found["survived"]
            low, high = wilson(seen, of)
            hung = f", {found['timeout']} of them by their time limit" if found["timeout"] else ""
            print(f"{part:9} {seen:5} of {of:5}  {seen / of:6.1%}  [{low:.1%}, {high:.1%}]{hung}")


def main() -> int:
    """Draw, run, report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)} (all of them)")
    parser.add_argument("--share", type=float, default=0.1, help="of the part's mutants (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="another one draws others (%(default)s)")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="tests run at once (%(default)s)")
    parser.add_argument("--again", action="store_true", help="run those once more that no test noticed")
    parser.add_argument("--show", action="store_true", help="run nothing; print the changes that no test noticed")
    args = parser.parse_args()
    parts = args.parts or list(PARTS)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = MOST_MEMORY if hard == resource.RLIM_INFINITY else min(MOST_MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))  # what is started here inherits it
    for part in parts:
        if args.show:
            for name in (name for name, what in results(part).items() if what == "survived"):
                subprocess.run([*MUTMUT, "show", name], cwd=folder_of(part), check=True)
            continue
        make(part)
        names = [
            name
            for name, what in results(part).items()
            if (what == "survived" if args.again else not what and drawn(name, args.share, args.seed))
        ]
        print(f"{part}: {len(names)} mutants to run", flush=True)
        if names:
            run = [*MUTMUT, "run", "--max-children", str(args.workers), *names]
            log = (folder_of(part) / "log").open("w")
            subprocess.run(run, cwd=folder_of(part), check=True, stdout=log, stderr=log)
    report(parts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
