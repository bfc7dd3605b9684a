"""The report: the figures that were scored, strangers' words that stay words, and a leaderboard that does not mix."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import fields, replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import movies
from tests.support.answers import benchmark, write_answers
from tests.support.triples import perfect, rejected, revised
from videolect.cli.main import main
from videolect.errors import BadInput, CannotRead
from videolect.evals.benchmark import Benchmark
from videolect.evals.blind.baselines import score_baselines
from videolect.evals.measures.names import FIGURES
from videolect.evals.measures.system import score_system
from videolect.evals.plots.pen import number, ticks
from videolect.evals.plots.systems import Dot, bars, intervals
from videolect.evals.predictions import LEAVE_OUT, read_predictions
from videolect.evals.report import leaderboard
from videolect.evals.report.collect import Report, Wishes, board_lines, collect
from videolect.evals.report.examples import MOST, chosen, compared, examples
from videolect.evals.report.page import page
from videolect.evals.report.tables import MAIN, TITLES, holm
from videolect.evals.shown import plain
from videolect.evals.states import Known

NOW = datetime(2026, 5, 4, 3, 2, tzinfo=UTC)
HOSTILE = (
    '</script><img src=x onerror=alert(1)><a href="https://evil.example">"\'&lt; \x00\x1b[31m \u202eabc <svg onload=x>'
)
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Read(HTMLParser):
    """A page as a browser would take it: elements, attributes, words; elements that do not close are told."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.wrong: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def triples(count: int = 12) -> list[Any]:
    """Of two aspects, some right, some rejected."""
    made: list[Any] = []
    for n in range(count):
        aspect = ("camera", "subject")[n % 2]
        kind = (revised, revised, rejected, perfect)[n // 2 % 4]
        said = {} if kind is perfect else {
            "pre_caption": f"The camera pans left slowly past house number {n}.",
            "post_caption": f"The camera pans right slowly past house number {n}, then stops there.",
        }  # fmt: skip
        made.append(kind(n, aspect=aspect, **said))
    return made


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Benchmark:
    rows = benchmark(tmp_path_factory.mktemp("made") / "rows", triples(24))
    states = {f"clip{n}.mp4": {"pan_right": True, "pan_left": False, "moving_camera": True} for n in range(24)}
    return replace(rows, known=Known(clips=states, sources={}, origin={"name": "states.parquet", "sha256": "5" * 64}))


@pytest.fixture(scope="module")
def files(made: Benchmark) -> list[Path]:
    folder = made.folder.parent
    return [
        write_answers(folder / "good.jsonl", made, system="good", skill=0.9, model="a good one"),
        write_answers(folder / "poor.jsonl", made, system="poor", skill=0.4),
        write_answers(folder / "reward.jsonl", made, system="reward only", skill=0.6, tasks=("yes_no",)),
    ]


@pytest.fixture(scope="module")
def report(made: Benchmark, files: list[Path]) -> Report:
    return collect(made, files, Wishes(resamples=50), now=NOW)


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, Any]:
    code = main(["eval", "report", *map(str, words), "--json"])
    return code, json.loads(capsys.readouterr().out)


# --------------------------------------------------------------------------------------------------------- the figures


def table_of(html: str, id_: str) -> dict[str, list[dict[str, str]]]:
    """System -> the cells of its line, as attributes."""
    body = re.search(rf'<table[^>]*id="{id_}".*?<tbody>(.*?)</tbody>', html, re.DOTALL)
    assert body, id_
    return {
        row[1]: [dict(re.findall(r'data-(\w+)="([^"]*)"', cell)) for cell in re.findall(r"<td[^>]*>", row[2])]
        for row in re.finditer(r'<tr class="[^"]*" data-name="([^"]*)">(.*?)</tr>', body[1], re.DOTALL)
    }


