"""Train the tiny model ``small`` to name camera movement, and to judge such a sentence, in minutes on one core.

    python -m tools.train_tiny                      what `make tiny-trained` calls: build/tiny-models/trained
    python -m tools.train_tiny --steps 400 --parts 20 --out DIR

It learns from staged clips of one movement each (``tools/tiny_clips.py``), in the stage's own sentences, with prompts,
marks and pixels exactly as the project serves them; a caption and two judgements share one film. A film is also shown
in a mirror and backward, with the movement's name changed accordingly. It is a model for tests and experiments of the
machinery: it knows fifteen movements and nothing else. This is not the product's trainer.

Progress is kept, so a run that was stopped goes on; the same settings give the same model on the same machine.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from tools import tiny_clips, tiny_models
from tools.tiny_models import FOLDER

from videolect.language import load_spec
from videolect.language.claims import claims_of
from videolect.training.tiny import clips as staged
from videolect.training.tiny.clips import MIRRORED, NAMES, PART, REVERSED, TIMES_S, Part, sentences
from videolect.training.tiny.models import SMALL, STAMP, put, stamp_of, write_model
from videolect.video.resample import resample
from videolect.vlm import prompts, tokens
from videolect.vlm.base import Film

CAPTION = prompts.free("Describe the camera movement.")
"""What it is asked for a caption; short, since all it knows is one sentence."""
VERSION = 2
"""Raised whenever the same settings would give another model."""
HELD, KNOWN = range(3), range(9000, 9002)
"""Parts that it is tried on: in places that no other part shows (also in 16:9), and in such as it has seen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """All that the weights follow from, beside the clips."""

    steps: int = 1100
    parts: int = 50
    batch: int = 24
    rate: float = 1.5e-3
    warm_up: int = 50
    decay: float = 0.05
    judge: float = 0.5
    """Weight of the judgements' loss beside the caption's."""
    pace: float = 0.25
    """Share of the wrong sentences that are wrong in how fast; the others in what moves."""
    hints: float = 0.5
    """Weight of a classifier of the movement on the tower's features, which is thrown away in the end."""
    seed: int = 0

    @property
    def hash(self) -> str:
        """Of the recipe, the model that it begins with, and the clips."""
        clips = [staged.drawn_by(), TIMES_S]
        whole = [VERSION, asdict(self), SMALL.hash, CAPTION.hash, clips, prompts.VERSION]
        return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def main() -> None:
    """Train, and say how well it does."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    usual = Recipe()
    parser.add_argument("--steps", type=int, default=usual.steps)
    parser.add_argument("--parts", type=int, default=usual.parts, help=f"of {PART} clips each")
    parser.add_argument("--rate", type=float, default=usual.rate)
    parser.add_argument("--judge", type=float, default=usual.judge)
    parser.add_argument("--hints", type=float, default=usual.hints)
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--every", type=int, default=250, help="steps after which it is tried on unseen clips")
    parser.add_argument("--out", type=Path, default=FOLDER / "trained", metavar="DIR")
    asked = parser.parse_args()
    recipe = Recipe(
        steps=asked.steps, parts=asked.parts, rate=asked.rate, judge=asked.judge, hints=asked.hints, seed=asked.seed
    )
    trained(recipe, asked.out, every=asked.every)


def trained(recipe: Recipe, out: Path, *, every: int = 250) -> Path:
    """The trained checkpoint in this folder, made where it is not there yet or by another recipe."""
    if stamp_of(out).get("hash") == recipe.hash:
        print(f"{out}: {json.dumps(stamp_of(out)['measured'])}")
        return out
    out.parent.mkdir(parents=True, exist_ok=True)
    clips = _together(tiny_clips.part(number) for number in range(recipe.parts))
    tests = {
        "held": _together(tiny_clips.part(number, held_back=True) for number in HELD),
        "known": _together(tiny_clips.part(number) for number in KNOWN),
    }
    square = tests["held"].pictures
    tests["wide"] = replace(tests["held"], pictures=np.stack([widened(one) for one in square]))
    run = Run(recipe, out.with_name(f".{out.name}-{recipe.hash[:12]}.pt"))
    while run.step < recipe.steps:
        for _ in range(min(every, recipe.steps - run.step)):
            run.forward(clips)
        measured = {name: measure(run.model, run.tokenizer, test) for name, test in tests.items()}
        run.told.append({"step": run.step, "seconds": round(run.seconds, 1), "loss": run.losses(), **measured})
        print(json.dumps(run.told[-1]), flush=True)
        run.keep()
    control = controls(run.model, run.tokenizer, _together([tests["held"], tests["known"]]))
    print(json.dumps(control), flush=True)
    _write(run, out, control)
    run.progress.unlink(missing_ok=True)
    return out


def _together(parts: Iterable[Part]) -> Part:
    every = list(parts)
    return Part(
        pictures=np.concatenate([part.pictures for part in every]),
        moves=sum((part.moves for part in every), ()), slow=sum((part.slow for part in every), ()),
        yes=sum((part.yes for part in every), ()), no=sum((part.no for part in every), ()),
    )  # fmt: skip


def _write(run: Run, out: Path, control: dict[str, dict[str, float]]) -> None:
    unfinished = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        run.tokenizer.save_pretrained(unfinished)
        write_model(run.model, SMALL, unfinished)
        stamp = {
            "hash": run.recipe.hash, "film_format": tokens.FORMAT, "recipe": asdict(run.recipe),
            "prompt": CAPTION.text, "measured": run.told[-1], "controls": control, "over_time": run.told,
        }  # fmt: skip
        (unfinished / STAMP).write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8")
        put(unfinished, out)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


# ---------------------------------------------------------------------------------------------------------- training


class Run:
    """Model, optimizer and how far it is."""

    def __init__(self, recipe: Recipe, progress: Path) -> None:
        import torch
        from transformers import PreTrainedTokenizerFast, Qwen3VLForConditionalGeneration

        from videolect.training.tower import quicken

        start = tiny_models.built(SMALL)
        self.recipe, self.progress = recipe, progress
        self.tokenizer = PreTrainedTokenizerFast.from_pretrained(start)
        self.model = Qwen3VLForConditionalGeneration.from_pretrained(start).train()
        quicken(self.model.model.visual)
        torch.manual_seed(recipe.seed)
        width = self.model.config.text_config.hidden_size
        self.hints = torch.nn.Linear(width, len(NAMES))
        wide = [weight for weight in self.parameters() if weight.ndim > 1]
        narrow = [weight for weight in self.parameters() if weight.ndim == 1]
        self.optimizer = torch.optim.AdamW(
            [{"params": wide, "weight_decay": recipe.decay}, {"params": narrow, "weight_decay": 0.0}],
            lr=recipe.rate, betas=(0.9, 0.98),
        )  # fmt: skip
        self.step, self.seconds = 0, 0.0
        self.told: list[dict[str, Any]] = []
        self._since: list[tuple[float, ...]] = []
        self.rows = Rows(self.tokenizer, self.model, recipe.pace)
        if progress.is_file():
            kept = torch.load(progress, weights_only=True)
            self.model.load_state_dict(kept["model"])
            self.hints.load_state_dict(kept["hints"])
            self.optimizer.load_state_dict(kept["optimizer"])
            self.step, self.seconds, self.told = kept["step"], kept["seconds"], json.loads(kept["told"])

    def parameters(self) -> list[Any]:
        """What is trained."""
        return [*self.model.parameters(), *self.hints.parameters()]

    def keep(self) -> None:
        """So that a run that is stopped after this goes on from here."""
        import torch

        kept = {
            "model": self.model.state_dict(), "hints": self.hints.state_dict(), "step": self.step,
            "optimizer": self.optimizer.state_dict(), "seconds": self.seconds, "told": json.dumps(self.told),
        }  # fmt: skip
        unfinished = self.progress.with_suffix(".new")
        torch.save(kept, unfinished)
        unfinished.replace(self.progress)

    def losses(self) -> list[float]:
        """Of caption, judgements and hints, over the steps since it was last asked."""
        means = [round(float(mean), 3) for mean in np.mean(self._since, axis=0)] if self._since else []
        self._since = []
        return means

    def forward(self, clips: Part) -> None:
        """One step."""
        import torch

        begun = time.process_time()
        recipe = self.recipe
        rng = np.random.default_rng([recipe.seed, self.step])  # of the step alone: a resumed run draws the same
        films, moves, slow = _drawn(clips, recipe.batch, rng)
        for group in self.optimizer.param_groups:
            group["lr"] = recipe.rate * self._share()
        caption, judged, features = self.rows.losses(films, moves, slow, rng)
        seen = self.hints(features.mean(1))
        hinted = torch.nn.functional.cross_entropy(seen, torch.tensor([NAMES.index(move) for move in moves]))
        (caption + recipe.judge * judged + recipe.hints * hinted).backward()
        torch.nn.utils.clip_grad_norm_(self.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self._since.append((caption.item(), judged.item(), hinted.item()))
        self.step += 1
        self.seconds += time.process_time() - begun

    def _share(self) -> float:
        """Of the rate at this step: up, then down to a twentieth."""
        warm = min(1.0, (self.step + 1) / self.recipe.warm_up)
        return warm * (1 - 0.95 * self.step / self.recipe.steps)


def _another(move: str, rng: np.random.Generator) -> str:
    return NAMES[(NAMES.index(move) + 1 + int(rng.integers(len(NAMES) - 1))) % len(NAMES)]


def _drawn(clips: Part, count: int, rng: np.random.Generator) -> tuple[list[Film], list[str], list[bool]]:
    """Some clips, half of them in a mirror and half of them backward, with what then is their movement.

    Their times are stretched a little, for films of which other frames are taken; too little to make fast of slow. Half
    of the batches are square, and half are what is seen of them in 16:9.
    """
    wide = bool(rng.random() < 0.5)
    films, moves, slow = [], [], []
    numbers = rng.choice(len(clips.moves), count, replace=False)
    for number, stretch in zip(numbers, rng.uniform(0.85, 1.2, count), strict=True):
        pictures, move = clips.pictures[number], clips.moves[number]
        if rng.random() < 0.5:
            pictures, move = pictures[:, :, ::-1], MIRRORED.get(move, move)
        if rng.random() < 0.5:
            pictures, move = pictures[::-1], REVERSED.get(move, move)
        if wide:
            pictures = widened(pictures)
        times_s = tuple(time * float(stretch) for time in TIMES_S)
        films.append(Film(pictures=np.ascontiguousarray(pictures), times_s=times_s))
        moves.append(move)
        slow.append(clips.slow[number])
    return films, moves, slow


def widened(pictures: Any) -> Any:
    """The middle of square pictures as a model gets a film of 16:9 with as many pixels: 80x48."""
    height, width = pictures.shape[1:3]
    edge = (height - width * 9 // 16) // 2
    return np.stack([resample(np.ascontiguousarray(one[edge : height - edge]), (80, 48)) for one in pictures])


class Rows:
    """One row a film: the film, then three branches that see the film and themselves: a caption and two judgements.

    Each branch has the place behind the film that it has in a prompt of its own, so what is learned is what is served.
    """

    def __init__(self, tokenizer: Any, model: Any, pace: float) -> None:

        self.tokenizer, self.model, self.pace = tokenizer, model, pace
        self.words: dict[str, list[int]] = {}
        self.end = tokenizer.convert_tokens_to_ids(tokens.TURN_END)
        self.pad = tokenizer.convert_tokens_to_ids(tokens.PAD)

    def ids(self, text: str) -> list[int]:
        """Of a text; the same texts come again and again."""
        if text not in self.words:
            self.words[text] = self.tokenizer.encode(text, add_special_tokens=False)
        return self.words[text]

    def branches(self, move: str, slow: bool, rng: np.random.Generator) -> list[tuple[list[int], int]]:
        """Tokens, and with which of them the answer begins."""
        said = [str(rng.choice(sentences(move, slow)))]
        if move != "fixed_camera" and rng.random() < self.pace:
            wrong = sentences(move, not slow)
        else:
            wrong = sentences(_another(move, rng), slow)
        judged = [(str(rng.choice(sentences(move, slow))), "Yes"), (str(rng.choice(wrong)), "No")]
        asked = [(CAPTION.text, said[0]), *((prompts.judge(text).text, answer) for text, answer in judged)]
        made = []
        for prompt, answer in asked:
            tail = self.ids(tokens.chat_tail(prompt))
            made.append(([*tail, *self.ids(answer), self.end], len(tail)))
        return made

    def losses(
        self, films: Sequence[Film], moves: Sequence[str], slow: Sequence[bool], rng: np.random.Generator
    ) -> tuple[Any, Any, Any]:
        """Of captions and judgements, the mean of their tokens; and the films' features [films, n, width]."""
        import torch
        from torch.nn.functional import cross_entropy

        rows = [self.branches(move, each, rng) for move, each in zip(moves, slow, strict=True)]
        widths = [max(len(row[number][0]) for row in rows) for number in range(3)]
        made = [tokens.seen(film, SMALL.pixels) for film in films]
        heads = [self.ids(tokens.chat_head(one.words)) for one in made]
        head, grids = torch.tensor(heads), torch.tensor([one.grid for one in made])  # all of one shape and length
        places = head == self.pad
        tokens.check_places(int(places.sum()), sum(one.tokens for one in made))
        ids, mask, positions, answers = self._laid_out(head, grids, rows, widths)
        patches = torch.from_numpy(np.concatenate([one.patches for one in made]))
        seen = self.model.model.get_video_features(patches, grids, return_dict=True)
        features = torch.stack(list(seen.pooler_output))
        inputs = self.model.get_input_embeddings()(ids)
        where = torch.zeros(ids.shape, dtype=torch.bool)
        where[:, : head.shape[1]] = places
        inputs = inputs.masked_scatter(where[..., None], features)
        hidden = self.model.model.language_model(
            inputs_embeds=inputs, attention_mask=mask, position_ids=positions, use_cache=False,
            visual_pos_masks=where, deepstack_visual_embeds=[torch.cat(list(one)) for one in seen.deepstack_features],
        ).last_hidden_state  # fmt: skip
        told = []
        for branch in (0, 1):  # a caption; then judgements
            rows_, columns, wanted = answers[branch]
            told.append(cross_entropy(self.model.lm_head(hidden[rows_, columns]), wanted))
        return told[0], told[1], features

    def _laid_out(
        self, head: Any, grids: Any, rows: list[list[tuple[list[int], int]]], widths: list[int]
    ) -> tuple[Any, ...]:
        """Ids [rows, n], who sees whom [rows, 1, n, n], positions [3, rows, n], and where which answer is due."""
        import torch

        first = head.shape[1]
        whole = first + sum(widths)
        ids = torch.full((len(rows), whole), self.tokenizer.pad_token_id)
        ids[:, :first] = head
        sees = torch.zeros(whole, whole, dtype=torch.bool)
        sees[:, :first] = True
        positions = torch.zeros(3, whole, dtype=torch.long)
        kinds = 2 * (head[:1] == self.pad).int()
        found, _ = self.model.model.get_rope_index(head[:1], mm_token_type_ids=kinds, video_grid_thw=grids[:1])
        positions[:, :first] = found[:, 0]
        behind = int(found.max()) + 1
        answers: list[tuple[list[int], list[int], list[int]]] = [([], [], []), ([], [], [])]
        at = first
        for branch, width in enumerate(widths):
            sees[at : at + width, at : at + width] = True
            positions[:, at : at + width] = behind + torch.arange(width)
            for number, row in enumerate(rows):
                words, answer = row[branch]
                ids[number, at : at + len(words)] = torch.tensor(words)
                due = answers[min(branch, 1)]
                for place in range(answer, len(words)):
                    due[0].append(number)
                    due[1].append(at + place - 1)
                    due[2].append(words[place])
            at += width
        sees &= torch.ones(whole, whole, dtype=torch.bool).tril()
        mask = sees[None, None].expand(len(rows), 1, whole, whole)
        due_at = [tuple(torch.tensor(one) for one in due) for due in answers]
        return ids, mask, positions[:, None].expand(3, len(rows), whole), due_at


