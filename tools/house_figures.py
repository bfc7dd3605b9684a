"""Measure the source of a Python package: sizes, imports, parameter lists. Nothing of it is run or installed.

    python -m tools.house_figures                                  our own house
    python -m tools.house_figures before=@47bd282 src/videolect    a commit of ours beside what lies here
    python -m tools.house_figures site-packages/starlette src/videolect --markdown
    python -m tools.house_figures --worst 20                       the worst of each list, by name

A package is [LABEL=]FOLDER or [LABEL=]@COMMIT. What is counted, and how, stands in docs/house-figures.md.
"""

from __future__ import annotations

import argparse
import ast
import io
import statistics
import subprocess
import sys
import tarfile
import tempfile
import tokenize
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.imports import Import, imports, modules

ROOT = Path(__file__).resolve().parents[1]
OURS = ROOT / "src" / "videolect"

LONG_FILE, LONG_FUNCTION, MANY_PARAMETERS = 700, 80, 7
"""Above these a file, a function or a parameter list is listed by name."""

Graph = Mapping[str, Collection[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Function:
    """One ``def``, wherever it stands."""

    name: str
    """With its module and what it stands in: videolect.web.api.desk_router.view."""
    lines: int
    """From ``def`` to its last line: docstring and inner functions count, decorators do not."""
    own_lines: int
    """Without the functions inside it."""
    parameters: tuple[str, ...]
    """Without ``self`` and ``cls``; ``*args`` and ``**more`` count as one each."""
    handed_on: dict[str, list[str]]
    """Parameters that are read for nothing but to be handed to calls -> the last names of what is called."""
    is_public: bool
    """Whether its name and those of the classes around it are without underscore, and it stands in no function."""
    has_docstring: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What was measured of one package; each Counter names what it counts."""

    name: str
    files: Counter[str]
    """Lines by module."""
    code_lines: int
    """Without blank lines, comments and strings that stand alone (docstrings)."""
    functions: list[Function]
    undocumented: list[str]
    """Public functions, methods and classes without docstring."""
    public: int
    """How many public functions, methods and classes there are."""
    circles: list[list[str]]
    """Modules that import each other when they are themselves imported."""
    late_circles: list[list[str]]
    """The same where imports inside functions count too."""
    type_circles: list[list[str]]
    """The same where imports for types count too, as they do in our walls."""
    lazy_own: Counter[str]
    """Imports inside functions of the package itself, by importing module."""
    lazy_libraries: Counter[str]
    """Imports inside functions of others' libraries, by library."""
    libraries: Counter[str]
    """In how many files each library outside Python's own is imported, for types too."""
    fan_out: Counter[str]
    """Of how many modules of the package each imports, for types too."""
    fan_in: Counter[str]
    """By how many modules of the package each is imported, for types too."""
    chain: list[str]
    """The longest chain of imports, from the module on top; modules of one circle count one."""


def measure(package: Path) -> Figures:
    """The figures of the package in that folder, which is named as the package is."""
    known = modules(package)
    texts = {name: file.read_text(encoding="utf-8") for name, file in known.items()}
    trees = {name: ast.parse(text) for name, text in texts.items()}
    found = imports(package)
    functions = [one for name, tree in trees.items() for one in _functions(tree, name, public=True)]
    classes = [(name, had) for module, tree in trees.items() for name, had in _public_classes(tree, module)]
    own = [one for one in found if one.imported in known and one.imported != one.importer]
    others = [one for one in found if _library(one) not in {package.name, *sys.stdlib_module_names}]
    pairs = {(one.importer, one.imported) for one in own}
    at_once = _graph(known, [one for one in own if not one.in_function and not one.for_types_only])
    return Figures(
        name=package.name,
        files=Counter({name: len(text.splitlines()) for name, text in texts.items()}),
        code_lines=sum(_code_lines(texts[name], tree) for name, tree in trees.items()),
        functions=functions,
        undocumented=[one.name for one in functions if one.is_public and not one.has_docstring]
        + [name for name, documented in classes if not documented],
        public=sum(one.is_public for one in functions) + len(classes),
        circles=_circles(at_once),
        late_circles=_circles(_graph(known, [one for one in own if not one.for_types_only])),
        type_circles=_circles(_graph(known, own)),
        lazy_own=Counter(one.importer for one in own if one.in_function),
        lazy_libraries=Counter(_library(one) for one in others if one.in_function),
        libraries=Counter(library for library, _ in {(_library(one), one.importer) for one in others}),
        fan_out=Counter(dict.fromkeys(known, 0)) + Counter(importer for importer, _ in pairs),
        fan_in=Counter(imported for _, imported in pairs),
        chain=_longest_chain(at_once),
    )


def _library(one: Import) -> str:
    return one.imported.partition(".")[0]


# --------------------------------------------------------------------------------------------------- files, functions


def _code_lines(text: str, tree: ast.AST) -> int:
    """Lines that hold more than comments, blanks and strings that stand alone."""
    silent = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in silent:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines.difference_update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(lines)


def _functions(node: ast.AST, where: str, *, public: bool, in_class: bool = False) -> Iterator[Function]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            name = f"{where}.{child.name}"
            inner = list(_functions(child, name, public=False))
            given = child.args
            named = [*given.posonlyargs, *given.args, *filter(None, [given.vararg]), *given.kwonlyargs]
            names = [one.arg for one in [*named, *filter(None, [given.kwarg])]]
            bound = in_class and not any(ast.unparse(one) == "staticmethod" for one in child.decorator_list)
            lines = _span(child)
            yield Function(
                name=name,
                lines=lines,
                own_lines=lines - sum(map(_span, _nearest_functions(child))),
                parameters=tuple(names[bound:]),
                handed_on=_handed_on(child, names[bound:]),
                is_public=public and not child.name.startswith("_") and not _is_overload(child),
                has_docstring=ast.get_docstring(child) is not None,
            )
            yield from inner
        elif isinstance(child, ast.ClassDef):
            shown = public and not child.name.startswith("_")
            yield from _functions(child, f"{where}.{child.name}", public=shown, in_class=True)
        else:
            yield from _functions(child, where, public=public, in_class=in_class)


def _handed_on(function: ast.FunctionDef | ast.AsyncFunctionDef, names: Collection[str]) -> dict[str, list[str]]:
    """``f(x)`` and ``f(x=x)`` hand x on; ``x.y``, ``x + 1`` and ``if x`` read it."""
    read = Counter(
        node.id for line in function.body for node in ast.walk(line) if isinstance(node, ast.Name) and node.id in names
    )
    handed: dict[str, list[str]] = defaultdict(list)
    for node in (node for line in function.body for node in ast.walk(line) if isinstance(node, ast.Call)):
        for value in [*node.args, *(word.value for word in node.keywords)]:
            if isinstance(value, ast.Name) and value.id in names:
                handed[value.id].append(ast.unparse(node.func).rpartition(".")[2])
    return {name: calls for name, calls in handed.items() if len(calls) == read[name]}


def _nearest_functions(node: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions inside a node, without those that stand in them."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
        else:
            yield from _nearest_functions(child)


def _span(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def journeys(functions: Iterable[Function]) -> list[tuple[str, list[str]]]:
    """Parameters that several functions in a row only hand on, under the same name, and who they are; longest first.

    Who is called is told by the last part of its name, where only one function of that name takes such a parameter. Its
    last function may read it.
    """
    taking: dict[tuple[str, str], list[Function]] = defaultdict(list)
    for one in functions:
        for name in one.parameters:
            taking[one.name.rpartition(".")[2], name].append(one)

    def onward(one: Function, name: str, seen: tuple[str, ...]) -> list[str]:
        called = [taking.get((call, name), []) for call in one.handed_on.get(name, [])]
        next_ = [who[0] for who in called if len(who) == 1]
        further = [onward(other, name, (*seen, one.name)) for other in next_ if other.name not in (*seen, one.name)]
        return [one.name, *max(further, key=len, default=[])]

    found = [(name, onward(one, name, ())) for who in list(taking.values()) for one in who for name in one.handed_on]
    found.sort(key=lambda item: -len(item[1]))
    kept: list[tuple[str, list[str]]] = []
    for name, way in found:
        if not any(name == other and set(way) <= set(longer) for other, longer in kept):
            kept.append((name, way))
    return kept


def clumps(functions: Iterable[Function], size: int = 4, times: int = 3) -> list[tuple[tuple[str, ...], list[str]]]:
    """At least ``size`` parameters that at least ``times`` functions take together, and which do; most first."""
    sets = {one.name: frozenset(one.parameters) for one in functions if len(one.parameters) >= size}
    common = {a & b for a in set(sets.values()) for b in sets.values() if len(a & b) >= size}
    found = [(tuple(sorted(each)), [name for name, held in sets.items() if each <= held]) for each in common]
    found = [(names, who) for names, who in found if len(who) >= times]
    return sorted(found, key=lambda item: (-len(item[0]) * len(item[1]), item[0]))


def _is_overload(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(ast.unparse(one).rpartition(".")[2] in {"overload", "setter"} for one in node.decorator_list)


def _public_classes(node: ast.AST, where: str) -> Iterator[tuple[str, bool]]:
    """Dotted name, and whether it has a docstring."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef) and not child.name.startswith("_"):
            yield f"{where}.{child.name}", ast.get_docstring(child) is not None
            yield from _public_classes(child, f"{where}.{child.name}")
        elif isinstance(child, ast.If | ast.Try):
            yield from _public_classes(child, where)


# ------------------------------------------------------------------------------------------------------------ imports


def _graph(known: Iterable[str], said: Iterable[Import]) -> dict[str, set[str]]:
    graph: dict[str, set[str]] = {name: set() for name in known}
    for one in said:
        graph[one.importer].add(one.imported)
    return graph


def _parts(graph: Graph) -> list[list[str]]:
    """Strongly connected parts, each after all that it reaches (Tarjan)."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    open_: list[str] = []
    parts: list[list[str]] = []

    def visit(name: str) -> None:
        number[name] = low[name] = len(number)
        open_.append(name)
        for other in sorted(graph[name]):
            if other not in number:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in open_:
                low[name] = min(low[name], number[other])
        if low[name] == number[name]:
            at = open_.index(name)
            parts.append(open_[at:])
            del open_[at:]

    for name in graph:
        if name not in number:
            visit(name)
    return parts


def _circles(graph: Graph) -> list[list[str]]:
    return sorted((sorted(part) for part in _parts(graph) if len(part) > 1), key=lambda part: (-len(part), part))


def _longest_chain(graph: Graph) -> list[str]:
    best: dict[str, list[str]] = {}
    for part in _parts(graph):
        below = [best[other] for name in part for other in graph[name] if other not in part]
        chain = [part[0], *max(below, key=len, default=[])]
        best.update(dict.fromkeys(part, chain))
    return max(best.values(), key=len, default=[])


# -------------------------------------------------------------------------------------------------------------- pages


def spread(values: Iterable[int]) -> tuple[float, int, int]:
    """Median, 90th percentile (the least value that nine in ten do not exceed) and largest; zeros for no values."""
    ordered = sorted(values)
    if not ordered:
        return 0, 0, 0
    return statistics.median(ordered), ordered[-(-9 * len(ordered) // 10) - 1], ordered[-1]


def rows(one: Figures) -> dict[str, str]:
    """Every line of the table, as text."""
    lazy, libraries = sum(one.lazy_own.values()), sum(one.lazy_libraries.values())
    shared = {name: count for name, count in one.libraries.items() if count > 1}
    return {
        "files": f"{len(one.files):,}",
        "lines": f"{one.files.total():,}",
        "lines of code alone": f"{one.code_lines:,}",
        "lines per file: median, 90 %, largest": _three(one.files.values()),
        f"files over {LONG_FILE} lines": f"{sum(lines > LONG_FILE for lines in one.files.values())}",
        "functions": f"{len(one.functions):,}",
        "lines per function: median, 90 %, largest": _three(each.lines for each in one.functions),
        "the same without inner functions": _three(each.own_lines for each in one.functions),
        f"functions over {LONG_FUNCTION} lines": f"{sum(each.lines > LONG_FUNCTION for each in one.functions)}",
        f"functions over {LONG_FUNCTION} lines without inner ones": str(
            sum(each.own_lines > LONG_FUNCTION for each in one.functions)
        ),
        "parameters per function: median, 90 %, largest": _three(len(each.parameters) for each in one.functions),
        f"functions with more than {MANY_PARAMETERS} parameters": _share(
            sum(len(each.parameters) > MANY_PARAMETERS for each in one.functions), len(one.functions)
        ),
        "parameters that are only handed on": _share(
            sum(len(each.handed_on) for each in one.functions), sum(len(each.parameters) for each in one.functions)
        ),
        "modules in circles: imports at once": _in_circles(one.circles),
        "... and those inside functions": _in_circles(one.late_circles),
        "... and those for types": _in_circles(one.type_circles),
        "imports inside functions: own, libraries": f"{lazy}, {libraries}",
        "... per 1,000 lines of code": f"{1000 * (lazy + libraries) / max(one.code_lines, 1):.1f}",
        "libraries in more than one file, of all": f"{len(shared)} of {len(one.libraries)}",
        "own modules imported per file: median, 90 %, largest": _three(one.fan_out[name] for name in one.files),
        "longest chain of imports, modules": f"{len(one.chain)}",
        "public names without docstring": _share(len(one.undocumented), one.public),
    }


def _three(values: Iterable[int]) -> str:
    middle, ninety, largest = spread(values)
    return f"{middle:g}, {ninety:,}, {largest:,}"


def _share(part: int, whole: int) -> str:
    return f"{part:,} ({100 * part / max(whole, 1):.1f} %)"


def _in_circles(circles: Sequence[Sequence[str]]) -> str:
    return f"{sum(map(len, circles))} in {len(circles)}" if circles else "0"


def table(measured: Mapping[str, Figures], *, markdown: bool) -> str:
    """One column per package."""
    columns = {label: rows(one) for label, one in measured.items()}
    lines = [
        ["", *columns],
        *([name, *(each[name] for each in columns.values())] for name in next(iter(columns.values()))),
    ]
    if markdown:
        return "\n".join("| " + " | ".join(line) + " |" for line in [lines[0], ["---"] * len(lines[0]), *lines[1:]])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def worst(one: Figures, count: int) -> str:
    """The lists by name, worst first, each of at most ``count``."""
    functions = {each.name: each for each in one.functions}
    lists: dict[str, Iterable[tuple[str, object]]] = {
        f"Longest files (over {LONG_FILE} lines owes a reason)": one.files.most_common(count),
        f"Longest functions (over {LONG_FUNCTION} owes a reason; then without inner functions)": [
            (name, f"{each.lines}, {each.own_lines}")
            for name, each in sorted(functions.items(), key=lambda item: -item[1].lines)[:count]
        ],
        "Most parameters": Counter({name: len(each.parameters) for name, each in functions.items()}).most_common(count),
        "Parameters that several functions only hand on (guessed by names)": [
            (f"{name}: {' > '.join(way)}", len(way)) for name, way in journeys(one.functions)[:count]
        ],
        "Parameters that stand together (functions x parameters)": [
            (f"{', '.join(names)}: {', '.join(who)}", f"{len(who)} x {len(names)}")
            for names, who in clumps(one.functions)[:count]
        ],
        "Circles": [(", ".join(part), len(part)) for part in one.type_circles[:count]],
        "Libraries by files that import them": [item for item in one.libraries.most_common(count) if item[1] > 1],
        "Libraries imported inside functions": one.lazy_libraries.most_common(count),
        "Own modules imported inside functions": one.lazy_own.most_common(count),
        "Files that import most of the package": one.fan_out.most_common(count),
        "Modules that most files import": one.fan_in.most_common(count),
        "Longest chain of imports": [(" > ".join(one.chain), len(one.chain))],
        "Public names without docstring, by module": Counter(
            _module_of(name, one.files) for name in one.undocumented
        ).most_common(count),
    }
    return "\n\n".join(
        "\n".join([title, *(f"  {figure!s:>9}  {name}" for name, figure in items)]) for title, items in lists.items()
    )


def _module_of(name: str, known: Collection[str]) -> str:
    while name not in known:
        name = name.rpartition(".")[0]
    return name


def measured(words: Sequence[str]) -> dict[str, Figures]:
    """Label -> figures for packages as the command line names them."""
    found = {}
    for word in words:
        label, _, place = word.rpartition("=")
        if place.startswith("@"):
            with tempfile.TemporaryDirectory() as folder:
                found[label or place[1:]] = measure(_at_commit(place[1:], Path(folder)))
        elif not (Path(place) / "__init__.py").is_file():
            raise SystemExit(f"{place} is no package: it has no __init__.py. Name the folder that holds it.")
        else:
            found[label or Path(place).resolve().name] = measure(Path(place).resolve())
    return found


def _at_commit(commit: str, folder: Path) -> Path:
    inside = OURS.relative_to(ROOT)
    packed = subprocess.run(
        ["git", "-C", str(ROOT), "archive", commit, str(inside)], stdout=subprocess.PIPE, check=True
    )
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder / inside


def main() -> int:
    """Print the table, or the worst."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs="*", default=[str(OURS)], metavar="[LABEL=]FOLDER|@COMMIT")
    parser.add_argument("--markdown", action="store_true", help="as a table for a page")
    parser.add_argument("--worst", type=int, metavar="N", help="the N worst of each list in place of the table")
    asked = parser.parse_args()
    found = measured(asked.packages)
    if asked.worst is None:
        print(table(found, markdown=asked.markdown))
    else:
        print("\n\n\n".join(f"{label}\n\n{worst(one, asked.worst)}" for label, one in found.items()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
