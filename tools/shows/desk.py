"""The desk: the loop of two people, its ledgers, what is never lost, how it is set up."""

from __future__ import annotations

import re

from tools.show import Answer, Show, Step
from tools.shows.asking import (
    CHROMIUM,
    CLIPS,
    DATA,
    FILM,
    MODELS,
    POSTGRES,
    TRL,
    at_least,
    at_most,
    bench,
    by_tests,
    holds,
    keys,
    ours,
    same,
    told,
)
from tools.shows.stage import same_truth

TRIPLE = """triple_id video_id video_hash source_id start_pts end_pts time_base aspect kind pre_caption pre_model
 pre_prompt_hash rating critique_raw critique critique_language points post_caption post_model edited_by_hand annotator
 reviewer verdict rejected_critique rejected_post_caption same_draft spec_version spec_hash parents campaign mode
 active_seconds drafted_at submitted_at settled_at ledger_seq"""
"""Columns of docs/triples.md."""


def settled(answer: Answer) -> str:
    """The script of annotator and reviewer came to its end, whoever drafted."""
    triples = answer.json["triples"]
    for triple in triples:
        keys(triple, TRIPLE)
    return told(
        f"{at_least('settled', answer.json['settled'], 5)} of {answer.json['tasks']} tasks",
        at_least("triples", len(triples), 5),
        holds(
            "one rejected and corrected", any(t["verdict"] == "corrected" and t["rejected_critique"] for t in triples)
        ),
    )


def played(answer: Answer) -> str:
    """With every way in which a caption can end: the drafts were made for it."""
    triples = answer.json["triples"]
    applied = max(sum(point["addressed"] for point in triple["points"]) for triple in triples)
    return told(
        settled(answer),
        holds("one perfect", any(each["kind"] == "perfect" for each in triples)),
        at_least("points of one critique applied", applied, 2),
    )


def rebuilt(answer: Answer) -> str:
    """Queue and board are what the acts say."""
    return told(holds("rebuild byte-equal", answer.json["equal"]), at_least("tasks", answer.json["tasks"], 6))


def pictures(answer: Answer) -> str:
    """The pages were photographed at both sizes."""
    from PIL import Image

    widths = []
    for path in (answer.folder / "pictures").rglob("*.png"):
        with Image.open(path) as picture:
            widths.append(picture.width)
    return told(at_least("pages at 1280", widths.count(1280), 5), at_least("at 1920", widths.count(1920), 5))


def page_answers(answer: Answer) -> str:
    """The address that the demo printed gives the page, and the page its program."""
    import httpx

    address = re.findall(r"The desk is open at (\S+)", answer.err)[0]
    page = httpx.get(address, trust_env=False, follow_redirects=True)
    program = re.findall(r'src="(/assets/[^"]+\.js)"', page.text)[0]
    return told(
        same("page", page.status_code, 200),
        same("its program", httpx.get(address + program, trust_env=False).status_code, 200),
    )


def green(answer: Answer) -> str:
    """All of it."""
    holds("no suite was left out", "No suite was left out." in answer.out)
    return at_least("tests passed", int(answer.figure(r"(\d+) passed")), 5_000)


DESK = (
    Show(
        name="desk.demo",
        says="two people, played over HTTP, take a clip to settled triples; a rebuild gives the same bytes",
        steps=(ours("demo --script --workspace desk", played), ours("desk rebuild --workspace desk", rebuilt)),
        pages=("docs/triples.md", "docs/operations.md"),
    ),
    Show(
        name="desk.film",
        says="a film of one's own goes through the same loop",
        steps=(ours(f"demo --script --video {FILM}", played),),
        needs=(CLIPS,),
        pages=("README.md",),
    ),
    Show(
        name="desk.pages",
        says="two people take the real film through the loop in Chromium; every page is photographed at two sizes",
        steps=(by_tests("tests/web/test_in_browser.py", least=5, check=pictures, more="--pictures {folder}/pictures"),),
        needs=(CHROMIUM, CLIPS),
        pages=("docs/desk.md",),
    ),
    Show(
        name="desk.ledgers",
        says="one contract suite holds for the ledger in memory, on SQLite and on PostgreSQL",
        steps=(by_tests("tests/contract/test_ledger.py", least=200),),
        needs=(POSTGRES,),
        pages=("docs/oversight.md",),
    ),
    Show(
        name="desk.machine",
        says="verbs in random order, several people, lapsing leases: no act lost, no task with two holders",
        steps=(by_tests("tests/integration/test_desk_machine.py", least=5),),
        pages=("docs/oversight.md",),
        whole=True,
    ),
    Show(
        name="desk.killed",
        says="a server killed -9 before every request and in the midst of every act loses nothing acknowledged",
        steps=(by_tests("tests/integration/test_killed_server.py", least=2),),
        pages=("docs/operations.md",),
        whole=True,
    ),
    Show(
        name="desk.claims",
        says="eight processes empty one queue, and no task is taken twice",
        steps=(bench("claims", lambda a: at_least("databases, no task twice", a.out.count("no task twice"), 2)),),
        needs=(POSTGRES,),
    ),
    Show(
        name="desk.first-load",
        says="the first load of the pages stays under 300 kB gzipped",
        steps=(bench("page", lambda a: at_most("bytes", int(a.figure(r"first load ([\d,]+) bytes")), 300_000)),),
    ),
    Show(
        name="desk.speed",
        says="acts a second on each ledger, seconds a clip of the scripted pair: printed, not judged",
        steps=(
            bench("ledger", lambda a: told(*re.findall(r"\w+ +desk verbs.*?\)", a.out))),
            bench("script", lambda a: told(*re.findall(r"[0-9.]+ s per clip", a.out))),
        ),
    ),
    Show(
        name="desk.crowded",
        says="queue and board over HTTP with 100,000 tasks: printed, not judged",
        steps=(
            bench(
                "queue",
                lambda a: at_least("tasks", int(a.figure(r"([\d,]+) tasks opened")), 1_000 if a.quick else 100_000),
            ),
        ),
        whole=True,
    ),
    Show(
        name="desk.clone",
        says="a clean clone comes up by `make demo` alone, takes a film of one's own, and renders the same truth",
        steps=(
            Step(words="git clone -q {root} {folder}/clone"),
            Step(
                words="make -C {folder}/clone demo ARGS='--port 0 --workspace {folder}/desk'",
                ready=r"The desk is open at (?P<url>\S+)",
                check=page_answers,
            ),
            Step(
                words=f"make -s -C {{folder}}/clone demo VIDEO={FILM} ARGS='--script --json'",
                check=played,
            ),
            Step(
                words="{folder}/clone/.venv/bin/videolect stage render --set bench --n 2 --seed 3"
                " --out {folder}/theirs --json"
            ),
            ours(
                "stage render --set bench --n 2 --seed 3 --out ours",
                lambda a: same_truth(a.folder / "theirs", a.folder / "ours"),
            ),
        ),
        whole=True,
        needs=(CLIPS,),
        pages=("README.md", "docs/stage.md"),
    ),
    Show(
        name="desk.everything",
        says="`make test` is green, and no suite is left out",
        steps=(Step(words="make test", check=green),),
        whole=True,
        needs=(CHROMIUM, POSTGRES, MODELS, TRL, CLIPS, DATA),
        pages=("CONTRIBUTING.md",),
    ),
)