def test_the_numbers_of_the_page_are_those_that_were_scored(made: Benchmark, files: list[Path], report: Report) -> None:
    html = page(report)
    main_figures = table_of(html, "main-figures")
    for path in files:
        predictions = read_predictions(path, made.items, "test")
        scores = score_system(predictions, made, resamples=50).scores
        for name, cell in zip(MAIN, main_figures[predictions.system], strict=True):
            estimate = scores["pooled"].get(name)
            assert cell["value"] == ("" if estimate is None else f"{estimate.value:.6f}"), name
            assert estimate is None or int(cell["n"]) == estimate.n
        for scope_at, scope in enumerate(scores):
            for name, estimate in scores[scope].items():
                cell = table_of(html, f"t-{name}")[predictions.system][scope_at]
                told = [cell["value"], cell["low"], cell["high"]]
                assert told == [f"{x:.6f}" if x == x else "" for x in (estimate.value, estimate.low, estimate.high)]


def test_floors_and_ceilings_stand_in_every_report(made: Benchmark, report: Report) -> None:
    main_figures = table_of(page(report), "main-figures")
    beside = score_baselines(made, ("caption", "critique", "yes_no"), resamples=50)
    assert {base.name for base, _ in beside} <= set(main_figures)
    for base, scores in beside:
        for name, estimate in scores["pooled"].items():
            if name in MAIN:
                assert main_figures[base.name][MAIN.index(name)]["value"] == f"{estimate.value:.6f}", (base.name, name)


def test_every_figure_has_a_title_and_a_meaning(report: Report) -> None:
    assert {name.partition("_")[2] for name in FIGURES} == set(TITLES)
    blocks = [block for section in report.sections for block in section.blocks]
    names = {block.name for block in blocks}
    assert {name for name in FIGURES if "_claims_" not in name} <= names <= set(FIGURES)
    assert {"caption_claims_f1", "caption_claims_hallucination", "caption_claims_left_right"} <= names
    html = Read(page(report)).text
    assert all(block.says in html for block in blocks)


def test_every_figure_floor_and_problem_has_its_place_in_the_docs(made: Benchmark) -> None:
    told = (Path(__file__).parents[2] / "docs" / "eval.md").read_text()
    beside = [base.name for base, _ in score_baselines(made, ("caption", "critique", "yes_no"), resamples=2)]
    fields_told = [each.name for each in fields(leaderboard.Line)]
    assert [name for name in (*FIGURES, *beside, *LEAVE_OUT, *fields_told) if f"`{name}`" not in told] == []


def test_published_figures_stand_apart_and_say_that_their_items_are_others(report: Report) -> None:
    html = page(report)
    apart = html[html.index('class="published"') :]
    assert "on another set of items" in apart[:400]
    assert "41.7" in apart
    assert "41.7" not in html[: html.index('class="published"')]


def test_the_page_says_what_was_measured(report: Report, made: Benchmark) -> None:
    said = Read(page(report)).text
    for told in (
        "states.parquet",
        "2026-05-04 03:02 UTC",
        made.manifest["origin"]["hash"],
        made.manifest["spec"]["hash"][:12],
    ):
        assert told in said
    assert all(each.predictions.sha256[:12] in said for each in report.answered)
    assert "PARTIAL" not in said
    assert "24 triples" in said


def test_differences_are_those_of_compare_and_read_the_same_from_both_sides(report: Report) -> None:
    matrix = next(each for each in report.matrices if each.figure == "reward_pairwise_half_tie")
    told = {
        (entry.name, other.name): cell
        for entry, cells in matrix.lines
        for other, cell in zip(matrix.others, cells, strict=True)
        if cell is not None
    }
    there, back = told["good", "poor"][0], told["poor", "good"][0]
    assert (there.value, there.low, there.high) == (-back.value, -back.high, -back.low)
    one, other = (
        next(e for e in report.entries if e.name == name).scores["pooled"]["reward_pairwise_half_tie"].value
        for name in ("good", "poor")
    )
    assert there.value == pytest.approx(one - other)
    assert ("good", "longer_wins") in told


def test_holm_corrects_for_the_number_of_comparisons() -> None:
    pairs = [(("system", "a"), ("system", name)) for name in "bcd"]
    assert holm(dict(zip(pairs, (0.01, 0.02, 0.04), strict=True))) == set(pairs)
    assert holm(dict(zip(pairs, (0.01, 0.03, 0.04), strict=True))) == {pairs[0]}, "0.03 is above 0.05 / 2"
    assert holm(dict(zip(pairs, (0.02, float("nan"), 0.04), strict=True))) == set(pairs) - {pairs[1]}


