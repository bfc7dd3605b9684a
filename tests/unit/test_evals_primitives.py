"""Primitive tasks: how they are drawn, what is read of scores, and figures against definitions written out by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from tests.support import movies
from videolect.cli.main import main
from videolect.errors import BadInput, CannotRead, NotFound
from videolect.evals.primitives.figures import baselines, figures_of
from videolect.evals.primitives.files import read_tasks, write_tasks
from videolect.evals.primitives.run import run
from videolect.evals.primitives.scores import read_scores
from videolect.evals.primitives.tasks import Pair, Rule, Task, TaskSet, make_tasks
from videolect.evals.states import Known, read_known
from videolect.language import load_spec
from videolect.metrics.intervals import bootstrap_figure, group_draws
from videolect.metrics.ranking import average_precision, roc_auc
from videolect.metrics.resampled import average_precision_draws, roc_auc_draws
from videolect.vlm.base import Film
from videolect.vlm.memory import MemoryBackend

SPEC = load_spec()
SMALL = Rule(most=4, fewest=2)

items = st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.integers(0, 3)), min_size=2, max_size=30)


def known_of(clips: Mapping[str, Mapping[str, bool]], sources: Mapping[str, str] | None = None) -> Known:
    return Known(clips=clips, sources=sources or {clip: clip for clip in clips}, origin={"name": "made up"})


def panning(count: int) -> Known:
    """Half of the clips pan left, half right; some of the latter tilt as well."""
    return known_of(
        {
            f"clip-{n:02}": {"pan_left": n % 2 == 0, "pan_right": n % 2 == 1, "tilt_up": n % 4 == 1, "zoom_in": n == 0}
            for n in range(count)
        }
    )


# ---------------------------------------------------------------------------------------------------------- resamples


@settings(deadline=None)
@given(items)
def test_a_weighted_figure_is_that_of_the_list_written_out(found):
    scores, labels, weights = (np.array(column) for column in zip(*found, strict=True))
    many = np.repeat(scores, weights), np.repeat(labels, weights)
    auc, ap = (figure(scores, labels, weights[None]) for figure in (roc_auc_draws, average_precision_draws))
    if many[1].any() and not many[1].all():
        assert auc[0] == pytest.approx(roc_auc(*many), abs=1e-12)
        assert auc[0] == pytest.approx(roc_auc_score(labels, scores, sample_weight=weights), abs=1e-12)
    else:
        assert np.isnan(auc[0])
    if many[1].any():
        assert ap[0] == pytest.approx(average_precision(*many), abs=1e-12)
        assert ap[0] == pytest.approx(average_precision_score(labels, scores, sample_weight=weights), abs=1e-12)
    else:
        assert np.isnan(ap[0])


def test_the_draws_are_those_of_the_bootstrap():
    rng = np.random.default_rng(4)
    scores, labels, groups = rng.random(60), rng.random(60) < 0.5, rng.integers(0, 9, 60)
    one = bootstrap_figure(groups, lambda rows: roc_auc(scores[rows], labels[rows]), resamples=200, seed=3)
    place = {name: at for at, name in enumerate(dict.fromkeys(groups.tolist()))}
    weights = group_draws(9, 200, 3)[:, [place[name] for name in groups.tolist()]]
    low, high = np.nanquantile(roc_auc_draws(scores, labels, weights), [0.025, 0.975])
    assert (low, high) == pytest.approx((one.low, one.high), abs=1e-12)


def test_no_groups_cannot_be_drawn_from():
    with pytest.raises(BadInput, match="no groups"):
        group_draws(0)


# -------------------------------------------------------------------------------------------------------------- tasks


def test_a_pair_is_a_clip_and_its_opposite():
    found = make_tasks(panning(8), SPEC, SMALL)
    tasks = {task.primitive: task for task in found.tasks}
    assert {*tasks} == {"pan_left", "pan_right", "tilt_up"}
    left = tasks["pan_left"]
    assert (left.known, len(left.positives), len(left.negatives)) == ((4, 4), 4, 4)
    assert {(pair.contrast, pair.kind) for pair in left.pairs} == {("pan_right", "opposite")}
    assert {pair.positive for pair in left.pairs} == {*left.positives}
    assert found.dropped["zoom_in"] == "1 clips in which it is so"
    assert found.dropped["arc_clockwise"] == "no clip has a state"
    assert len(found.tasks) + len(found.dropped) == len(SPEC.primitives)


def test_without_an_opposite_a_look_alike_or_the_group_stands_in_and_else_nothing():
    tilts = {task.primitive: task for task in make_tasks(panning(8), SPEC, SMALL).tasks}["tilt_up"]
    # Clips that do not tilt pan left or right, clips that tilt pan right: only panning left tells both apart.
    first = next((pair for pair in tilts.pairs if pair.contrast is not None), None)
    assert first is not None
    assert (first.contrast, first.kind) == ("pan_left", "same_group")
    clips = {f"clip-{n}": {"zoom_in": n < 3} for n in range(6)}
    [zoom] = make_tasks(known_of(clips), SPEC, SMALL).tasks
    assert {(pair.contrast, pair.kind) for pair in zoom.pairs} == {(None, "none")}
    assert len(zoom.pairs) == 3


@pytest.mark.parametrize("seed", range(3))
def test_every_pair_and_side_is_true(seed):
    rng = np.random.default_rng(seed)
    names = [name for name, primitive in SPEC.primitives.items() if primitive.group in ("rotation", "lens", "tracking")]
    clips = {
        f"clip-{n:03}": {name: bool(rng.random() < 0.4) for name in names if rng.random() < 0.8} for n in range(120)
    }
    known = known_of(clips, {clip: f"source-{n % 11}" for n, clip in enumerate(clips)})
    found = make_tasks(known, SPEC, Rule(most=12, fewest=5, seed=seed))
    assert len(found.tasks) == len(names)
    for task in found.tasks:
        assert all(clips[clip][task.primitive] for clip in task.positives)
        assert not any(clips[clip][task.primitive] for clip in task.negatives)
        assert len({*task.positives}) == len(task.positives) == 12
        assert len({pair.positive for pair in task.pairs}) == len({p.negative for p in task.pairs}) == len(task.pairs)
        # Each source has one before any has a second.
        could = {known.sources[clip] for clip, states in clips.items() if states.get(task.primitive)}
        assert {known.sources[clip] for clip in task.positives} == could
        for pair in task.pairs:
            assert clips[pair.positive][task.primitive]
            assert not clips[pair.negative][task.primitive]
            if pair.contrast is not None:
                assert not clips[pair.positive][pair.contrast]
                assert clips[pair.negative][pair.contrast]


def test_sides_are_no_more_uneven_than_allowed():
    clips = {f"clip-{n:02}": {"zoom_in": n < 3} for n in range(40)}
    [task] = make_tasks(known_of(clips), SPEC, Rule(most=0, fewest=3, imbalance=2)).tasks
    assert (len(task.positives), len(task.negatives), len(task.pairs)) == (3, 6, 3)
    assert task.known == (3, 37)
    assert task.share == 3 / 40


def test_later_clips_move_few_that_are_there():
    first, later = (make_tasks(panning(count), SPEC, Rule(most=20, fewest=2)).tasks[0] for count in (200, 210))
    assert len({*first.positives} & {*later.positives}) >= 16
    again = make_tasks(panning(200), SPEC, Rule(most=20, fewest=2)).tasks[0]
    assert again == first
    other = make_tasks(panning(200), SPEC, Rule(most=20, fewest=2, seed=1)).tasks[0]
    assert other.positives != first.positives


@pytest.mark.parametrize(
    ("rule", "word"),
    [({"most": 5}, "--most"), ({"fewest": 0}, "--fewest"), ({"most": -1}, "--most"), ({"imbalance": 0.5}, "imbalance"),
     ({"imbalance": float("nan")}, "imbalance")],
)  # fmt: skip
def test_a_rule_that_cannot_be_is_refused(rule, word):
    with pytest.raises(BadInput) as caught:
        Rule(**rule)
    assert word in f"{caught.value} {caught.value.mend}"


def test_states_too_few_for_any_task_are_refused():
    with pytest.raises(BadInput, match="No primitive has 10 clips"):
        make_tasks(panning(8), SPEC, Rule())


# ------------------------------------------------------------------------------------------------------------- states


def states_table(path: Path, rows: list[tuple[str, str, bool]], sources: dict[str, str] | None = None) -> Path:
    columns: dict[str, list[Any]] = {
        name: [row[at] for row in rows] for at, name in enumerate(("primitive", "video_id", "value"))
    }
    if sources is not None:
        columns["source_id"] = [sources[row[1]] for row in rows]
    pq.write_table(pa.table(columns), path)
    return path


def test_a_table_is_read_under_our_names_and_theirs(tmp_path):
    theirs = next(name for name, ours in SPEC.report()["reference"].items() if ours == "pan_left")
    rows = [(theirs, "a.0.1.mp4", True), ("pan_right", "a.0.1.mp4", False), ("of nobody", "a.0.1.mp4", True)]
    rows += [("pan_left", "b.mp4", True), (theirs, "b.mp4", False)]
    known = read_known(states_table(tmp_path / "states.parquet", rows), SPEC)
    assert known.clips == {"a.0.1.mp4": {"pan_left": True, "pan_right": False}, "b.mp4": {}}
    assert known.sources == {"a.0.1.mp4": "a", "b.mp4": "b"}
    assert known.unknown == ("of nobody",)
    assert known.contradicted == (("pan_left", "b.mp4"),)


def test_a_table_may_name_the_sources(tmp_path):
    rows = [("pan_left", "a", True), ("pan_left", "b", False)]
    path = states_table(tmp_path / "states.parquet", rows, {"a": "film", "b": "film"})
    assert read_known(path, SPEC).sources == {"a": "film", "b": "film"}


def test_staged_clips_are_read_by_their_truth(tmp_path):
    for clip, seed, so in (("one.yes", 5, True), ("one.no", 5, False), ("two.yes", 6, None)):
        told = {"seed": seed, "states": {"pan_left": so, "gone_since": True}}
        (tmp_path / f"{clip}.truth.json").write_text(json.dumps(told))
    known = read_known(tmp_path, SPEC)
    assert known.clips == {"one.no": {"pan_left": False}, "one.yes": {"pan_left": True}, "two.yes": {}}
    assert known.sources == {"one.no": "seed-5", "one.yes": "seed-5", "two.yes": "seed-6"}
    assert known.unknown == ("gone_since",)
    (tmp_path / "bad.truth.json").write_text("[]")
    with pytest.raises(CannotRead, match=r"bad\.truth\.json"):
        read_known(tmp_path, SPEC)


def test_what_holds_no_states_is_refused(tmp_path):
    with pytest.raises(NotFound, match="staged clips"):
        read_known(tmp_path, SPEC)
    with pytest.raises(NotFound):
        read_known(tmp_path / "states.parquet", SPEC)
    (tmp_path / "states.txt").write_text("pan_left")
    with pytest.raises(BadInput, match="holds no states"):
        read_known(tmp_path / "states.txt", SPEC)


# ------------------------------------------------------------------------------------------------------------ figures


def one_task(sides: tuple[int, int], pairs: tuple[Pair, ...] = ()) -> TaskSet:
    yes, no = (tuple(f"{name}{n}" for n in range(count)) for name, count in zip("yn", sides, strict=True))
    task = Task(primitive="pan_left", group="rotation", known=(10, 30), positives=yes, negatives=no, pairs=pairs)
    clips = {clip: clip for clip, _ in task.asked()}
    questions = {name: SPEC.primitives[name].model_question for _, name in task.asked()}
    return TaskSet(tasks=(task,), sources=clips, questions=questions, dropped={})


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_two_by_two_is_winogrounds_and_camerabenchs(seed):
    rng = np.random.default_rng(seed)
    pairs = tuple(Pair(f"y{n}", f"n{n}", "pan_right", "opposite") for n in range(5))
    tasks = one_task((5, 5), pairs)
    # Few values, so that ties and answers exactly on the threshold occur.
    scores = {(clip, name): float(rng.integers(0, 5)) / 4 for clip, names in tasks.asked().items() for name in names}
    found = figures_of(tasks, scores, resamples=20).primitives["pan_left"]
    text = image = group = cells = questions = 0.0
    for pair in pairs:
        c0_i0, c1_i0 = scores[pair.positive, "pan_left"], scores[pair.positive, "pan_right"]
        c0_i1, c1_i1 = scores[pair.negative, "pan_left"], scores[pair.negative, "pan_right"]
        of_text, of_image = c0_i0 > c1_i0 and c1_i1 > c0_i1, c0_i0 > c0_i1 and c1_i1 > c1_i0
        text, image, group = text + of_text, image + of_image, group + (of_text and of_image)
        right = [c0_i0 > 0.5, c1_i0 < 0.5, c0_i1 < 0.5, c1_i1 > 0.5]
        cells += sum(right)
        questions += (right[0] and right[2]) + (right[1] and right[3])
    wanted = {
        "text": text / 5, "image": image / 5, "group": group / 5, "vqa_binary": cells / 20,
        "vqa_question": questions / 10,
    }  # fmt: skip
    assert {name: found[name].value for name in wanted} == pytest.approx({n: 100 * v for n, v in wanted.items()})


def test_ranking_is_scikit_learns_and_sides_count_alike():
    tasks = one_task((3, 6))
    clips = [*tasks.tasks[0].positives, *tasks.tasks[0].negatives]
    values = [0.9, 0.4, 0.5, 0.4, 0.1, 0.6, 0.5, 0.2, 0.3]
    found = figures_of(tasks, {(c, "pan_left"): v for c, v in zip(clips, values, strict=True)}).primitives["pan_left"]
    labels = [True] * 3 + [False] * 6
    assert found["auc"].value == pytest.approx(100 * roc_auc_score(labels, values))
    assert found["ap"].value == pytest.approx(100 * average_precision_score(labels, values))
    # One of three above a half, four of six below it; what is exactly on it is wrong.
    assert found["at_half"].value == pytest.approx(100 * (1 / 3 + 4 / 6) / 2)
    assert {*found} == {"ap", "auc", "at_half"}
    assert found["auc"].low <= found["auc"].value <= found["auc"].high
    assert (found["auc"].n, found["auc"].groups) == (9, 9)


def test_a_pair_without_contrast_has_one_question():
    pairs = (Pair("y0", "n0", None, "none"), Pair("y1", "n1", None, "none"))
    scores = {("y0", "pan_left"): 0.8, ("n0", "pan_left"): 0.7, ("y1", "pan_left"): 0.9, ("n1", "pan_left"): 0.1}
    found = figures_of(one_task((2, 2), pairs), scores).primitives["pan_left"]
    assert (found["pair"].value, found["question"].value) == (100, 50)
    assert "vqa_binary" not in found


def test_macro_means_are_over_primitives_by_group_and_all():
    tasks = make_tasks(panning(40), SPEC, Rule(most=10, fewest=5))
    scores = dict(next(base for base in baselines(tasks) if base.name == "chance").scores)
    found = figures_of(tasks, scores, resamples=50)
    values = [of["auc"].value for of in found.primitives.values()]
    assert found.macro["all"]["auc"].value == pytest.approx(float(np.mean(values)))
    assert found.macro["all"]["auc"].n == 3
    assert found.macro["rotation"]["auc"].value == found.macro["all"]["auc"].value
    assert found.macro["all"]["auc"].groups == len(tasks.sources)


def test_floors_and_ceiling():
    tasks = make_tasks(panning(400), SPEC, Rule(most=100, fewest=10))
    of = {base.name: figures_of(tasks, base.scores, resamples=50).macro["all"] for base in baselines(tasks)}
    assert all(figure.value == 100 for figure in of["oracle"].values())
    for name in ("prior", "blind"):
        assert (of[name]["auc"].value, of[name]["text"].value, of[name]["question"].value) == (50, 0, 0)
    chance = of["chance"]
    assert chance["auc"].value == pytest.approx(50, abs=6)
    assert chance["vqa_binary"].value == pytest.approx(50, abs=6)
    assert chance["vqa_question"].value == pytest.approx(25, abs=6)
    assert chance["text"].value == pytest.approx(25, abs=8)
    assert chance["group"].value == pytest.approx(100 / 6, abs=8)


def test_the_interval_of_average_precision_holds_its_value():
    """Bare percentiles of chance on few clips lie above the value: a clip that is drawn twice ties with itself."""
    tasks = one_task((20, 20))
    chance = next(base for base in baselines(tasks) if base.name == "chance")
    found = figures_of(tasks, chance.scores).primitives["pan_left"]["ap"]
    assert found.low < found.value < found.high


def test_what_is_not_answered_is_left_out_and_told():
    pairs = (Pair("y0", "n0", "pan_right", "opposite"), Pair("y1", "n1", "pan_right", "opposite"))
    tasks = one_task((2, 2), pairs)
    scores = {(clip, name): 0.25 for clip, names in tasks.asked().items() for name in names}
    del scores["y1", "pan_right"]
    found = figures_of(tasks, scores, threshold=None)
    assert found.primitives["pan_left"]["text"].n == 1
    assert found.primitives["pan_left"]["pair"].n == 2
    assert "at_half" not in found.primitives["pan_left"]
    no_side = {key: value for key, value in scores.items() if key[0].startswith("y")}
    assert figures_of(tasks, no_side).unanswered == {"pan_left": "no clip of one of its sides is answered"}


# -------------------------------------------------------------------------------------------------------------- files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    known = panning(8)
    write_tasks(tmp_path / "tasks", make_tasks(known, SPEC, SMALL), known, SPEC, SMALL)
    return tmp_path / "tasks"


def test_tasks_come_back_as_they_were(folder, tmp_path):
    made, read = make_tasks(panning(8), SPEC, SMALL), read_tasks(folder)
    assert (read.tasks, read.sources, read.questions, read.dropped) == (
        made.tasks, made.sources, made.questions, made.dropped,
    )  # fmt: skip
    known = panning(8)
    write_tasks(tmp_path / "again", made, known, SPEC, SMALL)
    assert all((tmp_path / "again" / path.name).read_bytes() == path.read_bytes() for path in folder.iterdir())
    with pytest.raises(BadInput, match="not empty"):
        write_tasks(folder, made, known, SPEC, SMALL)


@pytest.mark.parametrize("file", ["tasks.jsonl", "clips.jsonl", "manifest.json"])
def test_tasks_that_were_changed_are_refused(folder, file):
    path = folder / file
    path.write_text(path.read_text().replace("clip-0", "clop-0").replace('"items": "', '"items": "0'))
    with pytest.raises(CannotRead, match="holds no tasks"):
        read_tasks(folder)
    path.unlink()
    with pytest.raises(CannotRead if file != "manifest.json" else NotFound):
        read_tasks(folder)


def answers(tasks: TaskSet) -> list[dict[str, Any]]:
    return [
        {"video_id": clip, "primitive": name, "p_yes": 0.25} for clip, names in tasks.asked().items() for name in names
    ]


def written(path: Path, lines: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_each_thing_that_is_wrong_with_scores_is_counted_and_named(folder, tmp_path):
    tasks = read_tasks(folder)
    lines = answers(tasks)
    lines[0]["p_yes"] = float("nan")
    lines[1]["p_yes"] = True
    lines[2] = {**lines[2], "p_yes": "0,5"}
    lines[4] = {"video_id": lines[4]["video_id"], "primitive": lines[4]["primitive"], "error": "out of memory"}
    lines += [{**lines[5], "p_yes": 0.75}, dict(lines[6]), {"video_id": "nobody", "primitive": "pan_left", "p_yes": 1}]
    gone = lines.pop(3)
    path = written(tmp_path / "scores.jsonl", lines)
    with pytest.raises(BadInput, match=r"does not answer everything.*1 missing"):
        read_scores(path, tasks)
    found = read_scores(path, tasks, partial=True)
    counts = {problem.kind: problem.count for problem in found.problems}
    assert counts == {
        "contradicting": 1, "doubled": 2, "failed": 1, "missing": 1, "no_number": 3, "unknown": 1,
    }  # fmt: skip
    named = {problem.kind: problem.examples for problem in found.problems}
    assert named["missing"] == (f"{gone['video_id']}:{gone['primitive']}",)
    assert named["unknown"] == ("nobody:pan_left",)
    assert found.partial
    assert len(found.scores) == len(answers(tasks)) - 6


@pytest.mark.parametrize("huge", [float("inf"), 10**400])
def test_no_number_is_infinite(folder, tmp_path, huge):
    tasks = read_tasks(folder)
    lines = answers(tasks)
    lines[0]["p_yes"] = huge
    with pytest.raises(BadInput, match="1 no number"):
        read_scores(written(tmp_path / "scores.jsonl", lines), tasks)


def test_scores_of_other_tasks_are_refused(folder, tmp_path):
    tasks = read_tasks(folder)
    told = {"format": "videolect-predictions-1", "system": "it", "items": {"primitives": "0" * 64}}
    with pytest.raises(BadInput, match="other tasks"):
        read_scores(written(tmp_path / "scores.jsonl", [told, *answers(tasks)]), tasks)
    with pytest.raises(CannotRead, match="of the format"):
        read_scores(written(tmp_path / "scores.jsonl", [{"format": "other"}]), tasks)
    with pytest.raises(BadInput, match="nothing that is asked"):
        read_scores(written(tmp_path / "scores.jsonl", []), tasks)
    with pytest.raises(NotFound):
        read_scores(tmp_path / "none.jsonl", tasks)


def test_tables_of_scores_are_read(folder, tmp_path):
    tasks = read_tasks(folder)
    lines = answers(tasks)
    table = {name: [line[name] for line in lines] for name in ("video_id", "primitive")}
    scores = [12.5 + at for at in range(len(lines))]
    pq.write_table(pa.table({**table, "score": scores}), tmp_path / "scores.parquet")
    rows = [f"{line['video_id']},{line['primitive']},{score}" for line, score in zip(lines, scores, strict=True)]
    (tmp_path / "scores.csv").write_text("\n".join(["video_id,primitive,score", *rows]))
    one, other = (read_scores(tmp_path / f"scores.{kind}", tasks) for kind in ("parquet", "csv"))
    assert one.scores == other.scores
    assert not one.probabilities
    (tmp_path / "less.csv").write_text("video_id,score\na,1\n")
    with pytest.raises(BadInput, match="no column 'primitive'"):
        read_scores(tmp_path / "less.csv", tasks)
    (tmp_path / "less.csv").write_text("video_id,primitive,said\na,b,1\n")
    with pytest.raises(BadInput, match="no column 'score'"):
        read_scores(tmp_path / "less.csv", tasks)
    (tmp_path / "broken.parquet").write_text("no")
    with pytest.raises(CannotRead, match="no parquet"):
        read_scores(tmp_path / "broken.parquet", tasks)
    (tmp_path / "broken.jsonl").write_text("[1]\n")
    with pytest.raises(CannotRead, match="holds no scores"):
        read_scores(tmp_path / "broken.jsonl", tasks)


# ------------------------------------------------------------------------------------------------------------ answers


def film(clip: str) -> Film:
    value = int(clip.rpartition("-")[2])
    return Film(pictures=np.full((2, 4, 4, 3), value, np.uint8), times_s=(0.0, 0.5))


def test_a_model_answers_and_goes_on_where_it_stopped(folder, tmp_path):
    tasks, out, backend = read_tasks(folder), tmp_path / "scores.jsonl", MemoryBackend()
    seen: list[str] = []

    def shown(clip: str, wanted: object) -> Film:
        seen.append(clip)
        if clip == "clip-03" and seen.count(clip) == 1:
            raise NotFound("There is no film.", mend="Find it.")
        return film(clip)

    first = run(tasks, backend, shown, out, system="twin", most=3)
    assert (first.answered, first.stopped) == (first.new, "3 clips were answered, as was asked")
    with out.open("a") as file:
        file.write('{"video_id": "clip-0')  # the machine stopped in the middle of a line
    second = run(tasks, backend, shown, out, system="twin")
    assert second.failed == len(tasks.asked()["clip-03"])
    third = run(tasks, backend, shown, out, system="twin")
    assert (third.answered, third.failed) == (third.asked, 0)
    assert sorted(seen) == sorted([*tasks.asked(), "clip-03"])
    found = read_scores(out, tasks)
    assert (found.system, found.problems) == ("twin", ())
    [one] = backend.p_yes(film("clip-01"), [tasks.prompt("pan_left")])
    assert found.scores["clip-01", "pan_left"] == one.p_yes
    with pytest.raises(BadInput, match="its system differs"):
        run(tasks, backend, shown, out, system="another")


def test_a_file_of_something_else_stays_as_it_was(folder, tmp_path):
    out = tmp_path / "notes.txt"
    for body in ("words without an end", "words\n", '{"format": "videolect-predictions-1"}\n[]\n'):
        out.write_text(body)
        with pytest.raises(BadInput):
            run(read_tasks(folder), MemoryBackend(), None, out, system="twin")
        assert out.read_text() == body


def test_a_blind_model_says_the_same_of_every_clip(folder, tmp_path):
    tasks, out = read_tasks(folder), tmp_path / "blind.jsonl"
    ran = run(tasks, MemoryBackend(), None, out, system="twin")
    assert (ran.answered, ran.encodings) == (ran.asked, 0)
    scores = read_scores(out, tasks).scores
    assert all(len({score for (_, name), score in scores.items() if name == asked}) == 1 for asked in tasks.questions)
    assert figures_of(tasks, scores).macro["all"]["auc"].value == 50
    with pytest.raises(BadInput, match="its parameters differs"):
        run(tasks, MemoryBackend(), lambda clip, wanted: film(clip), out, system="twin")


# -------------------------------------------------------------------------------------------------- the command line


def said(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, Any]:
    code = main([*map(str, words), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_from_states_to_figures_by_commands(tmp_path, capsys):
    rows = [(name, clip, so) for clip, of in panning(8).clips.items() for name, so in of.items()]
    states = states_table(tmp_path / "states.parquet", rows)
    (tmp_path / "clips").mkdir()
    for clip in panning(8).clips:
        movies.constant(tmp_path / "clips" / f"{clip}.mp4", 4)
    tasks, scores = tmp_path / "tasks", tmp_path / "scores.jsonl"
    code, made = said(
        capsys, "eval", "primitives", "--states", states, "--out", tasks, "--most", 4, "--fewest", 2, "--seed", 1
    )  # fmt: skip
    assert (code, made["counts"]["tasks"]) == (0, 3)
    videos = f"{tmp_path}/clips/{{video_id}}.mp4"
    code, ran = said(
        capsys, "eval", "primitives-run", tasks, "--writer", "memory", "--videos", videos, "--out", scores,
    )  # fmt: skip
    assert (code, ran["answered"]) == (0, made["counts"]["answers"])
    code, found = said(capsys, "eval", "primitives", "--tasks", tasks, "--scores", scores, "--resamples", 20)
    assert (code, found["partial"], found["problems"]) == (0, False, [])
    assert {*found["baselines"]} == {"chance", "prior", "blind"}
    assert found["ceilings"]["oracle"]["auc"]["value"] == 100
    assert {*found["primitives"]} == {"pan_left", "pan_right", "tilt_up"}
    assert main(["eval", "primitives", "--tasks", str(tasks), "--scores", str(scores), "--resamples", "20"]) == 0
    assert "means over 3 primitives" in capsys.readouterr().out
    (tmp_path / "clips" / "clip-03.mp4").unlink()
    again = tmp_path / "again.jsonl"
    code, ran = said(capsys, "eval", "primitives-run", tasks, "--writer", "memory", "--videos", videos, "--out", again)
    assert (code, ran["failed"]) == (1, ran["asked"] - ran["answered"])
    for threshold in ("nan", "inf"):
        code, refused = said(
            capsys, "eval", "primitives", "--tasks", tasks, "--scores", scores, "--threshold", threshold
        )
        assert (code, refused["message"]) == (2, f"--threshold is {threshold}.")
    code, refused = said(capsys, "eval", "primitives", "--tasks", tasks, "--scores", again)
    assert code == 2
    assert "does not answer everything" in refused["message"]
    code, found = said(capsys, "eval", "primitives", "--tasks", tasks, "--scores", again, "--partial")
    assert (code, found["partial"]) == (0, True)


def test_labels_of_a_campaign_are_states_and_its_films_are_shown(tmp_path, capsys):
    home = ("--workspace", tmp_path / "workspace")
    still = {"shot_transition": False, "steadiness": "static", "camera_movement": "no"}
    moving = {**still, "steadiness": "very_smooth", "camera_movement": "major_simple", "camera_pan": "left_to_right"}
    said(capsys, "desk", "init", *home)
    for n in range(6):
        movies.constant(tmp_path / f"walk-{n}.mp4", 8 + n)  # not the same film twice
        said(capsys, "data", "import", tmp_path / f"walk-{n}.mp4", "--campaign", "spring", *home)
    code, refused = said(capsys, "eval", "primitives", "--campaign", "spring", "--out", tmp_path / "tasks", *home)
    assert (code, refused["message"]) == (2, "Nothing is labelled in the campaign spring.")
    records = {f"walk-{n}.mp4": moving if n % 2 else still for n in range(6)}
    (tmp_path / "records.json").write_text(json.dumps(records))
    words = ["data", "import", "--format", "authors-records", tmp_path / "records.json", "--campaign", "spring", *home]
    assert said(capsys, *words)[1]["tasks"] == 6
    words = ["--campaign", "spring", "--out", tmp_path / "tasks", "--most", 3, "--fewest", 3]
    code, made = said(capsys, "eval", "primitives", *words, *home)
    assert code == 0
    assert (made["states"]["kind"], made["counts"]["clips"], made["counts"]["sources"]) == ("campaign", 6, 6)
    tasks = {task.primitive: task for task in read_tasks(tmp_path / "tasks").tasks}
    assert {clip.rpartition("-")[2] for clip in tasks["pan_right"].positives} == {"1", "3", "5"}
    assert "zoom_in" not in tasks  # nobody said anything of it
    words = ["--writer", "memory", "--campaign", "spring", "--out", tmp_path / "scores.jsonl"]
    code, ran = said(capsys, "eval", "primitives-run", tmp_path / "tasks", *words, *home)
    assert (code, ran["answered"], ran["failed"]) == (0, made["counts"]["answers"], 0)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--states", "s.parquet"),
        ("--states", "s.parquet", "--out", "o", "--tasks", "t"),
        ("--tasks", "t"),
    ],
)
def test_half_a_request_is_refused(words, capsys):
    code, answer = said(capsys, "eval", "primitives", *words)
    assert code == 2
    assert "not clear" in answer["message"]
