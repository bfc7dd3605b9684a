"""``videolect spec show``: a specification in brief, or one entry in full."""

from __future__ import annotations

import argparse
from typing import Any

from videolect.cli.spec_option import add_spec, spec_of
from videolect.errors import NotFound, perhaps
from videolect.language import Primitive, Spec
from videolect.language.query_names import plain
from videolect.language.wording import rule_in_words


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    parser.add_argument("id", nargs="?", metavar="ID", help="a primitive, an aspect or a field")
    add_spec(parser)


def run(args: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Show the specification in brief, or one primitive, aspect or field in full."""
    spec = spec_of(args)
    if args.id is None:
        return 0, {
            "name": spec.name,
            "version": spec.version,
            "hash": spec.hash,
            "aspects": {aspect.id: aspect.title for aspect in spec.aspects},
            "fields": {field.id: field.title for field in spec.fields},
            "primitives": {primitive.id: primitive.title for primitive in spec.primitives.values()},
        }
    whole: Any = spec.as_json()
    for kind in ("primitives", "aspects", "fields"):
        for entry in whole[kind]:
            if entry["id"] in (args.id, plain(args.id)):  # as a search reads it: dolly-zoom is dolly_zoom
                more = _rules(spec, entry["id"]) if kind == "primitives" else {}
                return 0, {"entry": kind.removesuffix("s"), **entry, **more}
    raise NotFound(
        f"The specification has no {args.id!r}.",
        mend=perhaps(plain(args.id), _ids(spec), "videolect spec show lists them all."),
    )


def _rules(spec: Spec, id_: str) -> dict[str, Any]:
    """The rules of a primitive as people read them."""
    primitive = spec.primitives[id_]
    rules = {"applies": primitive.applies_when, "yes": primitive.yes_when, "no": primitive.no_when}
    return {"rules": {key: rule_in_words(spec, rule) for key, rule in rules.items() if rule is not None}}


def _ids(spec: Spec) -> list[str]:
    entries: list[Primitive | Any] = [*spec.primitives.values(), *spec.aspects, *spec.fields]
    return [entry.id for entry in entries]


def render(answer: dict[str, Any]) -> str:
    """A page for one entry, or the lists."""
    if "entry" not in answer:
        parts = [f"{answer['name']} {answer['version']} ({answer['hash'][:12]})"]
        for kind in ("aspects", "fields", "primitives"):
            entries = "\n".join(f"  {id_:40s} {title}" for id_, title in answer[kind].items())
            parts.append(f"{kind} ({len(answer[kind])})\n{entries}")
        return "\n\n".join(parts)
    lines = [f"{answer['title']}  [{answer['entry']} {answer['id']}]"]
    for key in ("definition", "question", "model_question", "decision", "help", "policy"):
        if answer.get(key):
            lines += ["", f"{key.replace('_', ' ')}:", *(f"  {line}" for line in str(answer[key]).splitlines())]
    for key, rule in answer.get("rules", {}).items():
        lines += ["", f"{key} where:", f"  {rule}"]
    lists = {
        "answers": [f"{o['value']}: {o['title']}" for o in answer.get("options", [])],
        "look-alikes": [f"{other['id']}: {other['how']}" for other in answer.get("look_alikes", [])],
        "topics": [f"{topic['id']}: {topic['title']}" for topic in answer.get("topics", [])],
        "say": answer.get("use_words", []),
        "do not say": answer.get("avoid_words", []),
    }
    for heading, entries in lists.items():
        if entries:
            lines += ["", f"{heading}:", *(f"  - {entry}" for entry in entries)]
    return "\n".join(lines)
