"""Any Qwen3-VL on this machine, through transformers: what a film is encoded to once serves all prompts about it.

A prompt is the film's words and then its own (``tokens``), so the keys and values of the film's part are computed once
and shared: eight captions are judged, or five aspects drafted, in one batch behind it. Before anything is answered the
model proves that it sees (``prove_sight``).
"""

from __future__ import annotations

import hashlib
import logging
import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl

import numpy as np

from videolect.errors import BadInput
from videolect.record.people import Model
from videolect.vlm import tokens
from videolect.vlm.backends import qwen_forward
from videolect.vlm.backends.qwen_files import (
    TooLittleMemory,
    config_of,
    fingerprint,
    is_out_of_memory,
    libraries,
    name_of,
    one_token,
    pixel_format_of,
    put_on,
    shown_to,
    stops_of,
    tokenizer_of,
    weights_of,
    with_adapter,
)
from videolect.vlm.base import GREEDY, Answer, Cancelled, Decoding, Film, Likeliest, Spent, Wanted, YesScore
from videolect.vlm.prompts import Prompt
from videolect.vlm.tokens import BlindModel, PixelFormat

if TYPE_CHECKING:
    import torch

log = logging.getLogger(__name__)

T = TypeVar("T")


_OPTIONS: Mapping[str, Callable[[str], Any]] = {
    "frames": int, "most_pixels": int, "dtype": str, "device": str, "batch": int, "adapter": str,
}  # fmt: skip


def open_qwen(words: str) -> Qwen:
    """``PATH[?option=value&...]``: frames, most_pixels, dtype, device, batch, adapter (as often as there are some)."""
    source, _, query = words.partition("?")
    given: dict[str, Any] = {"adapters": []}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in _OPTIONS:
            raise BadInput(f"qwen has no option {name!r}.", mend=f"Use {', '.join(_OPTIONS)}.")
        try:
            read = _OPTIONS[name](value)
        except ValueError:
            raise BadInput(f"The option {name} is {value!r}.", mend="Give a whole number.") from None
        if name == "adapter":
            given["adapters"].append(read)
        else:
            given[name] = read
    return Qwen(source, **given)


def _films_of(learned: Sequence[str], frames: int | None, most_pixels: int | None) -> tuple[int, int]:
    """As somebody says; else as in what was learned last; else 16 frames of 512x512."""
    told = {name: value for source in learned for name, value in shown_to(source).items()}
    return (
        told.get("frames", 16) if frames is None else frames,
        told.get("most_pixels", 262_144) if most_pixels is None else most_pixels,
    )


@dataclass(frozen=True, kw_only=True)
class _Encoded:
    """A film's part of a prompt: the keys and values of every layer, and where the next token stands."""

    film: str | None
    """Its hash."""
    layers: tuple[tuple[torch.Tensor, torch.Tensor], ...]
    """[1, heads, tokens, width] each."""
    tokens: int
    next_position: int


