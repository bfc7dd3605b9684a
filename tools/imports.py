"""Who imports whom in a Python package, read from its source: not from what a run happens to load.

Imports inside functions and under `if TYPE_CHECKING:` count too, marked as such: they show who knows whom. The walls of
our house (tests/support/walls.py), its figures and its picture all read with this.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Import:
    """One imported module, where it is said and by whom."""

    importer: str
    """Dotted name of the module that imports."""
    imported: str
    """Dotted name of the module that is imported; of a package's module when the tree has one of that name."""
    file: Path
    """Relative to the folder that holds the package."""
    line: int
    in_function: bool
    for_types_only: bool

    @property
    def place(self) -> str:
        return f"{self.file.as_posix()}:{self.line}"


def modules(package: Path) -> dict[str, Path]:
    """Dotted name -> file, for every module of the package in that folder: src/videolect holds videolect.cli."""
    found = {}
    for file in sorted(package.rglob("*.py")):
        parts = (package.name, *file.relative_to(package).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def imports(package: Path, unbuilt: Collection[str] = ()) -> list[Import]:
    """Every import that the package in that folder says, by file and line.

    ``unbuilt``: dotted names that count as modules although there is no such file (yet).
    """
    known = modules(package)
    names = {*known, *unbuilt}
    return [one for name, file in known.items() for one in _imports_of(name, file, package.parent, names)]


def _imports_of(name: str, file: Path, source: Path, known: Collection[str]) -> Iterator[Import]:
    tree = ast.parse(file.read_text(encoding="utf-8"), filename=str(file))
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    for node, in_function, for_types_only in _walk(tree, in_function=False, for_types_only=False):
        for imported in dict.fromkeys(_names(node, package, known)):
            yield Import(
                importer=name,
                imported=imported,
                file=file.relative_to(source),
                line=node.lineno,
                in_function=in_function,
                for_types_only=for_types_only,
            )


def _walk(
    node: ast.AST, *, in_function: bool, for_types_only: bool
) -> Iterator[tuple[ast.stmt | ast.expr, bool, bool]]:
    """The statements that import and the calls that may, each with where it stands."""
    if isinstance(node, ast.Import | ast.ImportFrom | ast.Call):
        yield node, in_function, for_types_only
    if isinstance(node, ast.If) and _last_name(node.test) == "TYPE_CHECKING":
        for child in node.body:
            yield from _walk(child, in_function=in_function, for_types_only=True)
        for child in node.orelse:
            yield from _walk(child, in_function=in_function, for_types_only=for_types_only)
        return
    inner = in_function or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    for child in ast.iter_child_nodes(node):
        yield from _walk(child, in_function=inner, for_types_only=for_types_only)


def _names(node: ast.AST, package: str, known: Collection[str]) -> Iterator[str]:
    """The modules that one node imports, by absolute dotted names."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
        base = ".".join([*above, *([node.module] if node.module else [])])
        for alias in node.names:
            # `from a import b` imports the module a.b where there is one, and else something that a holds.
            whole = f"{base}.{alias.name}"
            yield whole if whole in known else base
    elif isinstance(node, ast.Call) and node.args:
        # import_module("...") with the name written out is an import like any other.
        first = node.args[0]
        is_import = _last_name(node.func) in {"import_module", "__import__"}
        if is_import and isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value


def _last_name(node: ast.AST) -> str:
    """``c`` of ``a.b.c``; empty for what is no name."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
