"""A tape gives what was recorded, names what was not, and outlives whoever records on it."""

from __future__ import annotations

import fcntl
import json
import logging
import multiprocessing
import os
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from videolect.errors import BadInput, CannotRead, NotFound
from videolect.record.people import Model
from videolect.vlm.base import Decoding, Film
from videolect.vlm.memory import MemoryBackend
from videolect.vlm.prompts import Prompt, free
from videolect.vlm.replay import Replayer, Tape
from videolect.wiring import make_backend

FILM = Film(pictures=np.zeros((2, 4, 4, 3), np.uint8), times_s=(0.0, 0.5))
ASK, OTHER = free("What does the camera do?"), free("And the light?")
DRAWN = Decoding(temperature=1.0, count=2, seed=3)


class Counting(MemoryBackend):
    """Remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def generate(self, film: Any, prompts: Any, how: Decoding = Decoding(), **more: Any) -> Any:  # noqa: B008
        self.asked += [prompt.text for prompt in prompts]
        return super().generate(film, prompts, how, **more)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tape.jsonl"


def test_what_was_recorded_comes_again_without_the_model(path: Path):
    memory = MemoryBackend()
    recorder = Replayer.record(path, memory)
    texts = recorder.generate(FILM, [ASK, OTHER], DRAWN)
    chances = recorder.p_yes(None, [ASK])
    first = recorder.first_token_logprobs(FILM, [ASK], 5)
    played = make_backend(f"replay:{path}")
    assert played.generate(FILM, [OTHER, ASK], DRAWN) == texts[::-1] == memory.generate(FILM, [OTHER, ASK], DRAWN)
    assert played.p_yes(None, [ASK]) == chances == memory.p_yes(None, [ASK])
    assert Replayer(Tape.read(path)).first_token_logprobs(FILM, [ASK], 5) == first
    assert (played.model, played.wanted) == (memory.model, memory.wanted)


def test_what_was_not_recorded_is_named(path: Path):
    Replayer.record(path, MemoryBackend()).generate(FILM, [ASK])
    played = Replayer(Tape.read(path))
    with pytest.raises(NotFound, match=rf"no texts for prompt {OTHER.hash[:12]} \(free\) about film {FILM.hash[:12]}"):
        played.generate(FILM, [ASK, OTHER])
    with pytest.raises(NotFound, match="without a film"):
        played.generate(None, [ASK])
    with pytest.raises(NotFound, match="no yes for prompt"):
        played.p_yes(FILM, [ASK])
    with pytest.raises(NotFound, match=r'"max_tokens": 5, "temperature": 0.0'):
        played.generate(FILM, [ASK], Decoding(max_tokens=5))
    prompt = Prompt(task="draft", aspect="motion", text="Say it.")
    with pytest.raises(NotFound, match=r"\(draft of motion\).*record:FILE,BACKEND"):
        played.generate(FILM, [prompt])


def test_at_temperature_0_neither_seed_nor_nucleus_is_told_apart(path: Path):
    recorder = Replayer.record(path, MemoryBackend())
    once = recorder.generate(FILM, [ASK])
    assert Replayer(Tape.read(path)).generate(FILM, [ASK], Decoding(seed=9, top_p=0.5)) == once
    recorder.generate(FILM, [ASK], DRAWN)
    with pytest.raises(NotFound):
        Replayer(Tape.read(path)).generate(FILM, [ASK], replace(DRAWN, seed=4))


def test_only_what_is_missing_is_asked_again(path: Path):
    Replayer.record(path, MemoryBackend()).generate(FILM, [ASK])
    counting = Counting()
    recorder = Replayer.record(path, counting)
    assert [len(each) for each in recorder.generate(FILM, [ASK, OTHER, OTHER])] == [1, 1, 1]
    assert counting.asked == [OTHER.text]
    assert len(path.read_text().splitlines()) == 3


@pytest.mark.parametrize("left", [b'{"kind": "texts", "film": nu', b"\x80", b"{"])
def test_what_a_killed_process_left_of_a_line_is_passed_over_and_told(
    path: Path, left: bytes, caplog: pytest.LogCaptureFixture
):
    Replayer.record(path, MemoryBackend()).generate(FILM, [ASK])
    with path.open("ab") as file:
        file.write(left)
    tape = Tape.read(path)
    assert tape.problems == [f"{path}:3 is no whole line; it is passed over."]
    assert tape.problems[0] in caplog.text
    recorder = Replayer.record(path, MemoryBackend())
    recorder.generate(FILM, [OTHER])
    again = Tape.read(path)
    assert len(again.problems) == 1
    assert Replayer(again).generate(FILM, [ASK, OTHER]) == MemoryBackend().generate(FILM, [ASK, OTHER])


def test_a_head_that_was_cut_is_written_again(path: Path):
    path.write_bytes(b'{"tape": 1, "mod')
    Replayer.record(path, MemoryBackend()).generate(FILM, [ASK])
    assert Tape.read(path).model.name == "memory"


def test_of_two_answers_to_the_same_the_earlier_counts(path: Path):
    Replayer.record(path, MemoryBackend()).generate(FILM, [ASK])
    head, line = path.read_text().splitlines()
    later = json.loads(line)
    later["said"][0]["text"] = "another"
    path.write_text("\n".join([head, line, json.dumps(later), ""]))
    assert Replayer(Tape.read(path)).generate(FILM, [ASK])[0][0].text != "another"


def test_a_tape_is_of_one_model(path: Path):
    Replayer.record(path, MemoryBackend())
    other = MemoryBackend()
    other.model = Model(name="memory", version="2")
    with pytest.raises(BadInput, match="a tape of memory@1, and this is memory@2"):
        Replayer.record(path, other)
    other.model = Model(name="memory", version="1", parameters={"vocabulary": 1})
    with pytest.raises(BadInput, match="with other parameters"):
        Replayer.record(path, other)
    other.model = Model(
        name="memory", version="1", parameters={**MemoryBackend().model.parameters, "server": "http://a"}
    )
    Replayer.record(path, other)


@pytest.mark.parametrize(
    "line",
    [
        '{"kind": "texts", "film": null, "prompt": "a", "how": "", "said": []}',
        '{"kind": "yes", "film": null, "prompt": "a", "how": "", "said": {"p_yes": 1}}',
        '{"kind": "songs", "film": null, "prompt": "a", "how": "", "said": []}',
        '{"kind": "texts", "film": [], "prompt": "a", "how": "", "said": [{}]}',
        "[]",
        "7",
    ],
)
def test_a_line_that_is_whole_and_wrong_is_no_tape(path: Path, line: str):
    Replayer.record(path, MemoryBackend())
    with path.open("a") as file:
        file.write(line + "\n")
    with pytest.raises(CannotRead, match=f"{path.name}:2 is no line of a tape"):
        Tape.read(path)


def test_what_is_no_tape_is_told(path: Path):
    with pytest.raises(NotFound, match="There is no tape"):
        Tape.read(path)
    path.write_text("hello\n")
    with pytest.raises(CannotRead, match="is no tape"):
        Tape.read(path)
    path.write_text('{"tape": 9}\n')
    with pytest.raises(BadInput, match="format 9"):
        Tape.read(path)


def _record_many(path: str, name: str) -> None:
    recorder = Replayer.record(Path(path), MemoryBackend())
    for number in range(40):
        recorder.generate(FILM, [free(f"{name} {number}"), free(f"{name} {number} again")])


@pytest.mark.slow
def test_several_processes_record_on_one_tape(path: Path):
    context = multiprocessing.get_context("spawn")
    running = [context.Process(target=_record_many, args=(str(path), name)) for name in "abc"]
    for process in running:
        process.start()
    for process in running:
        process.join()
        assert process.exitcode == 0
    tape = Tape.read(path)
    assert not tape.problems
    assert len(path.read_text().splitlines()) == 1 + 3 * 80
    asked = [free(f"{name} {number}") for name in "abc" for number in range(40)]
    assert Replayer(tape).generate(FILM, asked) == MemoryBackend().generate(FILM, asked)
    assert os.stat(path).st_mode & 0o077 == 0


def test_a_writer_waits_for_the_one_before(path: Path):
    recorder = Replayer.record(path, MemoryBackend())
    with path.open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        other.write(b'{"kind": "texts", "fi')
        other.flush()
        thread = threading.Thread(target=recorder.generate, args=(FILM, [ASK]))
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
        other.write(b'lm": null, "prompt": "a", "how": "", "said": [{"text": "", "prompt_tokens": 1, "tokens": 1}]}\n')
    thread.join()
    assert not Tape.read(path).problems
    assert len(path.read_text().splitlines()) == 3


def test_backends_by_name(path: Path):
    recorder = make_backend(f"record:{path},memory")
    recorder.generate(FILM, [ASK])
    assert make_backend(f"replay:{path}").generate(FILM, [ASK]) == make_backend("memory").generate(FILM, [ASK])
    for words, match in (
        ("nobody", "Use one of chat, gemini, memory, qwen, record, replay"), ("replay", "replay:FILE"),
        ("chat:", "chat:URL"),
        (f"record:{path}", "record:FILE,BACKEND"), ("memory:x", "memory alone"),
    ):  # fmt: skip
        with pytest.raises(BadInput, match=match):
            make_backend(words)


def test_the_log_is_quiet_for_a_sound_tape(path: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    Replayer.record(path, MemoryBackend()).generate(FILM, [ASK])
    assert not Tape.read(path).problems
    assert not caplog.records
