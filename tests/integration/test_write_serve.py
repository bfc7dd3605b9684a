"""``write serve`` as a person starts it, and the chat backend as its client."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import numpy as np
import pytest

from videolect.cli.main import main
from videolect.errors import NotFound
from videolect.vlm.base import Film
from videolect.vlm.memory import MemoryBackend
from videolect.vlm.prompts import judge
from videolect.wiring import make_backend

FILM = Film(pictures=np.full((2, 16, 16, 3), 90, np.uint8), times_s=(0.0, 0.4))
SOURCE = Path(__file__).resolve().parents[2] / "src"


def serving(*words: str, **environment: str) -> tuple[subprocess.Popen[str], str]:
    """The running command and its address."""
    command = [sys.executable, "-m", "videolect.cli.main", "write", "serve", "--port", "0", *words]
    env = {**os.environ, "PYTHONPATH": str(SOURCE), **environment}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=env)
    assert process.stderr is not None
    line = process.stderr.readline()
    found = re.search(r"is served at (\S+)", line)
    assert found, line
    return process, found[1]


def test_a_model_is_served_and_asked_recorded_and_replayed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("VIDEOLECT_CHAT_KEY", "secret-of-the-test")
    process, url = serving("--model", "memory", VIDEOLECT_SERVE_KEY="secret-of-the-test")
    assert process.stderr is not None
    with process, process.stderr:
        try:
            assert httpx.get(f"{url}/models", trust_env=False).status_code == 401
            tape = tmp_path / "tape.jsonl"
            backend = make_backend(f"record:{tape},chat:{url}?still=png&model=memory")
            answers = backend.generate(FILM, [judge("It pans.")])
            scores = backend.p_yes(FILM, [judge("It pans.")])
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(120)
        assert "secret-of-the-test" not in process.stderr.read() + tape.read_text()
    assert answers[0][0].text == MemoryBackend().generate(FILM, [judge("It pans.")])[0][0].text
    replayed = make_backend(f"replay:{tape}")
    assert replayed.generate(FILM, [judge("It pans.")]) == answers
    assert replayed.p_yes(FILM, [judge("It pans.")]) == scores
    with pytest.raises(NotFound):
        replayed.generate(FILM, [judge("It tilts.")])


@pytest.mark.parametrize(
    ("words", "match"),
    [
        (["--model", "nobody"], "There is no backend 'nobody'"),
        (["--model", "memory", "--host", "0.0.0.0"], "everybody who reaches this machine"),  # noqa: S104  # refused
        (["--model", "memory", "--host", "example.org"], "everybody who reaches this machine"),
        (["--model", "memory", "--body-mib", "0"], "--body-mib is 0"),
        (["--model", "replay:/nowhere"], "There is no tape /nowhere"),
        (["--model", "memory", "--key-file", "/nowhere"], "cannot be read"),
        (["--model", "memory", "--port", "99999"], "cannot be served"),
    ],
)
def test_what_cannot_be_served_is_told(
    words: list[str], match: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("VIDEOLECT_SERVE_KEY", raising=False)
    assert main(["write", "serve", *words, "--json"]) == 2
    told = json.loads(capsys.readouterr().out)
    assert match in told["message"]
    assert told["mend"]
