"""docs/dependencies.md names what we stand on, and nothing else; and none of it has a licence that we do not take."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

import pytest

from tests.support import walls

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

TAKEN = re.compile(r"\b(MIT|BSD|0BSD|ISC|Apache|PSF|PSFL|MPL|Python Software|Mozilla|CC0|FreeBSD)\b")
LGPL_BY_CHOICE = {"psycopg", "psycopg-binary"}
"""Of the extra ``pg``."""


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def named(requirements: Iterable[str]) -> set[str]:
    """The projects that these requirements name; extras of our own are not others' projects."""
    return {plain(re.match(r"[\w.-]+", one)[0]) for one in requirements} - {"videolect"}  # type: ignore[index]


EXTRAS = {extra: named(some) for extra, some in PROJECT["project"]["optional-dependencies"].items()}
DIRECT = named(PROJECT["project"]["dependencies"]).union(*EXTRAS.values())


def rows(heading: str) -> dict[str, list[str]]:
    """Name -> the cells after it, of the table under a heading of the page."""
    part = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    found = re.findall(r"^\| `([^`]+)` \| (.+) \|$", part, flags=re.MULTILINE)
    return {name: [cell.strip() for cell in cells.split(" | ")] for name, cells in found}


def test_the_page_names_every_dependency_and_no_other():
    core, extras, dev = ({*map(plain, rows(name))} for name in ("The core", "The extras", "Development"))
    assert core == named(PROJECT["project"]["dependencies"])
    assert extras == set().union(*(some for extra, some in EXTRAS.items() if extra != "dev")) - dev
    assert dev == EXTRAS["dev"] - extras | named(PROJECT["build-system"]["requires"])


def test_the_page_names_the_extras_that_bring_each():
    for name, (extras, *_) in rows("The extras").items():
        for extra in extras.split(", "):
            assert plain(name) in EXTRAS[extra], f"{extra} does not bring {name}"


def test_the_page_names_every_package_of_the_browser_client_and_no_other():
    asked = json.loads((ROOT / "ui" / "package.json").read_text(encoding="utf-8"))
    assert rows("The browser client").keys() == {*asked["dependencies"], *asked["devDependencies"]}


def test_what_is_imported_is_named():
    """Also what comes with another: the page says with which."""
    told = {plain(name) for name in re.findall(r"`([^`]+)`", PAGE)}
    imported = {one.imported.split(".")[0] for one in walls.imports(ROOT / "src")}
    holders = metadata.packages_distributions()
    unsaid = {
        library
        for library in imported - {walls.PACKAGE} - sys.stdlib_module_names
        if library in holders and not told & {plain(one) for one in holders[library]}
    }
    assert not unsaid


def licence(found: metadata.Distribution) -> str:
    """What a project says of its licence: the expression, else the classifiers, else the first line of its words."""
    said = found.metadata
    classified = [
        line.rpartition("::")[2] for line in said.get_all("Classifier") or [] if line.startswith("License ::")
    ]
    return said.get("License-Expression") or ", ".join(classified) or (said.get("License") or "").partition("\n")[0]


def everything() -> dict[str, metadata.Distribution]:
    """What is installed of our dependencies, and of theirs."""
    found: dict[str, metadata.Distribution] = {}
    waiting = set(DIRECT)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            found[name] = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        waiting |= named(one for one in found[name].requires or [] if "extra ==" not in one)
    return found


def test_licences_are_those_that_we_take():
    found = everything()
    assert {"numpy", "starlette"} <= found.keys()
    refused = {}
    for name, one in found.items():
        said = licence(one)
        if not ((TAKEN.search(said) and "GPL" not in said) or ("LGPL" in said and name in LGPL_BY_CHOICE)):
            refused[name] = said
    assert not refused


@pytest.mark.parametrize("module", ["camera.raster", "camera.optics", "clips"])
def test_without_numba_the_stage_says_what_to_install(module: str):
    program = f"""
import sys
sys.modules["numba"] = None
from videolect.errors import MissingExtra
try:
    import videolect.stage.{module}
except MissingExtra as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "pip install 'videolect[stage]'" in done.stdout
