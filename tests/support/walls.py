"""The walls of the house, and how to find where one is broken.

docs/architecture.md tells the same in words. A wall may be moved when the design has become better: change that page,
the tables here and the code in one commit, and say why in its message.

Imports are read from the source (tools/imports.py), so those inside functions and for types only count too.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from tools import imports as reading
from tools.imports import Import

PACKAGE = "videolect"

MEND = (
    "Mend the import; or, if the design is better so, "
    "move the wall in docs/architecture.md, the test and the code together."
)

FLOORS: Mapping[str, int] = {
    "errors": 0,
    "files": 1,
    "storage": 2,
    "language": 2,
    "record": 3,
    "metrics": 3,
    "oversight": 4,
    "video": 4,
    "vlm": 4,
    "points": 4,
    "ledger": 5,
    "writing": 5,
    "dataset": 5,
    "stage": 5,
    "intake": 5,
    "evals": 6,
    "training": 7,
    "recaption": 7,
    "generator": 7,
    "web": 8,
    "wiring": 9,
    "cli": 10,
}
"""Every room, those that are still to be built too. A room imports only from floors below its own."""

DOORS: Mapping[tuple[str, str], frozenset[str]] = {
    ("ledger", "oversight"): frozenset({"ports"}),
    ("dataset", "vlm"): frozenset({"prompts", "base"}),
}
"""(who, of whom) -> the only modules of that room which it may see."""

LIBRARIES: Mapping[str, frozenset[str]] = {
    "errors": frozenset(),
    "files": frozenset(),
    "storage": frozenset({"blake3", "s3fs"}),
    "language": frozenset({"yaml", "jinja2", "numpy"}),
    "record": frozenset(),
    "metrics": frozenset({"numpy", "nltk"}),
    "oversight": frozenset(),
    "video": frozenset({"av", "numpy", "blake3", "PIL", "scenedetect", "torch"}),
    "vlm": frozenset({"google", "numpy", "PIL", "httpx", "peft", "tokenizers", "torch", "transformers"}),
    "points": frozenset(),
    "ledger": frozenset({"sqlalchemy", "alembic"}),
    "writing": frozenset(),
    "dataset": frozenset({"pyarrow", "numpy"}),
    "stage": frozenset({"PIL", "numba", "numpy"}),
    "intake": frozenset(),
    "evals": frozenset({"jinja2", "numpy", "pyarrow", "sklearn", "threadpoolctl"}),
    "training": frozenset(
        {"accelerate", "datasets", "numpy", "peft", "safetensors", "tensorboard", "tokenizers", "torch"}
        | {"transformers", "trl"}
    ),
    "recaption": frozenset({"numpy", "pyarrow", "ray", "torch", "transformers"}),
    "generator": frozenset({"numpy", "pyarrow", "av", "torch", "transformers", "diffusers", "accelerate"}),
    "web": frozenset({"fastapi", "starlette", "pydantic", "argon2", "anyio"}),
    "wiring": frozenset(),
    "cli": frozenset({"httpx", "uvicorn"}),
}
"""Room -> the libraries outside Python's own that it may import. Web's never hold SQLAlchemy: that is a promise."""

HEAVY = frozenset(
    {"accelerate", "datasets", "diffusers", "peft", "ray", "safetensors", "tensorboard", "torch", "transformers", "trl"}
)
"""Libraries that are imported inside the functions that need them; or for types only, where nothing is loaded."""

HEAVY_ONLY_IN: Mapping[str, str] = {"video": "videolect.video.backends", "vlm": "videolect.vlm.backends"}
"""Rooms where even then only one folder may: the rest of the room works without them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Breach:
    """One broken wall; its text says where, what, which rule, and the mend."""

    place: str
    what: str
    rule: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}. {self.rule} {MEND}"


def modules(source: Path) -> dict[str, Path]:
    """Dotted name -> file, for every module of the package in the folder `source` (our src/)."""
    return reading.modules(source / PACKAGE)


def imports(source: Path) -> list[Import]:
    """Every import that the package in the folder `source` says. Rooms that are not built yet count as modules."""
    return reading.imports(source / PACKAGE, unbuilt=[f"{PACKAGE}.{name}" for name in FLOORS])


