"""Build random Qwen3-VL checkpoints that fit into a test: ``micro`` and ``small``, each with a real tokenizer.

They hold what a published checkpoint holds (configuration, weights, tokenizer, preprocessing, generation settings) and
load the same way; nothing in them has been trained. The weights follow from the settings: what is there and was built
by the same settings is left as it is.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from videolect.errors import BadInput
from videolect.language import load_spec
from videolect.language.policy import policy_label_free
from videolect.stage import words
from videolect.training.tiny.clips import NAMES, sentences
from videolect.vlm import prompts, tokens
from videolect.vlm.tokens import PixelFormat

STAMP = "tiny-model.json"
"""Written last: a folder without it was not finished."""
VERSION = 1
"""Raised whenever the same settings would give another checkpoint."""

MARKS = (
    "<|endoftext|>", tokens.TURN, tokens.TURN_END, tokens.START, tokens.END, "<|image_pad|>", tokens.PAD,
)  # fmt: skip
"""Ids follow this order, after the words'."""
_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""How Qwen's own tokenizer cuts a text before it merges bytes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """One model, whole."""

    name: str
    pixels: PixelFormat
    most_pixels: int
    """Of a whole film: frames times height times width."""
    tower: tuple[int, int, int, int]
    """Layers, width, heads, inner width of the vision tower."""
    places: int
    """Learned positions of the tower: a square number."""
    deepstack: tuple[int, ...]
    """Layers of the tower whose features are handed to the language model."""
    language: tuple[int, int, int, int]
    """Layers, width, heads, inner width of the language model."""
    vocabulary: int = 1536
    """Words and marks."""
    theta: float = 10_000.0
    seed: int = 0

    @property
    def hash(self) -> str:
        """Of everything that the checkpoint follows from."""
        whole = [VERSION, asdict(self), load_spec().hash, prompts.VERSION, tokens.FORMAT, _words_hash()]
        return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


