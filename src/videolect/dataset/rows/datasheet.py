"""What rows are, for whoever finds them: composition, making, parts, leaks, limits; written from their manifest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_PAGE = """\
# Datasheet

Rows of the format `{format}`, made by {code} from {triples} triples (`{path}`, SHA-256 `{hash}`).
The manifest beside this page holds every hash.

## What is in it

Each triple is a model's caption of one aspect of a clip, an expert's critique, and the caption after it, which a second
person verified. People stand in it under pseudonyms or not at all; films are named and not included.

{table}

## How it was made

Campaigns: {campaigns}. Specification {spec}, prompts of version {prompts}; captions of other aspects in the prompts:
{context}. The critique of a right caption: "{sentinel}"

{lineage}

## Parts

By source, rule `{rule}`, seed {seed}, shares {shares}. {joined} sources were joined to another that shows the same.

Sources in several parts: {sources}. Final captions that are nearly the same in two parts: {near} pairs, {same} of them
equal; stock sentences are among them. {films}
{commands}
## What to mind

- The better text of a pair is often longer, and its two sides were written by different models: a classifier that sees
  only text tells them apart. `eval score` prints that floor beside every figure; `eval control` makes a set without it.
- The share of sentinels among critiques decides what always answering the sentinel scores.
- Experts overlook things: what a caption leaves unsaid is not thereby false.
"""


def datasheet(manifest: Mapping[str, Any]) -> str:
    """The page as Markdown."""
    origin, split, rule, found = (manifest[name] for name in ("origin", "split", "rule", "contamination"))
    films = f"Films compared: {found['films_looked_at']}; the same in two parts: {len(found['same_films'])}."
    return _PAGE.format(
        format=manifest["rows_format"], code=manifest["code"], triples=origin["triples"], path=origin["path"],
        hash=origin["hash"][:16], campaigns=", ".join(origin["campaigns"]), prompts=manifest["prompts"],
        spec=f"{manifest['spec']['version']} (`{manifest['spec']['hash'][:12]}`)", context=rule["context"],
        sentinel=rule["sentinel"], table=_table(manifest["counts"]), lineage=_lineage(manifest["lineage"]),
        rule=split["rule"], seed=split["seed"], joined=len(split["joined"]),
        shares=", ".join(f"{name} {share:g}" for name, share in split["shares"].items()),
        sources=len(found["sources_in_several_parts"]), near=found["near_texts"], same=found["same_texts"],
        commands=_commands(manifest.get("commands", {})),
        films=films if found["films_looked_at"] else "Films were not compared: none were at hand.",
    )  # fmt: skip


def _commands(commands: Mapping[str, Mapping[str, str]]) -> str:
    """How another trainer runs the rows; nothing for rows of ours."""
    if not commands:
        return ""
    head = _row("run, with DIR for this folder", "values of the recipe")
    rows = [_row(f"`{one['run']}`", one["recipe"]) for one in commands.values()]
    told = "These were never run by their makers; each file says what else to know."
    return "\n".join(["\n## How to learn from it\n", head, "|---|---|", *rows, f"\n{told}\n"])


def _table(counts: Mapping[str, Any]) -> str:
    tasks = sorted({task for of in counts.values() for task in of["by_task"]})
    lines = [_row("part", "rows", *tasks, "sources", "clips", "sentinel share"), "|" + "---|" * (len(tasks) + 5)]
    for part, of in counts.items():
        share = "-" if of["sentinel_share"] is None else f"{of['sentinel_share']:.1%}"
        told = [of["by_task"].get(task, 0) for task in tasks]
        lines.append(_row(part, of["rows"], *told, of["sources"], of["videos"], share))
    return "\n".join(lines)


def _lineage(lineage: list[Mapping[str, Any]]) -> str:
    if not lineage:
        return "No filter was asked for."
    steps = [_row(step["filter"], step["before"], step["after"]) for step in lineage]
    return "\n".join([_row("filter", "before", "after"), "|---|---|---|", *steps])


def _row(*cells: object) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"