def upward(found: Iterable[Import]) -> list[Breach]:
    """(a) Imports of a room on the same floor or a higher one."""
    breaches = []
    for one in found:
        here, there = room(one.importer), room(one.imported)
        if here in FLOORS and there in FLOORS and here != there and FLOORS[there] >= FLOORS[here]:
            what = f"{here} (floor {FLOORS[here]}) imports {one.imported} (floor {FLOORS[there]})"
            breaches.append(Breach(place=one.place, what=what, rule="A room imports only from floors below its own."))
    return breaches


def through_walls(found: Iterable[Import]) -> list[Breach]:
    """(a) Imports past a narrow door: from a room of which only some modules may be seen."""
    breaches = []
    for one in found:
        door = DOORS.get((room(one.importer), room(one.imported)))
        if door is not None and one.imported.split(".")[2:3] not in [[name] for name in door]:
            here, there = room(one.importer), room(one.imported)
            rule = f"Of {there}, {here} may see only {' and '.join(sorted(door))}."
            breaches.append(Breach(place=one.place, what=f"{here} imports {one.imported}", rule=rule))
    return breaches


def strangers(found: Iterable[Import]) -> list[Breach]:
    """(b) Libraries that the room may not import, or may only import later than it does."""
    breaches = []
    for one in found:
        library = one.imported.split(".")[0]
        if library == PACKAGE or library in sys.stdlib_module_names:
            continue
        here = room(one.importer)
        allowed = LIBRARIES.get(here, frozenset())
        what = f"{here or PACKAGE} imports {one.imported}"
        if library not in allowed:
            names = ", ".join(sorted(allowed)) or "no library outside Python's own"
            breaches.append(Breach(place=one.place, what=what, rule=f"This room may import {names}."))
        elif library in HEAVY and not _inside(one.importer, HEAVY_ONLY_IN.get(here, one.importer)):
            rule = f"Here only {HEAVY_ONLY_IN[here]} may import {library}."
            breaches.append(Breach(place=one.place, what=what, rule=rule))
        elif library in HEAVY and not (one.in_function or one.for_types_only):
            rule = f"{library} is loaded only inside the functions that need it."
            breaches.append(Breach(place=one.place, what=f"{what} when it is itself imported", rule=rule))
    return breaches


def circle(found: Iterable[Import], *, packages: bool = False) -> Breach | None:
    """(d) One circle of modules that import each other, or None. ``packages``: of packages within rooms, each with all
    that stands in it taken for one.

    A package's `__init__` counts as a module of its own: importing `a.b` is not counted as importing `a`, although
    Python runs both, since every package that offers its modules' names would be a circle then.
    """
    said = [one for one in found if room(one.imported) or one.imported == PACKAGE]
    if packages:
        whole = [replace(one, importer=_package(one.importer), imported=_package(one.imported)) for one in said]
        said = [one for one in whole if one.importer != one.imported]
    graph: dict[str, set[str]] = {}
    for one in said:
        graph.setdefault(one.importer, set()).add(one.imported)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        # graphlib lists each module before the one that imports it.
        ring = list(reversed(error.args[1]))
        first = next(one for one in said if (one.importer, one.imported) == (ring[0], ring[1]))
        what = f"{'packages' if packages else 'modules'} import each other in a circle: {' -> '.join(ring)}"
        return Breach(place=first.place, what=what, rule="What two modules both need belongs in a third, below both.")
    return None


def _package(module: str) -> str:
    """The package of its room that a module stands in; the module itself where it stands in none."""
    return ".".join(module.split(".")[:3])


def unknown_rooms(source: Path, floors: Collection[str] = tuple(FLOORS)) -> list[Breach]:
    """Packages and modules directly under the package which the table of floors does not know."""
    top = {name.split(".")[1]: file for name, file in reversed(modules(source).items()) if "." in name}
    return [
        Breach(
            place=file.relative_to(source).as_posix() + ":1",
            what=f"{PACKAGE}.{name} stands on no floor",
            rule="Every room is in the table of floors.",
        )
        for name, file in sorted(top.items())
        if name not in floors
    ]


def room(module: str) -> str:
    """The room that a dotted name belongs to; empty for the package itself and for everything outside it."""
    parts = module.split(".")
    return parts[1] if parts[0] == PACKAGE and len(parts) > 1 else ""


def _inside(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")