# --------------------------------------------------------------------------------------------------------- measuring


_FAMILY = {name: family for family in ("zoom dolly", "pan truck", "tilt pedestal")
           for axis in family.split() for name in NAMES if name.startswith(axis)}  # fmt: skip


def measure(model: Any, tokenizer: Any, clips: Part, batch: int = 60) -> dict[str, float]:
    """How much of what it says is true, by the library's own generation; shares, in per cent.

    movement: exactly the right one is named. family: where zoom and dolly, pan and truck, tilt and pedestal of one way
    count as one. slow: rightly said or left out. claims: of all that captions assert and the truth knows, what holds.
    judged: a right sentence gets more Yes than No, one of another movement less. pairs: the right one gets more Yes.
    pace: the right one gets more Yes than the same with another speed.
    """
    import torch

    spec, right = load_spec(), {"movement": 0, "family": 0, "slow": 0}
    held, said, judged, pairs = 0, 0, 0, 0
    paced: list[bool] = []
    was_training = model.training
    model.eval()
    rng = np.random.default_rng(7)
    films = [clips.film(number) for number in range(len(clips.moves))]
    with torch.inference_mode():
        texts = [text for at in range(0, len(films), batch)
                 for text in written(model, tokenizer, films[at : at + batch])]  # fmt: skip
        for number, text in enumerate(texts):
            asserted = {claim.primitive for claim in claims_of(text, spec) if claim.state == "asserted"}
            moves, move = asserted & set(NAMES), clips.moves[number]
            right["movement"] += moves == {move}
            right["family"] += len(moves) == 1 and _alike(next(iter(moves)), move)
            right["slow"] += ("slow_camera_movement" in asserted) is clips.slow[number]
            held += len(asserted & clips.yes[number])
            said += len(asserted & (clips.yes[number] | clips.no[number]))
        for number, film in enumerate(films):
            move, slow = clips.moves[number], clips.slow[number]
            asks = [(move, slow), (_another(move, rng), slow), *([(move, not slow)] if move != "fixed_camera" else [])]
            yes, no, *pace = [p_yes(model, tokenizer, film, sentences(*one)[0]) for one in asks]
            judged += (yes[0] > yes[1]) + (no[0] < no[1])
            pairs += yes[0] > no[0]
            paced += [yes[0] > one[0] for one in pace]
    model.train(was_training)
    count = len(films)
    return {
        "clips": count, **{name: round(100 * times / count, 1) for name, times in right.items()},
        "claims": round(100 * held / max(1, said), 1), "judged": round(50 * judged / count, 1),
        "pairs": round(100 * pairs / count, 1), "pace": round(100 * float(np.mean(paced)), 1),
    }  # fmt: skip


