"""``eval run`` from films to answers: a recorded model, films that are not there, films of the workspace."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.answers import benchmark
from tests.support.backends import Scripted
from tests.support.commands import ask, shown
from tests.support.triples import revised
from tests.support.village import render_clip
from videolect import wiring
from videolect.cli.options import workspace_of
from videolect.errors import BadInput
from videolect.evals.benchmark import Benchmark
from videolect.wiring import Workspace

CLIPS = 2


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("films")
    for n in range(CLIPS):
        render_clip(folder / f"clip{n}.mp4", movement="pan_right", seconds=0.5, size=(96, 64), seed=n)
    return folder


def of_films(folder: Path, count: int = CLIPS) -> Benchmark:
    return benchmark(folder / "rows", [revised(n, video_id=f"clip{n}.mp4", source_id=f"clip{n}") for n in range(count)])


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Without how long each took."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return [{name: value for name, value in line.items() if name != "seconds"} for line in lines]


@pytest.mark.slow
def test_a_model_that_was_recorded_answers_the_same_again(
    films: Path, tmp_path: Path, tiny_model: Any, capsys: Any
) -> None:
    made, tape = of_films(tmp_path), tmp_path / "tape.jsonl"
    videos = f"{films}/{{source_id}}.mp4"
    asked = [
        "run",
        made.folder,
        "--videos",
        videos,
        "--max-tokens",
        3,
        "--accept-cut",
        "--system",
        "tiny",
        "--task",
        "caption",
        "--task",
        "yes_no",
    ]
    writer = f"qwen:{tiny_model('micro')}"
    code, live = ask(capsys, "eval", *asked, "--writer", f"record:{tape},{writer}", "--out", tmp_path / "live.jsonl")
    assert (live["items"], live["encodings"], live["answered"] + live["failed"]) == (3 * CLIPS, CLIPS, 3 * CLIPS)
    assert code == (1 if live["failed"] else 0)
    again, told = ask(capsys, "eval", *asked, "--writer", f"replay:{tape}", "--out", tmp_path / "replayed.jsonl")
    assert (again, told["answered"], told["encodings"]) == (code, live["answered"], 0)
    assert lines_of(tmp_path / "live.jsonl") == lines_of(tmp_path / "replayed.jsonl")
    code, scored = ask(
        capsys, "eval", "score", made.folder, "--predictions", tmp_path / "live.jsonl", "--partial", "--quick"
    )
    assert (code, scored["pooled"]["reward_auc"]["n"]) == (0, 2 * CLIPS)


def test_a_film_that_is_not_there_leaves_its_items_and_exit_code_1(films: Path, tmp_path: Path, capsys: Any) -> None:
    made = of_films(tmp_path, CLIPS + 1)
    (films / "other").mkdir()
    asked = [
        "run",
        made.folder,
        "--writer",
        "memory",
        "--out",
        tmp_path / "it.jsonl",
        "--videos",
        f"{films}/{{video_id}}",
    ]
    code, told = ask(capsys, "eval", *asked)
    assert (code, told["failed"], told["answered"]) == (1, 5, 5 * CLIPS)
    render_clip(films / f"clip{CLIPS}.mp4", movement="pan_right", seconds=0.5, size=(96, 64), seed=9)
    code, page = shown(capsys, "eval", *asked)
    assert (code, "15 of 15 items are answered" in page, "5 of them now" in page) == (0, True, True)


def test_films_of_the_workspace_are_shown_and_the_model_is_made_once(
    films: Path, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    workspace = Workspace.create(tmp_path / "workspace")
    [video], refused, _ = workspace.intake.take_in([films / "clip0.mp4"])
    assert not refused
    with workspace.shown(video.hash) as (_, probed):
        start, end = probed.timeline.pts_of(2), probed.timeline.pts_of(8)
    workspace.close()
    whole = {"video_hash": video.hash, "start_pts": start, "end_pts": end, "time_base": video.time_base}
    made = benchmark(
        tmp_path / "rows", [revised(1, **whole), revised(2, **{**whole, "video_hash": "0" * 64}), revised(3)]
    )
    backends: list[Scripted] = []

    def make(argument: str) -> Scripted:
        backends.append(Scripted())
        return backends[-1]

    monkeypatch.setitem(wiring.BACKENDS.ours, "scripted", make)
    out = tmp_path / "it.jsonl"
    asked = ["run", made.folder, "--writer", "scripted", "--out", out, "--workspace", workspace.root]
    code, told = ask(capsys, "eval", *asked)
    assert (code, told["answered"], told["failed"]) == (1, 5, 10)
    assert len(backends) == 1
    [times] = {film.times_s for film, _, _ in backends[0].asked if film is not None}
    assert (times[0], times[-1]) == pytest.approx((0.0, 5 / 24)), (
        "of the clip's six frames and not of the film's twelve"
    )
    said = {line["row_id"][:2]: line.get("error", "") for line in lines_of(out)[1:]}
    assert (said["t1"], "names no film" in said["t3"], bool(said["t2"])) == ("", True, True)


def test_a_workspace_is_opened_without_the_writer_that_stands_beside_it(tmp_path: Path) -> None:
    Workspace.create(tmp_path / "workspace").close()
    asked = argparse.Namespace(
        workspace=tmp_path / "workspace", database=None, writer="none:x", max_tokens=9, temperature=0.0, top_p=1.0,
        accept_cut=False,
    )  # fmt: skip
    workspace_of(asked).close()
    with pytest.raises(BadInput, match="none"):
        workspace_of(asked, writes=True)


def test_who_answers_has_to_be_named(tmp_path: Path, capsys: Any) -> None:
    made = of_films(tmp_path)
    with pytest.raises(SystemExit) as ended:
        ask(capsys, "eval", "run", made.folder, "--out", tmp_path / "it.jsonl")
    assert ended.value.code == 2
    assert "--writer" in capsys.readouterr().err
