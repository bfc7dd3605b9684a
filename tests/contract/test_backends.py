"""What every vision-language model promises, whether it is made up, taped, or behind a server on a real socket.

A further backend is a further fixture: put its name into ``NAMES`` and make it in ``backend``.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.support.served import live

from videolect.errors import BadInput
from videolect.vlm.backends.chat import open_chat
from videolect.vlm.base import Backend, Cancelled, Decoding, Film, YesScore
from videolect.vlm.memory import MemoryBackend
from videolect.vlm.prompts import free, judge
from videolect.vlm.replay import Replayer, Tape
from videolect.web.model_server import create_server

NAMES = ["memory", "replay", "chat"]

CAMERA, LIGHT, PANS = free("What does the camera do?"), free("What is the light like?"), judge("It pans to the left.")
PROMPTS = [CAMERA, LIGHT, PANS]
ONE = Decoding(max_tokens=1)
SHORT = Decoding(max_tokens=3)
DRAWN = Decoding(max_tokens=12, temperature=1.2, seed=5, count=4)
NARROW = replace(DRAWN, top_p=0.2)


def film(seed: int = 1, frames: int = 4) -> Film:
    pictures = np.random.default_rng(seed).integers(0, 256, (frames, 32, 64, 3), dtype=np.uint8)
    return Film(pictures=pictures, times_s=tuple(number / 3 for number in range(frames)))


AFFIRMED = next(
    prompt
    for prompt in (judge(f"It pans {number} degrees.") for number in range(1000))
    if MemoryBackend().generate(film(), [prompt], ONE)[0][0].text == "Yes"
)


@pytest.fixture(scope="module", params=NAMES)
def backend(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """A model that is ready, whichever it is."""
    if request.param == "memory":
        yield MemoryBackend()
    elif request.param == "replay":
        yield taped(tmp_path_factory.mktemp("tape") / "tape.jsonl")
    else:
        with live(create_server(MemoryBackend())) as url:
            yield open_chat(f"{url}?still=png")


def taped(path: Path) -> Backend:
    """Everything that the suite asks, played from a tape."""
    recorder = Replayer.record(path, MemoryBackend())
    for shown in (film(), film(2), None):
        for how in (Decoding(), SHORT, DRAWN, replace(DRAWN, seed=6), NARROW):
            recorder.generate(shown, PROMPTS, how)
        recorder.p_yes(shown, [*PROMPTS, AFFIRMED])
        recorder.generate(shown, [AFFIRMED], ONE)
    return Replayer(Tape.read(path))


def texts(backend: Backend, how: Decoding = Decoding(), shown: Film | None = None) -> list[list[str]]:  # noqa: B008
    return [[answer.text for answer in answers] for answers in backend.generate(shown or film(), PROMPTS, how)]


def test_each_prompt_is_answered_in_its_place(backend: Backend):
    every = backend.generate(film(), PROMPTS)
    assert [len(answers) for answers in every] == [1, 1, 1]
    for prompt, [answer] in zip(PROMPTS, every, strict=True):
        assert [[answer]] == backend.generate(film(), [prompt])
        assert answer.text.strip() == answer.text != ""
    assert len({answers[0].text for answers in every}) == 3


def test_nothing_asked_is_nothing_answered(backend: Backend):
    assert backend.generate(film(), []) == []
    assert backend.p_yes(film(), []) == []


def test_the_film_is_seen(backend: Backend):
    blind = [[answer.text for answer in each] for each in backend.generate(None, PROMPTS)]
    assert texts(backend) != blind
    assert texts(backend) != texts(backend, shown=film(2))


def test_at_temperature_0_the_same_comes_again_whatever_the_seed(backend: Backend):
    assert texts(backend) == texts(backend) == texts(backend, Decoding(seed=9, top_p=0.5))


def test_a_text_is_cut_at_the_most_tokens(backend: Backend):
    for [answer] in backend.generate(film(), PROMPTS, SHORT):
        assert answer.finish == "length"
        assert answer.tokens == 3
    whole = backend.generate(film(), PROMPTS)
    assert {answer.finish for [answer] in whole} == {"stop"}
    for [cut], [answer] in zip(backend.generate(film(), PROMPTS, SHORT), whole, strict=True):
        assert answer.text.startswith(cut.text)
        assert answer.tokens > cut.tokens
        assert answer.prompt_tokens == cut.prompt_tokens > 0


def test_candidates_differ_and_come_again_with_their_seed(backend: Backend):
    drawn = texts(backend, DRAWN)
    assert [len(answers) for answers in drawn] == [4, 4, 4]
    assert all(len(set(answers)) > 1 for answers in drawn)
    assert drawn == texts(backend, DRAWN)
    assert drawn != texts(backend, replace(DRAWN, seed=6))


def test_a_small_nucleus_leaves_less_to_chance(backend: Backend):
    def distinct(how: Decoding) -> int:
        return len({text for answers in texts(backend, how) for text in answers})

    assert distinct(NARROW) < distinct(DRAWN)


def test_several_candidates_without_temperature_are_refused():
    with pytest.raises(BadInput, match="all candidates are the same"):
        Decoding(count=2)


def test_chances_are_chances_and_hold_the_truth(backend: Backend):
    truth = MemoryBackend().p_yes(film(), PROMPTS)
    told = backend.p_yes(film(), PROMPTS)
    assert len(told) == 3
    for true, score in zip(truth, told, strict=True):
        assert 0 <= score.p_yes <= score.p_yes_most <= 1
        assert 0 <= score.p_no <= score.p_no_most <= 1
        assert score.p_yes + score.p_no <= 1 + 1e-9
        assert score.p_yes - 1e-12 <= true.p_yes <= score.p_yes_most + 1e-12
        assert score.p_no - 1e-12 <= true.p_no <= score.p_no_most + 1e-12
    assert told == backend.p_yes(film(), PROMPTS)


def test_chances_are_those_of_the_film(backend: Backend):
    assert backend.p_yes(film(), [PANS]) != backend.p_yes(film(2), [PANS]) != backend.p_yes(None, [PANS])


def test_what_is_answered_by_yes_is_likely_yes(backend: Backend):
    [[answer]] = backend.generate(film(), [AFFIRMED], ONE)
    assert (answer.text, answer.finish) == ("Yes", "length")
    [score] = backend.p_yes(film(), [AFFIRMED])
    assert score.p_yes == score.p_yes_most > score.p_no_most
    assert score.p_yes > 1 / 64


def test_what_was_given_up_is_not_answered(backend: Backend):
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        backend.generate(film(), PROMPTS, cancel=cancel)
    with pytest.raises(Cancelled):
        backend.p_yes(film(), PROMPTS, cancel=cancel)
    assert backend.generate(film(), [CAMERA], cancel=threading.Event())[0][0].text


def test_what_was_used_is_counted(backend: Backend):
    before = backend.spent.calls
    backend.generate(film(), [CAMERA])
    backend.p_yes(film(), [CAMERA])
    assert backend.spent.calls >= before + 2


def test_the_model_says_what_it_is(backend: Backend):
    assert backend.model.name == "memory"
    assert backend.model.version == "1"
    json.dumps(dict(backend.model.parameters))
    assert backend.wanted == MemoryBackend().wanted


def test_several_threads_may_ask(backend: Backend):
    expected = texts(backend)
    found: list[list[list[str]]] = []
    threads = [threading.Thread(target=lambda: found.append(texts(backend))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


def test_bounds_of_a_score_are_no_score():
    assert not YesScore(p_yes=0.0, p_no=0.7, p_yes_most=0.01, p_no_most=0.7).exact
