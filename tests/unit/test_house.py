"""The walls of the house stand; and the test that says so would notice if one did not."""

from __future__ import annotations

import json
import os
import pkgutil
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from tools.imports import Import

from tests.support import walls

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCE = ROOT / "src"

WEB_STACK = {"fastapi", "starlette", "sqlalchemy"}


@pytest.fixture(scope="module")
def ours() -> list[Import]:
    """Every import of the real package."""
    return walls.imports(SOURCE)


def told(breaches: list[walls.Breach]) -> str:
    """All of them, one a line: what a failing test shows."""
    return "\n".join(map(str, breaches))


# ----------------------------------------------------------------------------------------------------- the real package


def test_the_page_names_only_modules_and_files_that_there_are():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    known = {name.removeprefix("videolect.") for name in walls.modules(SOURCE)}
    rooms = {name for name in walls.FLOORS if name in known}
    named = {name for name in re.findall(r"`([a-z_]+(?:\.[a-z_]+)+)`", page) if name.split(".")[0] in rooms}
    assert len(named) > 30
    assert not {name for name in named if name not in known and name.rpartition(".")[0] not in known}
    files = re.findall(r"`((?:ui|src|tests|docs|tools)/[\w/.-]+)`", page)
    assert not [name for name in files if not (ROOT / name.rstrip("/")).exists() and "static" not in name]


def test_comments_in_the_source_of_the_pages_name_only_python_that_there_is():
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "ui" / "src").rglob("*.ts*")]
    comments = [said for text in texts for said in re.findall(r"/\*.*?\*/|//[^\n]*", text, re.DOTALL)]
    named = {name for said in comments for name in re.findall(r"\bvideolect(?:\.\w+)+", said)}
    assert len(named) > 2
    for name in sorted(named):
        assert pkgutil.resolve_name(name) is not None  # ImportError or AttributeError names what is not there


def test_every_room_stands_on_a_floor():
    assert not told(walls.unknown_rooms(SOURCE))


def test_no_room_imports_upward_or_sideways(ours):
    assert not told(walls.upward(ours))


def test_narrow_doors_are_kept(ours):
    assert not told(walls.through_walls(ours))


def test_each_room_imports_only_its_own_libraries(ours):
    assert not told(walls.strangers(ours))


def test_what_a_room_may_import_it_does_import(ours):
    used: dict[str, set[str]] = {}
    for one in ours:
        used.setdefault(walls.room(one.importer), set()).add(one.imported.split(".")[0])
    unused = {room: set(may) - used[room] for room, may in walls.LIBRARIES.items() if room in used}
    assert not {room: names for room, names in unused.items() if names}


def test_no_modules_import_each_other_in_a_circle(ours):
    found = walls.circle(ours)
    assert found is None, str(found)


def test_no_packages_import_each_other_in_a_circle(ours):
    found = walls.circle(ours, packages=True)
    assert found is None, str(found)


def test_the_imports_of_the_package_are_seen(ours):
    """Without this, a checker that looks in the wrong folder would find no fault for ever."""
    importers = {one.importer for one in ours}
    assert importers <= walls.modules(SOURCE).keys()
    assert {"errors", "language", "record"} <= {walls.room(one.imported) for one in ours}


EVERY_COMMAND = "from videolect.cli import main, verbs; list(verbs.leaves(main.build_parser()))"


@pytest.mark.parametrize(
    ("said", "never"),
    [
        ("import videolect", walls.HEAVY | WEB_STACK),
        ("import videolect.cli.main", walls.HEAVY | WEB_STACK),
        (EVERY_COMMAND, walls.HEAVY),
    ],
)
def test_importing_stays_light(said: str, never: frozenset[str], tmp_path: Path):
    # Stand-ins make an import of a library succeed where it is not installed: else nothing could be seen to load it.
    for library in walls.HEAVY:
        (tmp_path / f"{library}.py").write_text("")
    program = f"{said}; import json, sys; print(json.dumps(sorted(name.partition('.')[0] for name in sys.modules)))"
    path = os.pathsep.join([str(tmp_path), str(SOURCE)])
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    loaded = set(json.loads(done.stdout)) & never
    assert not loaded, f"`{said}` loads {', '.join(sorted(loaded))}: import inside the function that needs it."


def test_the_tables_speak_of_the_same_rooms():
    assert walls.LIBRARIES.keys() == walls.FLOORS.keys()
    assert {name for door in walls.DOORS for name in door} <= walls.FLOORS.keys()
    assert walls.HEAVY_ONLY_IN.keys() <= walls.FLOORS.keys()


