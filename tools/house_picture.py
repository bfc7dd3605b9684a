"""Draw the rooms of the house and who imports whom, from the source, into docs/architecture.md.

python -m tools.house_picture            write it
python -m tools.house_picture --check    exit 1 where the page does not show the house as it is
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.support.walls import FLOORS, imports, modules, room

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "architecture.md"
BETWEEN = re.compile(r"(?<=<!-- rooms: python -m tools.house_picture -->\n).*?(?=<!-- end of rooms -->)", re.DOTALL)


def rooms(source: Path) -> dict[str, set[str]]:
    """Room -> the rooms that it imports from, in any way; of those that are built, from the ground up."""
    built = {room(name) for name in modules(source)}
    seen = [(room(one.importer), room(one.imported)) for one in imports(source)]
    return {
        name: {there for here, there in seen if here == name and there in built - {name, ""}}
        for name in sorted(FLOORS, key=FLOORS.__getitem__)
        if name in built
    }


def shortest(graph: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Without the arrows that follow from others: one from a to c where a to b and b to c are there."""
    reached: dict[str, set[str]] = {}
    for name in graph:  # from the ground up: what is below is done
        reached[name] = graph[name].union(*(reached[other] for other in graph[name]))
    return {name: {to for to in held if not any(to in reached[by] for by in held)} for name, held in graph.items()}


def drawn(source: Path) -> str:
    """A mermaid diagram, and the whole list below it. Sizes in thousands of lines: a few more change nothing."""
    graph = rooms(source)
    lines = dict.fromkeys(graph, 0)
    for name, file in modules(source).items():
        if room(name) in lines:
            lines[room(name)] += file.read_text(encoding="utf-8").count("\n")
    size = {name: f"{count / 1000:.0f}k" if count >= 1000 else "<1k" for name, count in lines.items()}
    picture = ["```mermaid", "flowchart TD"]
    for floor in sorted({FLOORS[name] for name in graph}, reverse=True):
        held = [f'{name}["{name} {size[name]}"]' for name in graph if FLOORS[name] == floor]
        picture.append(f'  subgraph floor{floor}["{floor}"]\n    direction LR\n    {"; ".join(held)}\n  end')
    for name, others in reversed(shortest(graph).items()):
        picture += [f"  {name} --> {' & '.join(sorted(others, key=list(graph).index))}"] if others else []
    whole = [f"| `{name}` | {size[name]} | {', '.join(sorted(graph[name]))} |" for name in reversed(graph)]
    return "\n".join([*picture, "```", "", "| room | lines | imports from |", "|---|---|---|", *whole, ""])


def main(words: list[str]) -> int:
    """Write, or compare."""
    page = PAGE.read_text(encoding="utf-8")
    if not BETWEEN.search(page):
        raise SystemExit(f"{PAGE.relative_to(ROOT)} has no place for the rooms: {BETWEEN.pattern}")
    wanted = BETWEEN.sub(lambda _: drawn(ROOT / "src"), page)
    if words == ["--check"]:
        if page != wanted:
            print(f"{PAGE.relative_to(ROOT)} does not show what src/ holds. Run: python -m tools.house_picture")
        return int(page != wanted)
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
