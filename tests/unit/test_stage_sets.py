"""Sets of staged clips: the same seed the same clips, whole or not at all, and on from where a run was stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy._core import _multiarray_umath as umath

from tests.support.walls import imports, room
from videolect.cli.main import main
from videolect.errors import BadInput
from videolect.language import load_spec
from videolect.stage.finding import found_together
from videolect.stage.orders import Order, jobs_of
from videolect.stage.sets import SETTLED
from videolect.stage.world.places import HELD_BACK
from videolect.video.backends.pyav import write_mp4
from videolect.video.probe import probe

SPEC = load_spec()
SOURCE = Path(__file__).parents[2] / "src"
SMALL = ("--size", "64x36", "--seconds", "1", "--fps", "8")


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = main(["stage", *map(str, words), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_what_clip_n_is_depends_on_the_seed_and_n_alone():
    few, many = (jobs_of(SPEC, Order(set="train", count=count, seed=4)) for count in (5, 40))
    assert many[:5] == few
    assert jobs_of(SPEC, Order(set="train", count=5, seed=5)) != few
    assert {job.seed for job in many}.isdisjoint(job.seed for job in jobs_of(SPEC, Order(set="exam", count=40, seed=4)))


def test_what_a_set_holds_is_known_without_a_renderer():
    """Only one file of the stage imports numba, one Pillow; to ask what is in a set loads neither, nor PyAV."""
    asked = "import sys, videolect.stage.orders, videolect.stage.words; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split()
    assert "videolect.stage.plan.wishes" in loaded
    assert not {"numba", "PIL", "av"} & set(loaded)
    of = {(one.imported.split(".")[0], one.importer) for one in imports(SOURCE) if room(one.importer) == "stage"}
    assert {(library, who) for library, who in of if library in ("numba", "PIL")} == {
        ("numba", "videolect.stage.numba"), ("PIL", "videolect.stage.overlays"),
    }  # fmt: skip


def test_an_exam_is_balanced_and_half_look_alikes():
    jobs = jobs_of(SPEC, Order(set="exam", count=500, seed=1))
    first = [job.aims[0] for job in jobs]
    counts = {aim.primitive: 0 for aim in first}
    for aim in first:
        counts[aim.primitive] += 1
    assert max(counts.values()) - min(counts.values()) <= 1
    assert 0.35 < sum(not aim.state for aim in first) / len(first) < 0.6


def test_a_glossary_has_a_clip_and_a_look_alike_for_each():
    jobs = jobs_of(SPEC, Order(set="glossary", count=1000, seed=1))
    shown = [job.name.removesuffix(".yes") for job in jobs if job.name.endswith(".yes")]
    beside = [job.name.removesuffix(".no") for job in jobs if job.name.endswith(".no")]
    assert len(shown) == len(set(shown)) > 200
    assert set(beside) <= set(shown)
    assert len(beside) > 0.9 * len(shown)


def test_a_set_is_rendered_told_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out = tmp_path / "clips"
    words = ("render", "--set", "bench", "--n", 2, "--seed", 9, "--out", out, *SMALL, "--jobs", 1)
    code, answer = run(capsys, *words)
    assert (code, answer["clips"], answer["failed"], answer["kept"]) == (0, 2, 0, 0)
    films = sorted(out.glob("*.mp4"))
    assert [film.stem for film in films] == ["bench-9-000000", "bench-9-000001"]
    for film in films:
        truth = json.loads(film.with_suffix(".truth.json").read_text())
        assert {
            "seed", "scene", "fps", "frames", "subjects", "events", "edits", "records", "states", "captions", "drafts",
        } <= set(truth)  # fmt: skip
        video = probe(film).video
        assert (video.frames, video.width, video.height) == (8, 64, 36)
        assert truth["scene"]["place"].replace(" ", "_") in HELD_BACK
        poses = [frame["pose"] for frame in truth["frames"]]
        assert all(len(pose) == 3 and all(len(row) == 4 for row in pose) for pose in poses)
        assert SPEC.derive(truth["records"][0]) == truth["states"]
    before = {path.name: path.stat().st_mtime_ns for path in out.iterdir()}
    code, answer = run(capsys, *words)
    assert (code, answer["clips"], answer["kept"]) == (0, 2, 2)
    assert {path.name: path.stat().st_mtime_ns for path in out.iterdir()} == before
    for other in (("--seed", 10), ("--set", "train"), ("--size", "96x54")):
        code, answer = run(capsys, *words, *other)
        assert (code, answer["error"]) == (2, "BadInput")
        assert "holds another set" in answer["message"]


def test_a_clip_and_its_look_alike_are_shot_with_one_seed():
    order = Order(set="glossary", count=1000, seed=1, size=(64, 36), seconds=2.0)
    jobs = {job.name: job for job in jobs_of(SPEC, order)}
    for name in ("zoom_in", "truck_left"):
        shown, beside = found_together(SPEC, [jobs[f"{name}.yes"], jobs[f"{name}.no"]], order)
        assert not isinstance(shown, str)
        assert not isinstance(beside, str)
        assert (shown[0].seed, shown[0].plan) == (beside[0].seed, beside[0].plan), "the same place, people and lens"
        assert (shown[1].states[name], beside[1].states[name]) == (True, False)
        middle = shown[0].frames // 2
        one, other = (clip.takes[0].track for clip in (shown[0], beside[0]))
        assert one.place[middle] == pytest.approx(other.place[middle], abs=0.6), "it begins before and ends behind it"


@pytest.mark.slow
def test_the_truth_is_the_same_in_two_fresh_processes(tmp_path: Path):
    texts = []
    for number in range(2):
        out = tmp_path / str(number)
        words = ["stage", "render", "--set", "train", "--n", "3", "--seed", "2", "--out", out, *SMALL]
        done = subprocess.run(
            [sys.executable, "-m", "videolect.cli.main", *words], capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONHASHSEED": str(number + 1)},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        texts.append({path.name: path.read_bytes() for path in sorted(out.glob("*")) if path.name != SETTLED})
    assert texts[0] == texts[1], "films and truth, byte for byte"
    assert len(texts[0]) == 6


@pytest.mark.slow
def test_the_truth_is_the_same_on_a_plainer_machine(tmp_path: Path):
    """Without the wide instructions of this processor, compiled anew for any, on one thread, in another language."""
    wide = " ".join(name for name in umath.__cpu_dispatch__ if umath.__cpu_features__.get(name))
    plain = {
        "NPY_DISABLE_CPU_FEATURES": wide, "NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "OMP_NUM_THREADS": "1",
        "NUMBA_CACHE_DIR": str(tmp_path / "compiled"), "NUMBA_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
        "OPENBLAS_CORETYPE": "Prescott", "LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "3",
    }  # fmt: skip
    found = []
    for number, other in enumerate(({}, plain)):
        out = tmp_path / str(number)
        words = ["stage", "render", "--set", "exam", "--n", "8", "--seed", "12", "--out", out, "--jobs", "1", *SMALL]
        done = subprocess.run(
            [sys.executable, "-m", "videolect.cli.main", *words], capture_output=True, text=True, check=False,
            env={**os.environ, **other},
        )  # fmt: skip
        assert done.returncode in (0, 1), done.stderr  # 1: a wish that never came true, told
        found.append({path.name: path.read_bytes() for path in sorted(out.glob("*.truth.json"))})
    assert found[0] == found[1], "truth, byte for byte"
    assert len(found[0]) > 4


@pytest.mark.slow
def test_a_run_that_is_killed_leaves_nothing_half_and_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out = tmp_path / "clips"
    words = ["--set", "train", "--n", "6", "--seed", "3", "--out", str(out), "--size", "64x36", "--seconds", "4"]
    running = subprocess.Popen(
        [sys.executable, "-m", "videolect.cli.main", "stage", "render", *words], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while not list(out.glob("*.truth.json")) and time.monotonic() < deadline and running.poll() is None:
        time.sleep(0.05)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    done = sorted(path.name for path in out.glob("*.truth.json"))
    assert done, "some were done before the kill"
    for path in out.glob("*.truth.json"):
        json.loads(path.read_text())
        assert probe(path.with_name(path.name.replace(".truth.json", ".mp4"))).video.frames == 64
    code, answer = run(capsys, "render", *words)
    assert code == 0
    assert answer["clips"] == 6
    assert answer["kept"] >= len(done)
    assert not [path for path in out.iterdir() if path.name.startswith(".")]


@pytest.mark.slow
def test_when_the_command_is_killed_its_renderers_end_too(tmp_path: Path):
    out = tmp_path / "clips"
    words = ["--set", "train", "--n", "60", "--seed", "3", "--out", str(out), *SMALL, "--jobs", "2"]
    running = subprocess.Popen(
        [sys.executable, "-m", "videolect.cli.main", "stage", "render", *words], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while not list(out.glob("*.truth.json")) and time.monotonic() < deadline and running.poll() is None:
        time.sleep(0.05)
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
    renderers = [pid for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    assert len(renderers) == 2
    running.kill()
    running.wait()
    deadline = time.monotonic() + 60
    while any(_runs(pid) for pid in renderers) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not [pid for pid in renderers if _runs(pid)]


def _runs(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.slow
def test_a_renderer_that_is_killed_is_told_and_not_a_traceback(tmp_path: Path):
    out = tmp_path / "clips"
    words = ["--set", "train", "--n", "40", "--seed", "3", "--out", str(out), *SMALL, "--jobs", "2", "--json"]
    running = subprocess.Popen(
        [sys.executable, "-m", "videolect.cli.main", "stage", "render", *words], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while not list(out.glob("*.truth.json")) and time.monotonic() < deadline and running.poll() is None:
        time.sleep(0.05)
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
    renderers = [int(pid) for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    os.kill(renderers[0], signal.SIGKILL)
    told, complaints = running.communicate(timeout=120)
    assert running.returncode == 1
    assert "stopped from outside" in json.loads(told)["message"]
    assert "Traceback" not in complaints


@pytest.mark.parametrize(("words", "says"), [
    (("--set", "film", "--n", "1"), "no set 'film'"), (("--set", "train", "--n", "0"), "0 clips"),
    (("--set", "train", "--n", "-3"), "-3 clips"), (("--set", "train",), "--n N"),
    (("--set", "train", "--n", "1", "--seed", "-1"), "seed -1"),
    (("--set", "train", "--n", "1", "--seed", str(1 << 40)), "seed"),
    (("--set", "train", "--n", "1", "--size", "63x36"), "63x36"),
    (("--set", "train", "--n", "1", "--fps", "0"), "0 frames"),
    (("--set", "train", "--n", "1", "--seconds", "nan"), "nan"),
    (("--set", "train", "--n", "1", "--jobs", "0"), "--jobs"),
])  # fmt: skip
def test_wrong_orders_are_refused_and_leave_nothing(
    words: tuple[str, ...], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    code, answer = run(capsys, "render", *words, "--out", tmp_path / "clips")
    assert (code, answer["error"]) == (2, "BadInput")
    assert says in answer["message"] + answer["mend"]
    assert not (tmp_path / "clips").exists()


def test_the_same_pictures_give_the_same_film(tmp_path: Path):
    """Again and again in one process: what lies in memory must not decide."""
    rng = np.random.default_rng(1)
    still = rng.integers(0, 256, (90, 160, 3), np.uint8)
    pictures = [np.roll(still, number * 3, axis=1) // (1 + number % 2) for number in range(40)]
    films = set()
    for number in range(12):
        path = tmp_path / f"{number}.mp4"
        write_mp4(path, pictures, fps=Fraction(16), size=(160, 90), crf=20)
        films.add(path.read_bytes())
    assert len(films) == 1


def test_a_strangers_files_and_damaged_results(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out = tmp_path / "clips"
    out.mkdir()
    theirs = [out / ".eslintrc.json", out / ".keep.mp4", out / ".train-1-000000.1.mp4"]
    for path in theirs:
        path.write_text("{}")
    words = ("render", "--set", "train", "--n", 2, "--seed", 1, "--out", out, *SMALL, "--jobs", 1)
    assert run(capsys, *words)[0] == 0
    assert all(path.exists() for path in theirs), "process 1 is alive, and the others are none of ours"
    truth = sorted(out.glob("train*.truth.json"))[0]
    whole = truth.read_bytes()
    truth.write_bytes(whole[: len(whole) // 2])
    sorted(out.glob("train*.mp4"))[1].unlink()
    code, answer = run(capsys, *words)
    assert (code, answer["clips"], answer["kept"]) == (0, 2, 0)
    assert truth.read_bytes() == whole
    (out / SETTLED).write_text("[1]")
    assert run(capsys, *words)[0] == 2


def test_a_folder_that_cannot_hold_a_set_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "file").write_text("x")
    code, answer = run(capsys, "render", "--set", "train", "--n", 1, "--out", tmp_path / "file")
    assert (code, answer["error"]) == (2, "BadInput")
    (tmp_path / SETTLED).write_text("{")
    code, answer = run(capsys, "render", "--set", "train", "--n", 1, "--out", tmp_path)
    assert (code, answer["error"]) == (2, "BadInput")


def test_the_list_says_what_cannot_be_staged_and_why(capsys: pytest.CaptureFixture[str]):
    code, answer = run(capsys, "list")
    assert code == 0
    assert "pan_left" in answer["staged"]
    assert answer["not_staged"]["height_above_ground_always_underwater"] == "there is no water"
    assert len(answer["staged"]) + len(answer["not_staged"]) == answer["of"]


def test_orders_are_checked_before_anything_is_made():
    with pytest.raises(BadInput, match="1,000,000"):
        Order(set="train", count=1_000_001, seed=1)