def test_the_page_shows_the_floors_of_the_table():
    """docs/architecture.md has a table `| floor | rooms | ... |`, and it is the same house."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    shown = {}
    for floor, rooms in re.findall(r"^\| (\d+) \| ([^|]+) \|", page, flags=re.MULTILINE):
        shown |= {name: int(floor) for name in re.findall(r"`(\w+)`", rooms)}
    assert shown == dict(walls.FLOORS)


# ---------------------------------------------------------------------------------------------------------- the checker


@pytest.fixture
def built(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """Builds a small package from {file below videolect/: source}."""

    def build(files: dict[str, str]) -> Path:
        for name, text in {"__init__.py": "", **files}.items():
            file = tmp_path / walls.PACKAGE / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return tmp_path

    return build


@pytest.mark.parametrize(
    "text",
    [
        "import videolect.ledger.sql",
        "import videolect.ledger.sql as sql",
        "from videolect.ledger import sql",
        "from videolect.ledger.sql import SqlLedger",
        "from videolect import ledger",
        "from ..ledger import sql",
        "from .. import ledger",
        "if True:\n    import videolect.ledger",
        "try:\n    import videolect.ledger\nexcept ImportError:\n    pass",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from videolect.ledger import sql",
        "import typing\nif typing.TYPE_CHECKING:\n    from videolect.ledger import sql",
        "def draw():\n    from videolect.ledger import sql",
        "class A:\n    async def draw(self):\n        from videolect.ledger import sql",
        "import importlib\nsql = importlib.import_module('videolect.ledger.sql')",
    ],
)
def test_an_import_upward_is_found_however_it_is_written(built, text: str):
    source = built({"record/__init__.py": "", "record/acts.py": text, "ledger/__init__.py": "", "ledger/sql.py": ""})
    [breach] = walls.upward(walls.imports(source))
    line = text[: re.search("videolect.ledger|videolect import|[.]{2}", text).start()].count("\n") + 1  # type: ignore[union-attr]
    assert str(breach).startswith(f"videolect/record/acts.py:{line}: record (floor 3) imports videolect.ledger")
    assert "docs/architecture.md, the test and the code together" in str(breach)


def test_an_import_sideways_for_types_is_found(built):
    text = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from videolect.vlm import base\n"
    source = built({"video/probe.py": text, "vlm/__init__.py": "", "vlm/base.py": ""})
    [breach] = walls.upward(walls.imports(source))
    assert breach.place == "videolect/video/probe.py:4"
    assert breach.what == "video (floor 4) imports videolect.vlm.base (floor 4)"


def test_a_room_that_is_not_built_yet_has_its_wall_already(built):
    source = built({"record/acts.py": "from videolect import web\nimport videolect.cli.main"})
    assert [breach.place for breach in walls.upward(walls.imports(source))] == [
        "videolect/record/acts.py:1",
        "videolect/record/acts.py:2",
    ]


def test_imports_downward_and_within_a_room_are_free(built):
    source = built(
        {
            "record/__init__.py": "from videolect.record.acts import Act",
            "record/acts.py": "from videolect.language import rules\nfrom . import clip\nimport json",
            "record/clip.py": "from videolect import __version__",
            "language/__init__.py": "",
            "language/rules.py": "from videolect.errors import Mendable",
            "errors.py": "",
        }
    )
    found = walls.imports(source)
    assert [one.imported for one in found if one.importer == "videolect.record.acts"] == [
        "videolect.language.rules",
        "videolect.record.clip",
        "json",
    ]
    assert not walls.upward(found)
    assert not walls.through_walls(found)
    assert not walls.strangers(found)
    assert walls.circle(found) is None
    assert not walls.unknown_rooms(source)


@pytest.mark.parametrize(
    ("who", "text", "free"),
    [
        ("ledger", "from videolect.oversight.ports import Ledger", True),
        ("ledger", "from videolect.oversight import ports", True),
        ("ledger", "from videolect.oversight import desk", False),
        ("ledger", "import videolect.oversight", False),
        ("ledger", "def f():\n    from videolect.oversight.desk import Desk", False),
        ("dataset", "from videolect.vlm import base, prompts", True),
        ("dataset", "from videolect.vlm import prompts, tokens", False),
        ("dataset", "from videolect.vlm.backends.qwen import Qwen", False),
        ("writing", "from videolect.vlm import tokens", True),
    ],
)
def test_a_narrow_door_lets_through_only_its_modules(built, who: str, text: str, free: bool):
    rooms = {"oversight": ["ports", "desk"], "vlm": ["base", "prompts", "tokens"]}
    files = {f"{name}/{module}.py": "" for name, held in rooms.items() for module in ["__init__", *held]}
    source = built({**files, f"{who}/it.py": text})
    found = walls.imports(source)
    assert not walls.upward(found)
    assert (not walls.through_walls(found)) is free, told(walls.through_walls(found))


@pytest.mark.parametrize(
    ("file", "text", "rule"),
    [
        ("record/acts.py", "import numpy as np", "no library outside Python's own"),
        ("errors.py", "def f():\n    import yaml", "no library outside Python's own"),
        ("web/api.py", "from sqlalchemy import select", "This room may import anyio"),
        (
            "web/api.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import sqlalchemy",
            "may import anyio",
        ),
        ("__init__.py", "import numpy", "no library outside Python's own"),
        ("wiring.py", "import experiments.glossary", "no library outside Python's own"),
        ("training/task.py", "import torch", "only inside the functions"),
        ("training/task.py", "class A:\n    import torch", "only inside the functions"),
        ("vlm/tokens.py", "def f():\n    import transformers", "only videolect.vlm.backends may import transformers"),
        ("vlm/backends/qwen.py", "from transformers import AutoModel", "only inside the functions"),
    ],
)
def test_a_library_in_the_wrong_room_is_found(built, file: str, text: str, rule: str):
    [breach] = walls.strangers(walls.imports(built({file: text})))
    assert breach.place.startswith(f"videolect/{file}:")
    assert rule in breach.rule


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("language/spec.py", "import yaml\nfrom numpy.typing import NDArray"),
        ("vlm/backends/qwen.py", "def load():\n    import torch\n    from transformers import AutoModel"),
        ("vlm/backends/qwen.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from torch import Tensor"),
        ("training/sft.py", "def train():\n    import trl, torch.nn"),
    ],
)
def test_a_library_in_its_room_is_free(built, file: str, text: str):
    assert not told(walls.strangers(walls.imports(built({file: text}))))


@pytest.mark.parametrize("how", ["from videolect.record import clip", "def f():\n    import videolect.record.clip"])
def test_a_circle_is_found(built, how: str):
    source = built(
        {
            "record/__init__.py": "",
            "record/acts.py": how,
            "record/clip.py": "from videolect.record.people import Person",
            "record/people.py": "from .acts import Act",
        }
    )
    found = walls.circle(walls.imports(source))
    assert found is not None
    ring = found.what.partition(": ")[2].split(" -> ")
    assert ring[0] == ring[-1]
    steps = {(one.importer, one.imported) for one in walls.imports(source)}
    assert set(pairwise(ring)) == steps
    assert re.match(r"videolect/record/\w+\.py:\d", found.place)


def test_packages_that_need_each_other_are_a_circle_though_no_modules_are(built):
    source = built(
        {
            "record/acts/cuts.py": "from videolect.record.clips import films",
            "record/acts/kinds.py": "",
            "record/clips/films.py": "",
            "record/clips/shots.py": "from videolect.record.acts.kinds import ACTS",
        }
    )
    found = walls.imports(source)
    assert walls.circle(found) is None
    breach = walls.circle(found, packages=True)
    assert breach is not None
    assert breach.what.startswith("packages import each other in a circle: videolect.record.")


def test_a_package_that_offers_the_names_of_its_modules_is_no_circle(built):
    source = built(
        {
            "record/__init__.py": "from videolect.record.acts import Act\nfrom videolect.record.clip import Clip",
            "record/acts.py": "from videolect.record.clip import Clip",
            "record/clip.py": "",
        }
    )
    assert walls.circle(walls.imports(source)) is None


def test_a_module_that_imports_from_its_own_package_is_a_circle(built):
    source = built(
        {
            "record/__init__.py": "from videolect.record.acts import Act",
            "record/acts.py": "from videolect.record import Clip",
        }
    )
    assert walls.circle(walls.imports(source)) is not None


@pytest.mark.parametrize("file", ["helpers.py", "helpers/__init__.py", "helpers/deep/thing.py"])
def test_a_room_without_a_floor_is_found(built, file: str):
    [breach] = walls.unknown_rooms(built({file: "", "errors.py": ""}))
    assert breach.what == "videolect.helpers stands on no floor"