def controls(model: Any, tokenizer: Any, clips: Part) -> dict[str, dict[str, float]]:
    """Whether it looks at the motion: how often, in per cent, it names the movement. With the first frame alone that is
    chance, and in a mirror or backward it is another movement that is to be named. Then each movement for itself.
    """
    model.eval()
    changed = {
        "as it is": (clips.pictures, {}), "first frame alone": (np.repeat(clips.pictures[:, :1], 8, axis=1), {}),
        "mirrored": (clips.pictures[:, :, :, ::-1], MIRRORED), "backward": (clips.pictures[:, ::-1], REVERSED),
    }  # fmt: skip
    made: dict[str, dict[str, float]] = {"movement": {}, "each": {}}
    for title, (pictures, names) in changed.items():
        wanted = [names.get(move, move) for move in clips.moves]
        said = _named(model, tokenizer, pictures)
        right = [found == {move} for found, move in zip(said, wanted, strict=True)]
        made["movement"][title] = round(100 * float(np.mean(right)), 1)
        if title == "as it is":
            for name in NAMES:
                of = [one for one, move in zip(right, wanted, strict=True) if move == name]
                made["each"][name] = round(100 * float(np.mean(of)), 1)
    return made


def _named(model: Any, tokenizer: Any, pictures: Any, batch: int = 60) -> list[set[str]]:
    """The movements that its captions assert."""
    import torch

    films = [Film(pictures=np.ascontiguousarray(one), times_s=TIMES_S) for one in pictures]
    with torch.inference_mode():
        texts = [text for at in range(0, len(films), batch)
                 for text in written(model, tokenizer, films[at : at + batch])]  # fmt: skip
    spec = load_spec()
    return [
        {claim.primitive for claim in claims_of(text, spec) if claim.state == "asserted"} & set(NAMES) for text in texts
    ]