@cache
def _words_hash() -> str:
    """Of what the stage's sentences are made by, of which the tokenizer is: to make them all takes seconds."""
    digest = hashlib.sha256()
    for path in sorted(Path(words.__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


MICRO = Size(
    name="micro", pixels=PixelFormat(), most_pixels=16 * 64 * 64, tower=(2, 64, 4, 192), places=16, deepstack=(0,),
    language=(2, 128, 4, 384),
)  # fmt: skip
"""Proportions and pixels of the published models, in a million parameters."""
SMALL = Size(
    name="small", most_pixels=8 * 64 * 64, tower=(4, 96, 4, 288), places=64, deepstack=(1,), language=(3, 128, 4, 384),
    pixels=PixelFormat(
        patch=8, temporal_patch=4, mean=(110 / 255,) * 3, std=(60 / 255,) * 3, difference=3.0
    ),
)  # fmt: skip
"""What learns camera movement within minutes: four frames of a group, told as differences."""
SIZES = {size.name: size for size in (MICRO, SMALL)}


def built(size: Size, folder: Path) -> Path:
    """The checkpoint's folder below this one, made where it is not there yet or was made by other settings."""
    made = folder / size.name
    if stamp_of(made).get("hash") == size.hash:
        return made
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{size.name}-", dir=folder))
    try:
        _write(size, unfinished)
        put(unfinished, made)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return made


def put(unfinished: Path, made: Path) -> None:
    """A finished folder at its place, where another may be."""
    unfinished.chmod(0o755)
    shutil.rmtree(made, ignore_errors=True)
    try:
        unfinished.rename(made)
    except OSError:  # somebody else was first, by the same settings
        if stamp_of(made) != stamp_of(unfinished):
            raise


def stamp_of(folder: Path) -> dict[str, Any]:
    """What the folder says of how it was made; nothing where it is none of ours."""
    try:
        found: dict[str, Any] = json.loads((folder / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _write(size: Size, folder: Path) -> None:
    import torch

    transformers = _transformers()
    tokenizer = tokenizer_of(size)
    tokenizer.save_pretrained(folder)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(size.seed)
        model = transformers.Qwen3VLForConditionalGeneration(config_of(size, tokenizer))
    model.generation_config = _generation(tokenizer)
    write_model(model, size, folder)
    parameters = sum(weight.numel() for weight in model.parameters())
    stamp = {"hash": size.hash, "parameters": parameters, "film_format": tokens.FORMAT}
    (folder / STAMP).write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8")


def write_model(model: Any, size: Size, folder: Path) -> None:
    """Weights, configuration, generation settings, and how the model wants its pixels."""
    model.save_pretrained(folder)
    pixels = {
        **size.pixels.as_config(), "video_processor_type": "Qwen3VLVideoProcessor",
        "size": {"shortest_edge": size.pixels.multiple**2, "longest_edge": size.most_pixels},
    }  # fmt: skip
    (folder / "video_preprocessor_config.json").write_text(json.dumps(pixels, indent=1) + "\n", encoding="utf-8")


def _transformers() -> Any:
    import transformers as library

    transformers: Any = library
    transformers.utils.logging.disable_progress_bar()
    return transformers


def config_of(size: Size, tokenizer: Any) -> Any:
    """transformers' configuration of the model."""
    from transformers import Qwen3VLConfig

    layers, width, heads, inner = size.language
    tower_layers, tower_width, tower_heads, tower_inner = size.tower
    half = width // heads // 2
    third = half // 3
    return Qwen3VLConfig(
        text_config={
            "vocab_size": size.vocabulary, "hidden_size": width, "intermediate_size": inner,
            "num_hidden_layers": layers, "num_attention_heads": heads, "num_key_value_heads": heads,
            "head_dim": width // heads, "max_position_embeddings": 8192, "tie_word_embeddings": True,
            "bos_token_id": None, "eos_token_id": tokenizer.eos_token_id, "pad_token_id": tokenizer.pad_token_id,
            "rope_parameters": {
                "rope_type": "default", "rope_theta": size.theta, "mrope_interleaved": True,
                "mrope_section": [half - 2 * third, third, third],
            },
        },
        vision_config={
            "depth": tower_layers, "hidden_size": tower_width, "num_heads": tower_heads,
            "intermediate_size": tower_inner, "patch_size": size.pixels.patch,
            "temporal_patch_size": size.pixels.temporal_patch, "spatial_merge_size": size.pixels.merge,
            "out_hidden_size": width, "num_position_embeddings": size.places,
            "deepstack_visual_indexes": list(size.deepstack),
        },
        tie_word_embeddings=True,
        **{
            f"{name}_token_id": tokenizer.convert_tokens_to_ids(f"<|{mark}|>")
            for name, mark in (("image", "image_pad"), ("video", "video_pad"), ("vision_start", "vision_start"),
                               ("vision_end", "vision_end"))
        },
    )  # fmt: skip


def _generation(tokenizer: Any) -> Any:
    ends = [tokenizer.eos_token_id, tokenizer.pad_token_id]
    return _transformers().GenerationConfig(eos_token_id=ends, pad_token_id=tokenizer.pad_token_id, do_sample=False)


def tokenizer_of(size: Size) -> Any:
    """A byte-level tokenizer that learned its words from the language's own texts. "Yes" and "No" are one token."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

    made = Tokenizer(models.BPE())
    made.normalizer = normalizers.NFC()
    words = pre_tokenizers.Split(Regex(_WORDS), "isolated")
    as_bytes = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.pre_tokenizer = pre_tokenizers.Sequence([words, as_bytes])
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size.vocabulary - len(MARKS), show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    made.train_from_iterator(_texts(), trainer)
    made.add_special_tokens([AddedToken(mark, special=True, normalized=False) for mark in MARKS])
    if made.get_vocab_size() != size.vocabulary or any(len(made.encode(word).ids) != 1 for word in ("Yes", "No")):
        raise BadInput(
            "The tokenizer came out otherwise than it was ordered.", mend="Use another version of tokenizers."
        )
    return _transformers().PreTrainedTokenizerFast(
        tokenizer_object=made, eos_token=tokens.TURN_END, pad_token=MARKS[0], model_max_length=8192,
        clean_up_tokenization_spaces=False,
    )  # fmt: skip


def _texts() -> Iterator[str]:
    """What a model of ours reads and writes: the specification's texts, the prompts, the stage's captions."""
    spec = load_spec()
    for aspect in spec.aspects:
        yield policy_label_free(spec, aspect.id).text
    for primitive in spec.primitives.values():
        yield primitive.definition
    told = [text for name in NAMES for slow in (False, True) for text in sentences(name, slow)]
    for text in told:
        yield from [prompts.judge(text).text, text, "Yes", "No", "user\nassistant\n<0.2 seconds><1.9 seconds>"]
