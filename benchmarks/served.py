"""What a call costs behind our server and not in this process, for a model that itself costs nothing."""

from __future__ import annotations

import base64
import itertools
from typing import Any

import numpy as np
import openai
from tests.support.served import live

from benchmarks.support import milliseconds
from videolect.vlm.backends.chat import open_chat
from videolect.vlm.backends.pillow import still
from videolect.vlm.base import Backend, Film, Wanted
from videolect.vlm.memory import MemoryBackend
from videolect.vlm.prompts import free, judge
from videolect.vlm.served import time_words
from videolect.web.model_server import create_server
from videolect.writing.looks import film_as_mp4

SIZE = (256, 448)
QUESTION = free("What does the camera do?")
JUDGED = [judge(f"Caption {number} of this film.") for number in range(8)]


def run(*, quick: bool) -> None:
    """16 frames of 448x256; each line beside the same call without a server."""
    times = 5 if quick else 30
    memory = MemoryBackend()
    memory.wanted = Wanted(frames=16, most_pixels=512 * 512, multiple=32)
    films = itertools.cycle([film(seed) for seed in range(12)])  # more than the server keeps
    one = film(99)
    with live(create_server(memory)) as url:
        kinds = {
            "here": memory,
            "JPEG frames": open_chat(url),
            "PNG frames": open_chat(f"{url}?still=png"),
            "video_frames": open_chat(f"{url}?film=video_frames"),
            "video": open_chat(f"{url}?film=video", mp4=film_as_mp4),
        }
        for name, backend in kinds.items():
            backend.generate(one, [QUESTION])  # the first call of all is not counted
            told = {
                "one text, a film each": lambda backend=backend: text(backend, next(films)),
                "one text, the same film": lambda backend=backend: text(backend, one),
                "P(Yes) of 8 captions of one film": lambda backend=backend: backend.p_yes(one, JUDGED),
                "one text, no film": lambda backend=backend: text(backend, None),
            }
            for what, work in told.items():
                print(f"{name:12} {what:33} {milliseconds(work, times)}")
        with openai.OpenAI(base_url=url, api_key="none") as client:
            for what, shown in (("JPEG frames, the same film", one), ("no film", None)):
                print(f"openai       {what:33} {milliseconds(lambda shown=shown: by_openai(client, shown), times)}")


def film(seed: int) -> Film:
    """Waves and a little noise, as compressible as a picture of something."""
    height, width = SIZE
    dice = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    waves = 128 + 60 * np.sin(x / 31 + seed) + 40 * np.cos(y / 23)
    noise = dice.normal(0, 4, (16, height, width, 3))
    pictures = np.clip(waves[None, :, :, None] + noise, 0, 255).astype(np.uint8)
    return Film(pictures=pictures, times_s=tuple(number / 4 for number in range(16)))


def text(backend: Backend, shown: Film | None) -> str:
    """One greedy text."""
    return backend.generate(shown, [QUESTION])[0][0].text


def by_openai(client: openai.OpenAI, shown: Film | None) -> Any:
    """The same by the peer."""
    parts: list[Any] = []
    for words, picture in zip(time_words(shown.times_s), shown.pictures, strict=True) if shown is not None else ():
        url = "data:image/jpeg;base64," + base64.b64encode(still(picture, "jpeg")).decode()
        parts += [{"type": "text", "text": words}, {"type": "image_url", "image_url": {"url": url}}]
    messages: Any = [{"role": "user", "content": [*parts, {"type": "text", "text": QUESTION.text}]}]
    return client.chat.completions.create(model="memory", messages=messages).choices[0].message.content
