"""Kinds of critique beside what training on them gave, and what the paper's authors kept of models, as answers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support import authors_folder
from tests.support.answers import benchmark
from tests.support.commands import run
from tests.support.triples import perfect, rejected, revised
from videolect.cli.eval.critiques import render as render_critiques
from videolect.dataset.authors.triples import WORST, read_authors
from videolect.dataset.authors.triples import Variant as Recorded
from videolect.dataset.triple_files import write_triples
from videolect.evals import authors
from videolect.evals.benchmark import Benchmark
from videolect.evals.measures import variants
from videolect.evals.measures.variants import Study, Variant, study
from videolect.evals.predictions import read_predictions
from videolect.record.critique import SENTINEL

DRAFT = "A red car drives left past two trees."
FINAL = "A blue car drives left past three trees."
EXPERT = 'Replace "red" with "blue". Replace "two" with "three".'


def triple(number: int, **more: Any) -> Any:
    return revised(number, **{"pre_caption": DRAFT, "post_caption": FINAL, "critique": EXPERT, **more})


TRIPLES = [triple(1), triple(2), triple(3), perfect(4, text=FINAL)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Benchmark:
    return benchmark(tmp_path_factory.mktemp("made") / "rows", TRIPLES)


def of_all(name: str, words: str, after: str | None = None) -> Variant:
    names = ("t1", "t2", "t3")
    return Variant(
        name=name, critiques=dict.fromkeys(names, words), revised=dict.fromkeys(names, after) if after else {}
    )


def values(found: Study, variant: str) -> dict[str, float]:
    return {name: round(each.value, 4) for name, each in found.figures[variant].items()}


# -------------------------------------------------------------------------------------------------------------- study


def test_each_variant_is_a_critic_of_the_drafts_and_its_revisions_a_loop(made: Benchmark) -> None:
    half = "A blue car drives left past two trees."
    found = study(made.items["critique"], [of_all("half", 'Replace "red" with "blue".', half)], resamples=9)
    told = values(found, "half")
    assert (told["points_precision"], told["points_recall"], told["reversed"]) == (100.0, 50.0, 0.0)
    assert (told["loop_nearer"], told["loop_gain"]) == (100.0, 50.0)
    assert (told["recorded_nearer"], told["recorded_farther"], told["recorded_gain"]) == (100.0, 0.0, 50.0)
    assert 50 < told["recorded_bleu4"] < 100
    assert {each.n for each in found.figures["half"].values()} == {3}, "a right draft is not looked at"
    assert (found.ranks, found.ranked) == ({}, ())


def test_a_worst_caption_has_recorded_figures_only(made: Benchmark) -> None:
    worst = Variant(name="worst", critiques={}, revised={"t1": "A green bus.", "t2": FINAL, "t9": "Of no row."})
    found = study(made.items["critique"], [worst], resamples=9)
    told = values(found, "worst")
    assert set(told) == {"recorded_nearer", "recorded_farther", "recorded_gain", "recorded_bleu4"}
    assert (told["recorded_nearer"], told["recorded_farther"]) == (50.0, 50.0)
    assert found.figures["worst"]["recorded_gain"].n == 2


def test_variants_of_which_nothing_can_be_measured_are_left_out(made: Benchmark) -> None:
    drafts = [row for row in made.items["critique"] if row.what == "draft"]
    worst = Variant(name="worst", critiques={}, revised={"t1": "A green bus."})
    strangers = Variant(name="strangers", critiques={"t9": EXPERT}, revised={"t9": FINAL})
    assert study(drafts, [worst, strangers, Variant(name="empty", critiques={})]).figures == {}
    assert study([], [of_all("all", EXPERT)]).figures == {}


def test_ranks_are_spearmans_by_hand(made: Benchmark) -> None:
    said = [
        of_all("all", EXPERT), of_all("half", 'Replace "red" with "blue".'),
        of_all("other", 'Replace "left" with "up".'),
        of_all("none", SENTINEL), of_all("unpublished", EXPERT),
    ]  # fmt: skip
    published = {"all": (4.0, 1.0, 3.0), "half": (3.0, 2.0, 4.0), "other": (2.0, 3.0, 1.0), "none": (1.0, 4.0, 2.0)}
    found = study(made.items["critique"], said, published=published, resamples=9)
    assert found.ranked == ("all", "half", "other", "none")
    assert [round(found.figures[name]["points_recall"].value) for name in found.ranked] == [100, 50, 0, 0]
    # Recall ranks 4, 3, 1.5, 1.5; deviations 1.5, .5, -1, -1. Caption 4, 3, 2, 1: deviations 1.5, .5, -.5, -1.5.
    assert found.ranks["points_recall"]["caption"] == pytest.approx((2.25 + 0.25 + 0.5 + 1.5) / (4.5 * 5) ** 0.5)
    assert found.ranks["points_recall"]["reward"] == pytest.approx(-4.5 / (4.5 * 5) ** 0.5)
    # The gain is 100, 50, -50, 0: against the critique's 3, 4, 1, 2 only the first two are exchanged.
    assert found.ranks["loop_gain"]["critique"] == pytest.approx(1 - 6 * 2 / (4 * 15))
    # Without a point there is no precision: three are left.
    assert found.ranks["points_precision"]["caption"] == pytest.approx(0.75**0.5)
    assert "recorded_gain" not in found.ranks
    json.dumps(found.as_json(), allow_nan=False)
    shown = render_critiques({"part": "test", **found.as_json()})
    assert shown.splitlines()[4].split()[0] == "none"


def test_two_variants_are_not_ranked(made: Benchmark) -> None:
    said = [of_all("all", EXPERT), of_all("none", SENTINEL)]
    published = {"all": (2.0, 2.0, 2.0), "none": (1.0, 1.0, 1.0)}
    assert study(made.items["critique"], said, published=published, resamples=9).ranks == {}


# ------------------------------------------------------------------------------------------------- the authors' files


def recorded(triple_id: str, variant: str = "video_model_critique", **more: Any) -> Recorded:
    given: dict[str, Any] = {
        "triple_id": triple_id, "video_id": "v", "source_id": "s", "aspect": "camera", "variant": variant,
        "critique": "It is blue.", "revised_caption": "A blue car.", "bad_caption": None, "status": "success",
        "model": "m", "fallback": False, "stale": False, "generated_at": "2031-05-05T00:00:00",
    }  # fmt: skip
    return Recorded(**{**given, **more})


def test_what_another_model_wrote_and_what_is_stale_is_no_variant() -> None:
    found = variants.of_authors(
        [
            recorded("t1"), recorded("t2", fallback=True), recorded("t3", stale=True), recorded("t4", status="skipped"),
            recorded("t1", WORST, critique=None, revised_caption=None, bad_caption="A green bus."),
        ],
        [triple(1)],
    )  # fmt: skip
    of = {each.name: each for each in found}
    assert of["video_model_critique"].critiques == {"t1": "It is blue."}
    assert of["video_model_critique"].revised == {"t1": "A blue car."}
    assert (of[WORST].critiques, of[WORST].revised) == ({}, {"t1": "A green bus."})


def test_before_and_after_the_check_are_the_experts_of_the_same_triples() -> None:
    said = {"rejected_critique": "It is green.", "rejected_post_caption": "A green car."}
    triples = [
        triple(1), rejected(2, critique=EXPERT, **said), rejected(3, critique=EXPERT, same_draft=False, **said),
        perfect(4), triple(5), rejected(6, critique=EXPERT, rejected_critique=None),
    ]  # fmt: skip
    of = {each.name: each for each in variants.of_authors([recorded(f"t{n}") for n in (1, 2, 3, 4, 6)], triples)}
    assert of["with_check"].critiques == {"t1": triples[0].critique, "t2": EXPERT, "t3": EXPERT, "t6": EXPERT}
    assert of["with_check"].revised == {}
    assert of["no_check"].critiques == {"t1": EXPERT, "t2": "It is green."}, "of the others no earlier words are known"
    assert of["no_check"].revised == {"t2": "A green car."}


def test_critics_answer_the_item_that_they_speak_of(made: Benchmark) -> None:
    of_draft, of_final = (
        'The words "red car" and "two trees" are wrong.',
        'The words "blue car", "three trees" are wrong.',
    )
    found = authors.critics(
        [
            recorded("t1", critique=of_draft), recorded("t2", critique=of_final), recorded("t3", fallback=True),
            recorded("t3", critique=" "), recorded("t3", stale=True), recorded("t9"),
            recorded("t4", critique=of_final), recorded("t1", "deletion_error_critique"),
        ],
        [*TRIPLES, triple(8)], made.items["critique"],
    )  # fmt: skip
    [one] = found
    assert (one.system, one.task) == ("gemini-2.5-pro, with the film", "critique")
    assert one.texts["t1:critique:draft"] == of_draft
    assert one.texts["t2:critique:final"] == of_final
    assert {name: one.left_out[name] for name in ("it is empty", "another model wrote it from frames")} == {
        "it is empty": 1, "another model wrote it from frames": 1
    }  # fmt: skip
    assert len(one.texts) + sum(one.left_out.values()) == 7, "every one is counted"


def test_drafts_are_answers_of_the_model_that_wrote_them(made: Benchmark) -> None:
    triples = [replace(each, pre_model=model) for each, model in zip(TRIPLES, ("a", "a", None, "b"), strict=True)]
    found = authors.drafters(triples, made.items["caption"], fewest=2)
    assert [(each.system, each.task, dict(each.texts)) for each in found] == [
        ("a, drafts", "caption", {"t1:caption:caption": DRAFT, "t2:caption:caption": DRAFT})
    ]
    assert found[0].left_out == {"what wrote it is not told": 1, "its model wrote fewer than 2": 1}


# ------------------------------------------------------------------------------------------------------- by commands


def corrupted(path: Path) -> Path:
    write_triples([replace(each, critique="It is wrong.", post_caption=DRAFT) for each in TRIPLES[:3]], path)
    return path


def test_critiques_are_measured_by_a_command(made: Benchmark, tmp_path: Path, capsys: Any) -> None:
    path = corrupted(tmp_path / "vague.jsonl")
    code, told = run(capsys, "eval", "critiques", made.folder, "--variant", f"vague={path}", "--resamples", 9)
    assert code == 0
    assert told["variants"]["vague"]["recorded_gain"]["value"] == 0
    assert (told["ranked"], told["part"]) == ([], "test")
    (leave := tmp_path / "leave.txt").write_text("film1\nfilm2\n\n")
    code, told = run(capsys, "eval", "critiques", made.folder, "--variant", f"vague={path}", "--without", leave)
    figure = told["variants"]["vague"]["recorded_gain"]
    assert (code, figure["n"], figure["low"]) == (0, 1, None)
    assert "vague" in render_critiques(told)


@pytest.mark.parametrize(
    ("more", "said", "code"),
    [
        ([], "No variant is named", 2), (["--variant", "x"], "--variant is 'x'", 2),
        (["--variant", "=f"], "--variant is '=f'", 2), (["--variant", "x=none.jsonl"], "none.jsonl", 2),
        (["--variant", "a={}", "--variant", "a={}"], "Two variants are named 'a'", 2),
        (["--variant", "a={}", "--without", "none.txt"], "no list of sources", 1),
        (["--variant", "a={}", "--without", "{}.all"], "of another source", 2),
        (["--variant", "a={}.other"], "No variant criticises", 2), (["--variant", "a={}", "--part", "dev"], "dev", 2),
        (["--variant", "a={}", "--resamples", "0"], "--resamples is 0", 2), (["--from-authors", "none"], "none", 2),
    ],
)  # fmt: skip
def test_wrong_wishes_are_told(
    made: Benchmark, tmp_path: Path, capsys: Any, more: list[str], said: str, code: int
) -> None:  # fmt: skip
    path = corrupted(tmp_path / "vague.jsonl")
    write_triples([triple(77)], tmp_path / "strangers.jsonl")
    path.with_name("vague.jsonl.all").write_text("film1\nfilm2\nfilm3\nfilm4\n")
    more = [each.replace("{}.other", str(tmp_path / "strangers.jsonl")).format(path) for each in more]
    got, told = run(capsys, "eval", "critiques", made.folder, *more)
    assert (got, said in told["message"]) == (code, True), told


def test_the_authors_models_become_files_of_answers(tmp_path: Path, capsys: Any) -> None:
    folder = authors_folder.write(tmp_path / "authors")
    models = ("new/one", "new one")
    rows = [
        authors_folder.row(f"x{n}.{n}.mp4", "scene", draft_model=models[n % 2], pre_caption_model=models[n % 2])
        for n in range(6)
    ]
    authors_folder.write_rows(folder, rows)
    made = benchmark(tmp_path / "rows", read_authors(folder).triples)
    asked = ["eval", "authors", made.folder, "--from-authors", folder, "--fewest", 2]
    code, told = run(capsys, *asked, "--out", tmp_path / "out")
    assert code == 0
    drafts = [each for each in told["files"] if each["task"] == "caption"]
    assert [(each["answers"], each["items"]) for each in drafts] == [(3, 6), (3, 6)]
    assert len({each["path"] for each in drafts}) == 2, "names that are written alike have files of their own"
    for each in told["files"]:
        assert read_predictions(Path(each["path"]), made.items, "test", partial=True).system == each["system"]
    code, told = run(capsys, *asked, "--out", tmp_path / "out")
    assert (code, "not empty" in told["message"]) == (2, True)
    code, told = run(capsys, *asked[:-1], 99, "--out", tmp_path / "other")
    assert (code, "No model of theirs" in told["message"], (tmp_path / "other").exists()) == (2, True, False)