class Qwen:
    """See the module. NotFound for a path without a model, BadInput for one of another architecture."""

    def __init__(
        self, source: str, *, adapters: Sequence[str] = (), frames: int | None = None, most_pixels: int | None = None,
        dtype: str | None = None, device: str | None = None, batch: int = 16,
    ) -> None:  # fmt: skip
        torch, transformers = libraries()
        frames, most_pixels = _films_of([source, *adapters], frames, most_pixels)
        _check_positive(frames=frames, most_pixels=most_pixels, batch=batch)
        on = device or ("cuda" if torch.cuda.is_available() else "cpu")
        precision = dtype or ("bfloat16" if on.startswith("cuda") else "float32")
        if precision not in ("float32", "bfloat16", "float16"):
            raise BadInput(f"There is no precision {precision!r}.", mend="Use float32, bfloat16 or float16.")
        config = config_of(transformers, source)
        pixels = pixel_format_of(transformers, source)
        tokenizer = tokenizer_of(transformers, source, config)
        model = weights_of(transformers, source, getattr(torch, precision))
        for adapter in adapters:
            model = with_adapter(model, adapter)
        model = put_on(model, on).eval().requires_grad_(False)
        more = {"adapters": ",".join(fingerprint(adapter)[:16] for adapter in adapters)} if adapters else {}
        self._set_up(model, tokenizer, pixels, on, frames, most_pixels, batch)
        self._name(name_of(source), fingerprint(source)[:16], precision, more)
        prove_sight(self)

    @classmethod
    def around(
        cls, model: Any, tokenizer: Any, pixels: PixelFormat, *, name: str, version: str = "live", frames: int = 16,
        most_pixels: int = 262_144, batch: int = 16,
    ) -> Qwen:  # fmt: skip
        """A backend of a model that somebody else holds, such as one in training; its weights are read as they are.

        The caller keeps it in ``eval`` while it is asked. Nothing is proved and nothing is kept between its changes:
        call ``forget`` after each.
        """
        made = cls.__new__(cls)
        made._set_up(model, tokenizer, pixels, str(next(model.parameters()).device), frames, most_pixels, batch)
        made._name(name, version, str(next(model.parameters()).dtype).removeprefix("torch."), {})
        return made

    def _set_up(
        self, model: Any, tokenizer: Any, pixels: PixelFormat, device: str, frames: int, most_pixels: int, batch: int
    ) -> None:  # fmt: skip
        self.device, self.format, self.tokenizer = device, pixels, tokenizer
        self._model, self._config, self._batch = model, model.config, batch
        self._lock = threading.RLock()
        self._last: _Encoded | None = None
        self._stops = stops_of(model, tokenizer)
        self.yes, self.no = (one_token(tokenizer, word) for word in ("Yes", "No"))
        multiple = pixels.multiple
        self.wanted = Wanted(frames=frames, most_pixels=max(most_pixels, multiple**2), multiple=multiple)
        self.spent = Spent()

    def _name(self, name: str, version: str, precision: str, more: Mapping[str, str]) -> None:
        parameters: dict[str, str | int | float | bool | None] = {
            "film": tokens.FORMAT, "pixels": self.format.hash[:16], "precision": precision,
            "frames": self.wanted.frames, "most_pixels": self.wanted.most_pixels, **more,
        }  # fmt: skip
        self.model = Model(name=name, version=version, parameters=parameters)

    def forget(self) -> None:
        """Drop what is kept of the last film: the weights have changed."""
        self._last = None

    # -- the protocol

    def generate(
        self, film: Film | None, prompts: Sequence[Prompt], how: Decoding = GREEDY, *, cancel: Event | None = None
    ) -> list[list[Answer]]:
        """As ``base.Backend.generate``. BadInput where prompt and answer do not fit the model's context."""
        began = time.perf_counter()
        with self._lock:
            encoded = self._encode(film)
            rows = [self._suffix(prompt) for prompt in prompts for _ in range(how.count)]
            seeds = [(how.seed, at % how.count, prompts[at // how.count].text) for at in range(len(rows))]
            self._check_room(encoded, rows, how.max_tokens)
            written: list[Answer] = []
            for span in self._spans(len(rows)):
                written += self._halving(lambda s: self._write(encoded, rows[s], seeds[s], how, cancel), span)
        self.spent.calls += 1
        self.spent.prompt_tokens += sum(answer.prompt_tokens for answer in written)
        self.spent.tokens += sum(answer.tokens for answer in written)
        self.spent.seconds += time.perf_counter() - began
        return [written[at : at + how.count] for at in range(0, len(written), how.count)]

    def p_yes(self, film: Film | None, prompts: Sequence[Prompt], *, cancel: Event | None = None) -> list[YesScore]:
        """As ``base.Backend.p_yes``; exact. All prompts run against the film in one batch."""
        found = []
        for logs in self.first_token_logs(film, prompts, cancel=cancel):
            yes, no = math.exp(logs[self.yes]), math.exp(logs[self.no])
            found.append(YesScore(p_yes=yes, p_no=no, p_yes_most=yes, p_no_most=no))
        return found

    def first_token_logprobs(
        self, film: Film | None, prompts: Sequence[Prompt], top: int, *, cancel: Event | None = None
    ) -> list[Likeliest]:  # fmt: skip
        """As ``base.TellsFirstTokens``."""
        found: list[Likeliest] = []
        for logs in self.first_token_logs(film, prompts, cancel=cancel):
            order = np.argsort(-logs, kind="stable")[:top]
            found.append(tuple((self.tokenizer.decode([int(at)]), float(logs[at])) for at in order))
        return found

    def first_token_logs(
        self, film: Film | None, prompts: Sequence[Prompt], *, cancel: Event | None = None
    ) -> list[np.ndarray]:  # fmt: skip
        """Logarithms of the chances of every token to be the answer's first: [vocabulary] float64 for each prompt."""
        import torch

        began = time.perf_counter()
        with self._lock, torch.inference_mode():
            encoded = self._encode(film)
            rows = [self._suffix(prompt) for prompt in prompts]
            self._check_room(encoded, rows, 1)
            found: list[np.ndarray] = []
            for span in self._spans(len(rows)):
                if cancel is not None and cancel.is_set():
                    raise Cancelled
                found += self._halving(lambda s: self._first_logs(encoded, rows[s]), span)
        self.spent.calls += 1
        self.spent.prompt_tokens += sum(encoded.tokens + len(row) for row in rows)
        self.spent.seconds += time.perf_counter() - began
        return found

    def answer_logs(self, film: Film | None, prompts: Sequence[Prompt], answers: Sequence[str]) -> list[np.ndarray]:
        """For each prompt and its answer the logarithms of the chances of the answer's tokens, the end of turn last.

        [tokens of the answer] float64 each; what a model that is asked would have to draw to say just that.
        """
        import torch

        began = time.perf_counter()
        end = self.tokenizer.convert_tokens_to_ids(tokens.TURN_END)
        said = [
            [*self.tokenizer.encode(tokens.harmless(answer), add_special_tokens=False), end] for answer in answers
        ]  # fmt: skip
        with self._lock, torch.inference_mode():
            encoded = self._encode(film)
            asked = [self._suffix(prompt) for prompt in prompts]
            rows = [[*words, *answer] for words, answer in zip(asked, said, strict=True)]
            self._check_room(encoded, rows, 0)
            firsts = [len(words) - 1 for words in asked]
            found: list[np.ndarray] = []
            for span in self._spans(len(rows)):
                found += self._halving(lambda s: self._said(encoded, rows[s], firsts[s]), span)
        self.spent.calls += 1
        self.spent.prompt_tokens += sum(encoded.tokens + len(row) for row in rows)
        self.spent.seconds += time.perf_counter() - began
        return found

    # -- encoding

    def _encode(self, film: Film | None) -> _Encoded:
        """The film's part; that of the last film is kept, as five aspects of one clip come one after another."""
        key = None if film is None else film.hash
        if self._last is None or self._last.film != key:
            self._last = None  # its memory goes first
            self._last = self._encoded(film, key)
        return self._last

    def _encoded(self, film: Film | None, key: str | None) -> _Encoded:
        import torch

        seen = None if film is None else tokens.seen(film, self.format)
        ids = self.tokenizer.encode(tokens.chat_head(seen.words if seen else ""), add_special_tokens=False)
        pads = np.asarray(ids) == self._config.video_token_id
        rows, columns = (1, 1) if seen is None else (side // self.format.merge for side in seen.grid[1:])
        if seen is not None:
            tokens.check_places(int(pads.sum()), seen.tokens)
        places, behind = tokens.positions(pads, rows, columns)
        with torch.inference_mode():
            at = np.concatenate([np.arange(len(ids))[None], places])[:, None]
            shown: dict[str, Any] = {}
            if seen is not None:
                self.spent.encodings += 1
                shown["seen"] = qwen_forward.features(self._model, seen.patches, [seen.grid])
                shown["film"] = pads[None]
            out = qwen_forward.run(
                self._model, torch.tensor([ids], device=self.device), torch.from_numpy(at).to(self.device),
                use_cache=True, **shown,
            )  # fmt: skip
        layers = tuple((layer.keys, layer.values) for layer in out.past_key_values.layers)
        return _Encoded(film=key, layers=layers, tokens=len(ids), next_position=behind)

    # -- what follows the film

    def _suffix(self, prompt: Prompt) -> list[int]:
        ids: list[int] = self.tokenizer.encode(tokens.chat_tail(prompt.text), add_special_tokens=False)
        return ids

    def _check_room(self, encoded: _Encoded, rows: Sequence[Sequence[int]], more: int) -> None:
        most = int(self._config.text_config.max_position_embeddings)
        longest = encoded.tokens + max(map(len, rows), default=0)
        if longest + more > most:
            raise BadInput(
                f"{encoded.tokens} tokens of film, {longest - encoded.tokens} of words and {more} to be written are "
                f"more than the {most} of the model's context.",
                mend="Show fewer or smaller frames, shorten the prompt, or allow fewer tokens.",
            )

    def _spans(self, count: int) -> Iterator[slice]:
        """Rows that are worked on at once."""
        at = 0
        while at < count:
            end = min(count, at + self._batch)  # which may be less the next time
            yield slice(at, end)
            at = end

    def _halving(self, work: Callable[[slice], list[T]], span: slice) -> list[T]:
        """The work on these rows; where memory runs out, on half of them at a time, and so from then on."""
        try:
            return work(span)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
        size = span.stop - span.start
        self._free()
        if size == 1:
            raise TooLittleMemory(
                f"One prompt about this film does not fit into the memory of {self.device}.",
                mend="Show fewer or smaller frames, or use a smaller model.",
            )
        self._batch = min(self._batch, size // 2)
        log.warning("Memory ran out with %d prompts at once; going on with %d.", size, self._batch)
        middle = span.start + size // 2
        return self._halving(work, slice(span.start, middle)) + self._halving(work, slice(middle, span.stop))

    def _free(self) -> None:
        import gc

        import torch

        gc.collect()
        if self.device.startswith("cuda"):
            torch.cuda.empty_cache()

    def _first_logs(self, encoded: _Encoded, rows: Sequence[Sequence[int]]) -> list[np.ndarray]:
        import torch

        with torch.inference_mode():
            logits, _ = self._begin(encoded, rows, 0)
            return list(torch.log_softmax(logits.double(), dim=-1).cpu().numpy())

    def _said(self, encoded: _Encoded, rows: Sequence[Sequence[int]], firsts: Sequence[int]) -> list[np.ndarray]:
        """Of each row the logarithms of what follows the token at ``firsts``, [tokens behind it]."""
        import torch

        hidden, _ = self._run(encoded, rows, 0)
        found = []
        for at, (row, first) in enumerate(zip(rows, firsts, strict=True)):
            logits = self._model.lm_head(hidden[at, first : len(row) - 1]).double()
            wanted = torch.tensor(row[first + 1 :], device=self.device)[:, None]
            found.append(torch.log_softmax(logits, dim=-1).gather(1, wanted)[:, 0].cpu().numpy())
        return found

    def _begin(self, encoded: _Encoded, rows: Sequence[Sequence[int]], more: int) -> tuple[torch.Tensor, _Going]:
        """Run the words behind the film; the logits of what follows each row, [rows, vocabulary], and how to go on."""
        import torch

        out, going = self._run(encoded, rows, more)
        last = torch.tensor([len(row) - 1 for row in rows], device=self.device)
        hidden = out[torch.arange(len(rows), device=self.device), last]
        return self._model.lm_head(hidden).float(), going

    def _run(self, encoded: _Encoded, rows: Sequence[Sequence[int]], more: int) -> tuple[torch.Tensor, _Going]:
        """The words behind the film: hidden states, [rows, longest row, width], and how to go on."""
        import torch

        longest = max(map(len, rows))
        going = _Going(self, encoded, rows, longest, more)
        ids = torch.tensor([[*row, *[row[-1]] * (longest - len(row))] for row in rows], device=self.device)
        return going.step(ids, torch.arange(longest, device=self.device).expand(len(rows), -1)), going

    def _write(
        self, encoded: _Encoded, rows: Sequence[Sequence[int]], seeds: Sequence[tuple[int, int, str]], how: Decoding,
        cancel: Event | None,
    ) -> list[Answer]:  # fmt: skip
        import torch

        draws = [_generator(seed) for seed in seeds]
        with torch.inference_mode():
            logits, going = self._begin(encoded, rows, how.max_tokens)
            written: list[list[int]] = [[] for _ in rows]
            ended = [False] * len(rows)
            for step in range(how.max_tokens):
                if cancel is not None and cancel.is_set():
                    raise Cancelled
                chosen = _chosen(logits, how, draws)
                for at, token in enumerate(chosen):
                    if not ended[at]:
                        written[at].append(token)
                        ended[at] = token in self._stops
                if all(ended) or step == how.max_tokens - 1:
                    break
                place = torch.tensor([[len(row) + step] for row in rows], device=self.device)
                out = going.step(torch.tensor(chosen, device=self.device)[:, None], place)
                logits = self._model.lm_head(out[:, -1]).float()
        return [
            Answer(
                text=self.tokenizer.decode(ids[:-1] if done else ids, skip_special_tokens=True).strip(),
                prompt_tokens=encoded.tokens + len(row), tokens=len(ids), finish="stop" if done else "length",
            )
            for ids, row, done in zip(written, rows, ended, strict=True)
        ]  # fmt: skip


class _Going:
    """A batch of rows behind one film: its share of the cache, and which columns of it are words."""

    def __init__(
        self, backend: Qwen, encoded: _Encoded, rows: Sequence[Sequence[int]], longest: int, more: int
    ) -> None:  # fmt: skip
        import torch

        from videolect.vlm.backends.qwen_cache import roomy_cache

        self.backend, self.encoded, self.count = backend, encoded, len(rows)
        self.cache = roomy_cache(encoded.layers, len(rows), longest + more)
        lengths = torch.tensor([[len(row)] for row in rows], device=backend.device)
        words = torch.arange(longest, device=backend.device)[None] < lengths
        film = torch.ones(len(rows), encoded.tokens, dtype=torch.bool, device=backend.device)
        self.mask = torch.cat([film, words], dim=1)

    def step(self, ids: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
        """Hidden states of these tokens, [rows, tokens, width]. ``places``: counted from the film's end."""
        import torch

        if self.cache.get_seq_length() + ids.shape[1] > self.mask.shape[1]:
            more = self.mask.new_ones(self.count, ids.shape[1])
            self.mask = torch.cat([self.mask, more], dim=1)
        counted = places + self.encoded.tokens
        at = torch.stack([counted, *[places + self.encoded.next_position] * 3])
        out = qwen_forward.run(
            self.backend._model, ids, at, attention_mask=self.mask.long(), past_key_values=self.cache, use_cache=True
        )
        hidden: torch.Tensor = out.last_hidden_state
        return hidden


def prove_sight(backend: Qwen) -> None:
    """BlindModel unless other pixels make other answers: the same film in grey must change what the model would say."""
    side = backend.format.multiple * 2
    count = backend.format.temporal_patch * 2
    rng = np.random.default_rng(7)
    times = tuple(at / 2 for at in range(count))
    shown = Film(pictures=rng.integers(0, 256, (count, side, side, 3), np.uint8), times_s=times)
    grey = Film(pictures=np.full_like(shown.pictures, 128), times_s=times)
    asked = [Prompt(task="free", text="What is to be seen?")]
    spent = backend.spent
    backend.spent = Spent()
    found = [backend.first_token_logs(film, asked)[0] for film in (shown, grey)]
    backend.spent = spent
    if not all(np.isfinite(logs).any() for logs in found) or float(np.abs(found[0] - found[1]).max()) < 1e-6:
        raise BlindModel(
            f"{backend.model.name} says the same of noise and of grey: it does not see the film.",
            mend="The checkpoint lacks its vision tower, or does not fit the library: use transformers 5.17 or later.",
        )


def _check_positive(**values: int) -> None:
    for name, value in values.items():
        if not 1 <= value <= 1 << 30:
            raise BadInput(f"{name} is {value}.", mend="Give 1 or more.")


# ------------------------------------------------------------------------------------------------------------- drawing


def _generator(seed: tuple[int, int, str]) -> np.random.Generator:
    """Of one candidate: by seed, number and the prompt's words, whatever else is in the batch.

    Not by the prompt's hash: a server is told the words alone, and has to draw what is drawn here.
    """
    words = hashlib.sha256(seed[2].encode()).digest()
    return np.random.default_rng([seed[0] % (1 << 64), seed[1], int.from_bytes(words[:6])])


def _chosen(logits: torch.Tensor, how: Decoding, draws: Sequence[np.random.Generator]) -> list[int]:
    """The next token of each row: the likeliest, or one drawn from the smallest set that has ``top_p`` of the mass."""
    import torch

    if not how.temperature:
        likeliest: list[int] = logits.argmax(dim=-1).tolist()
        return likeliest
    chances, order = torch.softmax(logits / how.temperature, dim=-1).sort(dim=-1, descending=True)
    before = chances.cumsum(dim=-1) - chances
    chances = torch.where(before < how.top_p, chances, 0.0)
    sums = chances.cumsum(dim=-1)
    thrown = torch.tensor([[draw.random()] for draw in draws], device=logits.device, dtype=sums.dtype)
    at = torch.searchsorted(sums, thrown * sums[:, -1:], right=True).clamp(max=logits.shape[-1] - 1)
    drawn: list[int] = order.gather(1, at)[:, 0].tolist()
    return drawn
