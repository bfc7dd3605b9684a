"""Figures: the authors' own, floors, judges that do not look, kinds of critique, search, large ledgers."""

from __future__ import annotations

import re

from tools.show import Answer, Show
from tools.shows.asking import (
    CHROMIUM,
    DATA,
    MODELS,
    at_least,
    at_most,
    bench,
    by_tests,
    holds,
    ours,
    same,
    told,
)

TRIPLES = ours(
    "data triples --from-authors {reference} --out t.parquet", lambda a: same("triples", a.json["rows"], 12_723)
)
ROWS = (TRIPLES, ours("data rows t.parquet --share dev=1 --out rows"))
DEV = "rows --part dev"
CRITIC = "models/gemini-2.5-pro-with_the_film.jsonl"
DRAFTER = "models/gpt-4o-2024-08-06-drafts.jsonl"


def golden(answer: Answer) -> str:
    """Every number in every file."""
    figures, lists = answer.json["figures"], answer.json["lists"]
    return told(
        same("figures equal", sum(each["equal"] is True for each in figures), len(figures)),
        same("lists equal", sum(each["equal"] is True for each in lists), len(lists)),
    )


def audited(answer: Answer) -> str:
    """Beside the published means."""
    beside = answer.json["beside"]
    at_least("numbers", len(beside), 99)
    return same("numbers equal to the published", sum(each["equal"] for each in beside), len(beside))


def floors(answer: Answer) -> str:
    """With intervals, beside what needs no skill."""
    of = answer.json["baselines"] | answer.json["ceilings"]
    figures = [figure for base in of.values() for block in base.values() for figure in block.values()]
    holds("figures have intervals", figures and all({"value", "low", "high", "n"} <= set(each) for each in figures))
    return told(f"{answer.json['system']} beside {', '.join(sorted(of))}")


def one_page(answer: Answer) -> str:
    """Two systems, and nothing that has to be fetched."""
    page = (answer.folder / "report.html").read_text()
    holds("nothing is fetched", not re.search(r'(?:src|href)="https?:[^"]*\.(?:js|css|png|jpg)', page))
    return same("systems on the page", len(answer.json["systems"]), 2)


def controlled(answer: Answer) -> str:
    """What judges that do not look still get right; docs/leaks.md has 56.4 [54.9, 57.9]."""
    left = answer.json["stages"]["filtered"]
    strongest = max(left[name]["value"] for name in ("characters", "letters"))
    return told(
        at_least("pairs left", left["pairs"], 3_000), at_most("strongest blind judge, per cent", strongest, 57.9)
    )


def studied(answer: Answer) -> str:
    """Kinds of critique beside training; docs/critique-variants.md has 0.71 for points, on half of the sources."""
    ranks = answer.json["ranks"]
    return told(
        same("kinds ranked", len(answer.json["ranked"]), 7),
        at_least("points F1 beside captions after training", ranks["points_f1"]["caption"], 0.5),
        f"BLEU-4 {ranks['flawed_bleu4']['caption']:.2f}",
    )


def largest_difference(answer: Answer) -> str:
    """Ours beside the libraries of the same names."""
    apart = [float(n) for n in re.findall(r"differs by ([0-9.]+(?:e[+-]?\d+)?)", answer.out)]
    at_least("metrics compared", len(apart), 4)
    return at_most("largest difference to the libraries", max(apart), 1e-6)


def same_bytes(answer: Answer) -> str:
    """By one process and by two."""
    holds("the same bytes", "the same bytes: True" in answer.out and "the same bytes: False" not in answer.out)
    return at_least("tasks", int(answer.figure(r"([\d,]+) tasks of")), 2_000 if answer.quick else 100_000)


