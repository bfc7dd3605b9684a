"""Gemini through Google's own client: the film goes over as a video, larger ones are uploaded once for all prompts.

Gemini looks at one frame a second unless it is told otherwise, so the film's own rate is sent along. It tells chances
of tokens only where the service has that switched on; where it has not, ``p_yes`` says so.
"""

from __future__ import annotations

import io
import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import parse_qsl

from videolect.errors import INSTALL, BadInput, MissingExtra, VideolectError
from videolect.record.people import Model
from videolect.vlm.base import GREEDY, Answer, Cancelled, Decoding, Film, Finish, NoAnswer, Spent, Wanted, YesScore
from videolect.vlm.keys import Key, read_key
from videolect.vlm.pace import Pace, Prices
from videolect.vlm.prompts import Prompt
from videolect.vlm.served import yes_score

VARIABLE = "VIDEOLECT_GEMINI_KEY"
_INLINE = 15 << 20
"""Bytes of a film that go along with a request; the service takes 20 MB in all."""
_READY_S = 120.0
"""Until an upload has to be ready."""
_REFUSED = frozenset({"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR"})
_OPTIONS: Mapping[str, Callable[[str], Any]] = {
    "frames": int, "most_pixels": int, "url": str, "key_variable": str, "key_file": Path, "per_minute": int,
    "price_prompt": float, "price_written": float, "price_most": float, "timeout_s": float, "inline_bytes": int,
}  # fmt: skip


def open_gemini(words: str, mp4: Callable[[Film], bytes]) -> Gemini:
    """``MODEL[?option=value&...]``. ``mp4``: makes a video of a film. BadInput where the key is missing."""
    model, _, query = words.partition("?")
    given: dict[str, Any] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in _OPTIONS:
            raise BadInput(f"gemini has no option {name[:60]!r}.", mend=f"Use {', '.join(_OPTIONS)}.")
        try:
            given[name] = _OPTIONS[name](value)
        except ValueError:
            raise BadInput(f"{name} is {value[:60]!r}.", mend="Give a number.") from None
    variable, file = given.pop("key_variable", VARIABLE), given.pop("key_file", None)
    secret = read_key(variable, file)
    if not secret:
        raise BadInput("There is no key for Gemini.", mend=f"Set ${variable}, or name a file with key_file.")
    prices = Prices(
        **{name: given.pop(f"price_{name}") for name in ("prompt", "written", "most") if f"price_{name}" in given}
    )
    return Gemini(model, Key(secret), secret, mp4=mp4, prices=prices, **given)