def _alike(one: str, other: str) -> bool:
    """Whether they are the same, or look alike but for depth."""

    def way(name: str) -> str:
        return name.partition("_")[2]

    return one == other or (one in _FAMILY and _FAMILY[one] == _FAMILY.get(other) and way(one) == way(other))


def asked(tokenizer: Any, films: Sequence[Film], prompt: prompts.Prompt) -> dict[str, Any]:
    """What the model is given for one prompt about each film."""
    import torch

    seen = [tokens.seen(film, SMALL.pixels) for film in films]
    ids = torch.tensor([
        tokenizer.encode(tokens.chat_head(one.words), add_special_tokens=False)
        + tokenizer.encode(tokens.chat_tail(prompt.text), add_special_tokens=False)
        for one in seen
    ])  # fmt: skip
    places = ids == tokenizer.convert_tokens_to_ids(tokens.PAD)
    tokens.check_places(int(places.sum()), sum(one.tokens for one in seen))
    return {
        "input_ids": ids, "attention_mask": torch.ones_like(ids), "mm_token_type_ids": 2 * places.int(),
        "pixel_values_videos": torch.from_numpy(np.concatenate([one.patches for one in seen])),
        "video_grid_thw": torch.tensor([one.grid for one in seen]),
    }  # fmt: skip


def written(model: Any, tokenizer: Any, films: Sequence[Film]) -> list[str]:
    """The likeliest caption of each."""
    given = asked(tokenizer, films, CAPTION)
    made = model.generate(**given, max_new_tokens=24, do_sample=False)
    return [
        str(text) for text in tokenizer.batch_decode(made[:, given["input_ids"].shape[1] :], skip_special_tokens=True)
    ]


def p_yes(model: Any, tokenizer: Any, film: Film, text: str) -> tuple[float, float]:
    """The chance that the sentence is answered by Yes, and by No."""
    given = asked(tokenizer, [film], prompts.judge(text))
    chances = model(**given, logits_to_keep=1).logits[0, -1].softmax(-1)
    return tuple(float(chances[tokenizer.convert_tokens_to_ids(word)]) for word in ("Yes", "No"))  # type: ignore[return-value]


if __name__ == "__main__":
    main()