# -------------------------------------------------------------------------------------------------------- strangers


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Everything that a stranger can write: captions, critiques, names, what a file tells of itself."""
    folder = tmp_path_factory.mktemp("hostile")
    words = HOSTILE.replace("\x00", "").replace("\x1b", "")
    some = [
        revised(n, video_id=f"{words}{n}", critique=f'Replace "left" with "{words}". {words}',
                pre_caption=f"The camera pans left {n} {words}", post_caption=f"The camera pans right {n} {words}")
        for n in range(6)
    ]  # fmt: skip
    made = benchmark(folder / "rows", some)
    said = {row.row_id: {"text": f"{HOSTILE} {row.row_id} {'word ' * 4000}"} for row in made.items["caption"]}
    said |= {row.row_id: {"text": f'Replace "left" with "{HOSTILE}".'} for row in made.items["critique"]}
    path = write_answers(
        folder / "a.jsonl", made, system=f"{HOSTILE}\ud800", replace=said, model=HOSTILE, note={HOSTILE: [HOSTILE]}
    )
    return replace(collect(made, [path], Wishes(resamples=10), now=NOW), commands=(HOSTILE,))


def test_what_strangers_wrote_stays_words(hostile: Report) -> None:
    html = page(hostile)
    read = Read(html)
    assert not read.wrong
    assert not read.open
    tags = [tag for tag, _ in read.elements]
    assert tags.count("script") == 1
    assert "img" not in tags
    for tag, attributes in read.elements:
        assert not [name for name in attributes if name.startswith("on")], tag
    assert "<img src=x onerror=alert(1)>" in read.text, "the words are shown"
    html.encode("utf-8")
    for sign in "\x00\x1b\u202e\ud800":
        assert sign not in html
    assert "⟨U+202E⟩" in html
    assert "⟨U+0000⟩" in html


def test_the_page_asks_nobody_for_anything(hostile: Report, report: Report) -> None:
    for html in (page(hostile), page(report)):
        elements = Read(html).elements
        for tag, attributes in elements:
            for name in ("href", "src", "xlink:href", "action", "data", "poster", "srcset"):
                assert (attributes.get(name) or "#").startswith(("#", "data:")), (tag, attributes)
        style = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)[0]
        assert not re.findall(r"url\(|@import|https?:", style)
        [policy] = [a["content"] for t, a in elements if t == "meta" and "Content-Security-Policy" in str(a)]
        assert policy.startswith("default-src 'none'")


def test_long_texts_are_cut_and_say_so(hostile: Report) -> None:
    html = page(hostile)
    assert "more characters)" in html
    assert len(html) < 600_000


def test_links_inside_the_page_lead_somewhere_and_names_are_given_once(report: Report) -> None:
    elements = Read(page(report)).elements
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for tag, attributes in elements:
        if tag == "a":
            assert str(attributes["href"])[1:] in ids, attributes
    for tag, attributes in elements:
        if tag == "svg":
            assert "aria-hidden" in attributes or attributes.get("role") == "img"
        if tag == "th":
            assert attributes.get("scope") in ("col", "row", "colgroup")


@given(st.text())
def test_plain_text_keeps_all_but_strange_characters(text: str) -> None:
    shown = plain(text)
    assert plain(shown) == shown
    assert not re.search("[\x00-\x08\x0e-\x1f\u202a-\u202e\ud800-\udfff]", shown)
    if text.isascii() and text.isprintable():
        assert shown == text


# ----------------------------------------------------------------------------------------------------------- partial


def test_a_part_is_refused_unless_asked_for_and_then_the_page_says_so(
    made: Benchmark, files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    part = write_answers(tmp_path / "part.jsonl", made, system="half", leave_out=5, tasks=("caption",))
    out = tmp_path / "report.html"
    asked = (made.folder, part, files[0], "--out", out, "--resamples", 10)
    code, told = run(capsys, *asked)
    assert code == 2
    assert "does not answer all items" in told["message"]
    assert not out.exists()
    code, told = run(capsys, *asked, "--partial")
    assert code == 0
    assert told["partial"] is True
    said = Read(out.read_text()).text
    assert "PARTIAL" in said
    assert "19 of 24 captions" in said
    assert "5 missing" in said
    code, told = run(capsys, made.folder, files[0], "--out", out, "--resamples", 10, "--partial")
    assert told["partial"] is False
    assert "PARTIAL" not in out.read_text()


def test_two_systems_of_one_name_are_refused(made: Benchmark, files: list[Path], tmp_path: Path) -> None:
    twin = write_answers(tmp_path / "twin.jsonl", made, system="good", skill=0.2)
    with pytest.raises(BadInput, match=r"good\.jsonl and twin\.jsonl are both named"):
        collect(made, [files[0], twin], Wishes(resamples=10), now=NOW)


# ---------------------------------------------------------------------------------------------------------- examples


def test_examples_are_the_worst_the_middle_and_the_best(made: Benchmark, files: list[Path]) -> None:
    predictions = read_predictions(files[0], made.items, "test")
    found = examples("caption", made.items["caption"], predictions, each=2)
    assert {x.aspect for x in found} == {"camera", "subject"}
    edits = {
        rank: [int(x.score.split()[0]) for x in found if x.rank == rank and x.aspect == "camera"]
        for rank in ("worst", "median", "best")
    }
    assert min(edits["worst"]) >= max(edits["median"]) >= min(edits["median"]) >= max(edits["best"])
    assert max(edits["worst"]) > 0
    assert edits["best"] == [0, 0]
    assert len({x.row_id for x in found}) == len(found)


def test_examples_of_rewards_tell_both_scores_and_those_of_critiques_mark_the_points(
    made: Benchmark, files: list[Path]
) -> None:
    predictions = read_predictions(files[1], made.items, "test")
    [worst, *_] = examples("yes_no", made.items["yes_no"], predictions)
    assert re.match(r"P\(Yes\) 0\.\d+ of the draft, 0\.\d+ of the final", worst.score)
    found = examples("critique", made.items["critique"], read_predictions(files[0], made.items, "test"))
    best = next(x for x in found if x.rank == "best")
    marked = [(p.text, p.number) for passage in best.passages for p in passage.pieces if p.kind == "point"]
    assert ("left", 1) in marked
    assert any("right" in point for passage in best.passages for point in passage.points)


@given(st.lists(st.floats(-1, 1), min_size=0, max_size=9), st.integers(1, 4))
def test_nothing_is_shown_twice(scores: list[float], each: int) -> None:
    ordered: Any = sorted((score, str(at), None) for at, score in enumerate(scores))
    found = chosen(ordered, each)
    assert len({one[1] for _, one in found}) == len(found) == min(len(scores), 3 * each)


def test_a_comparison_holds_both_texts_whole() -> None:
    one, other = "The camera pans left, slowly.\nIt stops.", "The camera pans right, slowly.\nIt stops there."
    pieces = compared("", one, other).pieces
    assert "".join(p.text for p in pieces if p.kind != "gone").split() == other.split()
    assert "".join(p.text for p in pieces if p.kind != "new").split() == one.split()
    assert [p.text.split() for p in pieces if p.kind == "gone"] == [["left,"], ["stops."]]
    assert [p.text.split() for p in pieces if p.kind == "new"] == [["right,"], ["stops", "there."]]
    assert len("".join(p.text for p in compared("", "a " * 9000, "b").pieces)) < MOST + 60


def test_a_clip_whose_film_is_at_hand_is_shown(
    made: Benchmark, files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "clip2.mp4").write_bytes(b"no film")
    movies.constant(tmp_path / "clip0.mp4", 12)
    out = tmp_path / "report.html"
    asked = (made.folder, files[0], "--out", out, "--resamples", 10, "--quick", "--examples", 20)
    code, told = run(capsys, *asked, "--videos", f"{tmp_path}/{{video_id}}")
    assert (code, told["pictures"]) == (0, 1)
    pictures = [a for t, a in Read(out.read_text()).elements if t == "img"]
    assert pictures
    assert all(str(a["src"]).startswith("data:image/jpeg;base64,") for a in pictures)
    assert pictures[0]["alt"] == "Three frames of the clip clip0.mp4"
    code, told = run(capsys, *asked, "--videos", f"{tmp_path}/{{title}}")
    assert code == 2


# ------------------------------------------------------------------------------------------------------- leaderboard


def test_the_leaderboard_grows_and_a_later_report_replaces(
    made: Benchmark, files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board = tmp_path / "leaderboard.json"
    asked = ("--out", tmp_path / "r.html", "--leaderboard", board, "--resamples", 10, "--quick", "--examples", 0)
    assert run(capsys, made.folder, files[0], *asked)[0] == 0
    first = leaderboard.read(board)
    code, told = run(capsys, made.folder, files[1], *asked)
    assert (code, told["leaderboard"], told["systems"]) == (0, str(board), ["poor"])
    both = leaderboard.read(board)
    assert {line.system for line in both if line.kind == "system"} == {"good", "poor"}
    assert len({line.place for line in both}) == len(both)
    assert {line.place for line in first} < {line.place for line in both}
    pooled = [
        line for line in both
        if (line.figure, line.scope, line.kind) == ("reward_auc", "pooled", "system")
    ]  # fmt: skip
    assert [line.system for line in pooled] == ["good", "poor"], "the best first"
    with board.with_suffix(".csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(both)
    assert rows[0].keys() == {field.name for field in fields(leaderboard.Line)}


def test_lines_of_other_items_are_refused_unless_named(
    made: Benchmark, files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board = tmp_path / "leaderboard.json"
    rest = ("--leaderboard", board, "--resamples", 10, "--quick", "--examples", 0)
    assert run(capsys, made.folder, files[2], "--out", tmp_path / "a.html", *rest)[0] == 0
    kept = board.read_text()
    other = benchmark(tmp_path / "other", triples(8))
    theirs = write_answers(tmp_path / "theirs.jsonl", other, system="reward only", tasks=("yes_no",))
    code, told = run(capsys, other.folder, theirs, "--out", tmp_path / "b.html", *rest)
    assert code == 2
    assert "has test/yes_no" in told["message"]
    assert "--set" in told["mend"]
    assert board.read_text() == kept
    assert not (tmp_path / "b.html").exists()
    assert run(capsys, other.folder, theirs, "--out", tmp_path / "b.html", *rest, "--set", "small")[0] == 0
    assert {(line.set, line.items) for line in leaderboard.read(board)} == {
        ("", made.manifest["files"]["test/yes_no.jsonl"]["items"]),
        ("small", other.manifest["files"]["test/yes_no.jsonl"]["items"]),
    }
    code, told = run(capsys, made.folder, files[2], "--out", tmp_path / "c.html", *rest, "--set", "small")
    assert code == 2, "the name is taken by other items"


def test_a_line_tells_what_was_left_unanswered(made: Benchmark, tmp_path: Path) -> None:
    part = write_answers(tmp_path / "part.jsonl", made, system="half", leave_out=2)
    found = collect(made, [part], Wishes(resamples=10, partial=True, full=False, examples=0), now=NOW)
    lines = board_lines(found)
    assert {line.partial for line in lines if line.system == "half"} == {True}
    assert {line.partial for line in lines if line.kind != "system"} == {False}
    assert {line.date for line in lines} == {"2026-05-04 03:02 UTC"}


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"format": "other"}', '{"format": "videolect-leaderboard-1", "lines": [{"set": 1}]}', "[" * 9999],
)
def test_what_is_no_leaderboard_is_left_alone(text: str, tmp_path: Path) -> None:
    path = tmp_path / "board.json"
    path.write_text(text)
    with pytest.raises(CannotRead, match="is no leaderboard"):
        leaderboard.read(path)


def test_a_name_is_no_formula_in_a_spreadsheet(report: Report) -> None:
    line = next(each for each in board_lines(report) if each.kind == "system")
    text = leaderboard.as_csv([replace(line, system='=HYPERLINK("x")'), replace(line, system="\ud800", value=-1.0)])
    names = [row["system"] for row in csv.DictReader(text.splitlines())]
    assert names == ['\'=HYPERLINK("x")', "\\ud800"]


# ----------------------------------------------------------------------------------------------------------- command


def test_the_command_writes_whole_files_or_none(
    made: Benchmark, files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = run(capsys, made.folder, *files, "--out", tmp_path / "r.html", "--resamples", 10)
    assert code == 0
    assert told["systems"] == ["good", "poor", "reward only"]
    assert (told["path"], told["leaderboard"], told["partial"]) == (str(tmp_path / "r.html"), None, False)
    assert [path.name for path in tmp_path.iterdir()] == ["r.html"]
    for words in (
        (made.folder, files[0], "--out", tmp_path / "no" / "r.html"),
        (made.folder, files[0], "--out", tmp_path),
        (made.folder, files[0], "--out", tmp_path / "s.html", "--examples", -1),
        (made.folder, files[0], "--out", tmp_path / "s.html", "--resamples", 0),
        (made.folder, files[0], "--out", tmp_path / "s.html", "--part", "dev"),
        (made.folder, tmp_path / "none.jsonl", "--out", tmp_path / "s.html"),
    ):
        code, told = run(capsys, *words)
        assert code == 2, words
        assert told["mend"]
    assert [path.name for path in tmp_path.iterdir()] == ["r.html"]


def test_the_page_tells_how_to_make_it_again(made: Benchmark, files: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "a report.html"
    assert main(["eval", "report", str(made.folder), str(files[2]), "--out", str(out), "--quick"]) == 0
    said = Read(out.read_text()).text
    assert "videolect data rows rows.jsonl" in said
    assert f"'{out}'" in said
    assert "--quick" in said
    assert f"# {files[2]} was made by other means" in said
    ran = write_answers(
        tmp_path / "ran.jsonl", made, system="ran", tasks=("yes_no",), parameters={"seed": 0}, prompts="1"
    )  # fmt: skip
    assert main(["eval", "report", str(made.folder), str(ran), "--out", str(out), "--quick"]) == 0
    assert f"--part test --writer WRITER --out {ran}" in Read(out.read_text()).text


def test_quick_leaves_figures_out_and_says_so(made: Benchmark, files: list[Path]) -> None:
    found = collect(made, files[:1], Wishes(resamples=10, full=False), now=NOW)
    names = {name for entry in found.entries for name in entry.scores["pooled"]}
    assert "caption_rouge_l" not in names
    assert "caption_bleu4" in names
    assert "QUICK" in Read(page(found)).text


def test_a_page_on_many_items_stays_small(made: Benchmark, files: list[Path], tmp_path: Path) -> None:
    some = [row for row in made.items["yes_no"] if row.what in ("draft", "final") and row.aspect == "camera"]
    rows = [
        replace(row, row_id=f"{at}:{row.row_id}", triple_id=f"{at}:{row.triple_id}", source_id=f"{at // 20}")
        for at in range(18_000 // len(some))
        for row in some
    ]
    many = replace(made, items={"yes_no": rows})
    path = write_answers(tmp_path / "a.jsonl", many, system="a", tasks=("yes_no",))
    found = collect(many, [path], Wishes(resamples=10), now=NOW)
    assert found.answered[0].counts[0][1] > 17_900
    few = collect(made, files[2:], Wishes(resamples=10), now=NOW)
    assert len(page(found)) < len(page(few)) + 10_000 < 200_000


# ------------------------------------------------------------------------------------------------------------- plots


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6), st.integers(3, 9))
def test_ticks_are_few_and_span_the_numbers(low: float, span: float, most: int) -> None:
    marks = ticks(low, low + span, most)
    assert marks[0] <= low + 1e-6 * max(1, abs(low), span)
    assert marks[-1] >= low + span - 1e-6 * max(1, abs(low), span)
    assert 2 <= len(marks) <= most + 2


def test_plots_bear_numbers_that_are_not_there() -> None:
    nan = float("nan")
    dots = [
        Dot(label="<a>", kind="system", tone=1, value=nan, low=nan, high=nan),
        Dot(label="b", kind="floor", tone=0, value=3.0, low=nan, high=nan),
    ]
    for plot in (intervals("t", dots), bars("t", [("camera", dots)]), intervals("t", []), bars("t", [])):
        assert "nan" not in plot.text
        assert not Read(plot.text).wrong
        assert "<a>" not in plot.text
    assert number(nan) == "–"
    assert number(-0.001) == "0.0"
    assert number(-1.25) == "−1.2"