class Gemini:
    """See the module. The key is handed to the client and kept nowhere else."""

    def __init__(
        self, model: str, key: Key, secret: str, *, mp4: Callable[[Film], bytes], frames: int = 32,
        most_pixels: int = 512 * 512, url: str | None = None, per_minute: int | None = None,
        prices: Prices | None = None, timeout_s: float = 300.0, inline_bytes: int = _INLINE,
    ) -> None:  # fmt: skip
        try:
            from google import genai
            from google.genai import types
        except ImportError:
            raise MissingExtra("Gemini needs google-genai.", mend=INSTALL.format("gemini")) from None
        if not model.strip():
            raise BadInput("The model has no name.", mend="Write gemini:MODEL, such as gemini:gemini-3-pro.")
        self._types: Any = types
        options = types.HttpOptions(timeout=round(timeout_s * 1000), base_url=url)
        self._client: Any = genai.Client(api_key=secret, http_options=options)
        self._key, self._mp4, self._pace = key, mp4, Pace(per_minute)
        self._prices = prices or Prices()
        self._inline = inline_bytes
        self._guard = threading.RLock()
        self._sent: tuple[str, Any, Any] | None = None
        """Hash of the film, its part of the request, and its file at the service."""
        self.wanted = Wanted(frames=frames, most_pixels=most_pixels, multiple=2)
        self.spent = Spent()
        self.model = Model(name=model.replace("/", "-")[:100], version="served", parameters={"film": "video"})

    def generate(
        self, film: Film | None, prompts: Sequence[Prompt], how: Decoding = GREEDY, *, cancel: Event | None = None
    ) -> list[list[Answer]]:  # fmt: skip
        """As ``base.Backend.generate``; one request for each prompt, one after another."""
        types = self._types
        asked = types.GenerateContentConfig(
            temperature=how.temperature, top_p=how.top_p, seed=how.seed % (1 << 31) if how.temperature else None,
            max_output_tokens=how.max_tokens, candidate_count=how.count if how.count > 1 else None,
        )  # fmt: skip
        found = []
        for prompt in prompts:
            said = self._ask(film, prompt, asked, cancel)
            usage = said.usage_metadata
            read = _count(usage, "prompt_token_count")
            written = _count(usage, "candidates_token_count")
            answers = [
                _answer(each, read, written if how.count == 1 else -1) for each in said.candidates or ()
            ] or [Answer(text="", prompt_tokens=read, tokens=0, finish="refused")]  # fmt: skip
            if len(answers) != how.count and answers[0].finish != "refused":
                raise NoAnswer(f"Gemini gave {len(answers)} of {how.count} candidates.", mend="Ask for fewer at once.")
            found.append(answers * (how.count if len(answers) == 1 else 1))
        return found

    def p_yes(self, film: Film | None, prompts: Sequence[Prompt], *, cancel: Event | None = None) -> list[YesScore]:
        """As ``base.Backend.p_yes``; bounds where "Yes" is not among the 20 likeliest. NoAnswer where the service tells
        no chances."""
        asked = self._types.GenerateContentConfig(
            temperature=0.0, max_output_tokens=1, response_logprobs=True, logprobs=20
        )
        found = []
        for prompt in prompts:
            said = self._ask(film, prompt, asked, cancel)
            first = said.candidates[0] if said.candidates else None
            told = getattr(getattr(first, "logprobs_result", None), "top_candidates", None)
            if not told or not told[0].candidates:
                raise NoAnswer(
                    f"{self.model.name} tells no chances of tokens.", mend="Score with a local model, or with vLLM."
                )
            found.append(yes_score([(each.token or "", each.log_probability) for each in told[0].candidates]))
        return found

    def close(self) -> None:
        """Take the last film back from the service."""
        with self._guard:
            self._forget()

    # -- inside

    def _ask(self, film: Film | None, prompt: Prompt, asked: Any, cancel: Event | None) -> Any:
        from google.genai import errors

        if cancel is not None and cancel.is_set():
            raise Cancelled
        self._prices.check(self.spent.money)
        time.sleep(self._pace.wait_s())
        began = time.perf_counter()
        try:
            with self._guard:
                parts = [] if film is None else [self._part(film)]
            said = self._client.models.generate_content(
                model=self.model.name, contents=[*parts, prompt.text], config=asked
            )
        except errors.APIError as error:
            raise self._told(error) from None
        except VideolectError:
            raise
        except Exception as error:  # the client lets those of its own transport through
            raise NoAnswer(
                f"Gemini cannot be asked: {self._key.hidden_in(str(error))[:200]}",
                mend="Try again later.",
                passing=True,
            ) from None
        finally:
            self.spent.calls += 1
            self.spent.seconds += time.perf_counter() - began
        read, written = (_count(said.usage_metadata, n) for n in ("prompt_token_count", "candidates_token_count"))
        self.spent.prompt_tokens += max(0, read)
        self.spent.tokens += max(0, written)
        self.spent.money += self._prices.of(read, written)
        return said

    def _part(self, film: Film) -> Any:
        """The film's part of a request; a large film is uploaded, and stays there until the next."""
        if self._sent is not None and self._sent[0] == film.hash:
            return self._sent[1]
        self._forget()
        types, data = self._types, self._mp4(film)
        span = film.times_s[-1] - film.times_s[0]
        rate = min(24.0, max(0.1, (len(film.times_s) - 1) / span)) if span > 0 else 1.0
        seen = types.VideoMetadata(fps=round(rate, 3))
        if len(data) <= self._inline:
            part = types.Part(inline_data=types.Blob(data=data, mime_type="video/mp4"), video_metadata=seen)
            self._sent = film.hash, part, None
            return part
        kept = self._client.files.upload(file=io.BytesIO(data), config=types.UploadFileConfig(mime_type="video/mp4"))
        deadline = time.monotonic() + _READY_S
        while str(getattr(kept.state, "name", kept.state)) == "PROCESSING":
            if time.monotonic() > deadline:
                raise NoAnswer(f"The film is not ready after {_READY_S:.0f} s.", mend="Try again.", passing=True)
            time.sleep(1.0)
            kept = self._client.files.get(name=kept.name)
        if str(getattr(kept.state, "name", kept.state)) == "FAILED":
            raise NoAnswer("The service cannot read the film.", mend="Send fewer or smaller frames.")
        part = types.Part(file_data=types.FileData(file_uri=kept.uri, mime_type="video/mp4"), video_metadata=seen)
        self._sent = film.hash, part, kept
        return part

    def _forget(self) -> None:
        if self._sent is not None and self._sent[2] is not None:
            with suppress(Exception):  # it lapses there by itself
                self._client.files.delete(name=self._sent[2].name)
        self._sent = None

    def _told(self, error: Any) -> NoAnswer:
        status = int(getattr(error, "code", 0) or 0)
        said = self._key.hidden_in(str(getattr(error, "message", "") or error))[:200]
        mend = {400: "Check the model's name, the prompt's length and the options.", 401: "Give another key.",
                403: "Give another key, or ask for access.", 404: "Check the model's name.",
                429: "Wait, or set per_minute."}.get(status, "Try again later.")  # fmt: skip
        return NoAnswer(
            f"Gemini refuses ({status}): {said}", mend=mend, status=status, passing=status in (429, 500, 503)
        )


def _answer(candidate: Any, read: int, written: int) -> Answer:
    parts = getattr(getattr(candidate, "content", None), "parts", None) or ()
    text = "".join(part.text or "" for part in parts if not getattr(part, "thought", False))
    why = str(getattr(candidate.finish_reason, "name", candidate.finish_reason))
    finish: Finish = "refused" if why in _REFUSED else "length" if why == "MAX_TOKENS" else "stop"
    return Answer(text=text.strip(), prompt_tokens=read, tokens=written, finish=finish)


def _count(usage: Any, name: str) -> int:
    found = getattr(usage, name, None)
    return found if isinstance(found, int) and math.isfinite(found) else -1