MEASURING = (
    Show(
        name="measuring.golden",
        says="every figure that came with the authors' data comes out",
        steps=(ours("data check-golden {reference}", golden),),
        needs=(DATA,),
        pages=("docs/authors-data.md",),
    ),
    Show(
        name="measuring.audit",
        says="the published audit comes out as it was published",
        steps=(ours("eval audit {reference}", audited),),
        needs=(DATA,),
        pages=("docs/audit.md",),
    ),
    Show(
        name="measuring.models",
        says="the authors' models beside floors and ceilings, and one page on two of them",
        steps=(
            *ROWS,
            ours(
                f"eval authors {DEV} --from-authors {{reference}} --out models",
                lambda a: at_least("systems", len(a.json["files"]), 9),
            ),
            ours(f"eval score {DEV} --predictions {CRITIC} --partial --resamples 200", floors),
            ours(
                f"eval report {DEV} {CRITIC} {DRAFTER} --partial --resamples 200 --out report.html",
                one_page,
            ),
        ),
        needs=(DATA,),
        pages=("docs/leaks.md", "docs/eval.md"),
        whole=True,
    ),
    Show(
        name="measuring.control",
        says="a reward set that gives less away to judges that do not look, and how much it still does",
        steps=(TRIPLES, ours("eval control t.parquet --from-authors {reference} --out controlled", controlled)),
        needs=(DATA,),
        pages=("docs/leaks.md",),
        whole=True,
    ),
    Show(
        name="measuring.critiques",
        says="the kinds of critique: likeness, points, the closed loop, and their rank beside training",
        steps=(*ROWS, ours(f"eval critiques {DEV} --from-authors {{reference}} --resamples 200", studied)),
        needs=(DATA,),
        pages=("docs/critique-variants.md",),
        whole=True,
    ),
    Show(
        name="measuring.points",
        says="points read from free critiques beside 100 that were marked by hand",
        steps=(by_tests("tests/unit/test_points_marks.py", least=6),),
        needs=(DATA,),
        pages=("docs/points.md",),
    ),
    Show(
        name="measuring.claims",
        says="what drafts and final captions claim against labels, by model and aspect",
        steps=(
            bench(
                "claim-figures",
                lambda a: at_least("captions", int(a.figure(r"(\d+) captions of")), 100 if a.quick else 12_000),
            ),
        ),
        needs=(DATA,),
        pages=("docs/primitive-benchmark.md",),
    ),
    Show(
        name="measuring.tape",
        says="a model answers a benchmark of films, and its tape answers the same again",
        steps=(
            by_tests(
                "tests/unit/test_evals_cli_run.py::test_a_model_that_was_recorded_answers_the_same_again",
                least=1,
            ),
        ),
        needs=(MODELS,),
        pages=("docs/eval.md",),
    ),
    Show(
        name="measuring.page",
        says="the page of a report opens in Chromium in silence and carries nothing out",
        steps=(by_tests("tests/web/test_eval_report_in_browser.py", least=5),),
        needs=(CHROMIUM,),
        pages=("docs/eval.md",),
    ),
    Show(
        name="measuring.search",
        says="clips by primitives and captions by words: in the authors' triples, and in a large index",
        steps=(
            TRIPLES,
            ours(
                "data search --in t.parquet --states {reference}/primitive_states.parquet pan_left --text camera",
                lambda a: at_least("found", a.json["total"], 1),
            ),
            bench(
                "search",
                lambda a: at_least(
                    "captions", int(a.figure(r"([\d,]+) captions indexed")), 10_000 if a.quick else 1_000_000
                ),
            ),
        ),
        needs=(DATA,),
        pages=("docs/search.md",),
    ),
    Show(
        name="measuring.metrics",
        says="the metrics of texts are those of the libraries; their seconds beside: printed",
        steps=(bench("metrics", largest_difference),),
        needs=(DATA,),
        pages=("docs/metrics.md",),
    ),
    Show(
        name="measuring.triples",
        says="a large ledger becomes triples, the same bytes by one process and by two",
        steps=(bench("triples", same_bytes),),
        pages=("docs/triples.md",),
    ),
)
