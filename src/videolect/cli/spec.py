"""``videolect spec``: whether a specification is whole, and what it says."""

from __future__ import annotations

import argparse
from typing import Any

from videolect.cli import spec_derive, spec_guide, spec_versions, spec_words
from videolect.cli.spec_option import add_spec, spec_of
from videolect.errors import NotFound, perhaps
from videolect.language import Primitive, Spec
from videolect.language.query_names import plain
from videolect.language.spec import report_on
from videolect.language.wording import rule_in_words


def add_parser(nouns: Any) -> None:
    """Add the noun and its verbs to the subparsers of the command line."""
    noun = nouns.add_parser("spec", help="the specification: aspects, fields, primitives, rules")
    verbs = noun.add_subparsers(dest="verb", required=True, metavar="VERB")
    check = verbs.add_parser("check", help="whether it is whole: names, rules, examples", description=run_check.__doc__)
    add_spec(check)
    check.set_defaults(run=run_check, render=text_check)
    show = verbs.add_parser("show", help="all of it in brief, or one entry", description=run_show.__doc__)
    show.add_argument("id", nargs="?", metavar="ID", help="a primitive, an aspect or a field")
    add_spec(show)
    show.set_defaults(run=run_show, render=text_show)
    spec_derive.add_verb(verbs)
    spec_guide.add_verb(verbs)
    spec_words.add_verbs(verbs)
    spec_versions.add_verbs(verbs)


def run_check(args: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Check a specification: exit code 0 when it is whole, 1 when it has problems."""
    report = report_on(args.spec)
    return (0 if report["whole"] else 1), report


def text_check(answer: dict[str, Any]) -> str:
    """One line per problem, as editors read them; or what the specification holds."""
    if not answer["whole"]:
        lines = [f"{p['file']}:{p['line']}: {p['rule']} {p['mend']}" for p in answer["problems"]]
        return "\n".join([*lines, f"{len(lines)} problem{'s' if len(lines) > 1 else ''}."])
    groups = "\n".join(f"  {count:4d}  {group}" for group, count in answer["by_group"].items())
    version = f"Version {answer['version']}, {answer['hash'][:12]}"
    return f"The specification is whole. {version}.\n{answer['primitives']} primitives:\n{groups}"


def run_show(args: argparse.Namespace) -> tuple[int, dict[str, Any]]:
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


def text_show(answer: dict[str, Any]) -> str:
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


def _ids(spec: Spec) -> list[str]:
    entries: list[Primitive | Any] = [*spec.primitives.values(), *spec.aspects, *spec.fields]
    return [entry.id for entry in entries]
