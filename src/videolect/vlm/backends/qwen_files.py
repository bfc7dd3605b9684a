"""The files of a Qwen3-VL checkpoint as model, tokenizer and pixel format; whole, or an error that says what lacks.

Writing, scoring and training load by these, so that they run the same weights on the same pixels.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from pathlib import Path
from typing import Any

from videolect.errors import INSTALL, BadInput, CannotRead, MissingExtra, NotFound, VideolectError
from videolect.files import bring_back
from videolect.vlm import tokens
from videolect.vlm.tokens import PixelFormat

ARCHITECTURE = "qwen3_vl"
STAMP = "videolect-trained.json"
"""What training tells of a checkpoint or an adapter that it wrote."""
_CONFIGS = ("video_preprocessor_config.json", "preprocessor_config.json")


class TooLittleMemory(VideolectError):
    """Not even one prompt fits beside the model."""


def libraries() -> tuple[Any, Any]:
    """torch and transformers. MissingExtra where they are not installed."""
    try:
        import torch
        import transformers as library
    except ImportError as error:
        raise MissingExtra(
            f"A local model needs {error.name or 'torch and transformers'}.", mend=INSTALL.format("vlm")
        ) from None
    transformers: Any = library
    transformers.utils.logging.disable_progress_bar()
    return torch, transformers


def config_of(transformers: Any, source: str) -> Any:
    """Its configuration. NotFound for a path without a model, BadInput for one of another architecture."""
    bring_back(Path(source))
    # A name on a hub has an owner before it: without one it is a folder that was mistyped, and nothing is asked for.
    looks_local = "/" not in source or source.startswith((".", "/", "~")) or Path(source).exists()
    if looks_local and not (Path(source) / "config.json").is_file():
        if (Path(source) / "adapter_config.json").is_file():
            raise BadInput(
                f"{source} is an adapter and no whole model.",
                mend="Give the model that it was trained on; to answer with both: qwen:MODEL?adapter=ADAPTER.",
            )
        raise NotFound(f"There is no model in {source}.", mend="Give the folder that holds its config.json.")
    try:
        config = transformers.AutoConfig.from_pretrained(source)
    except (OSError, ValueError, KeyError) as error:
        raise NotFound(
            f"The model {source} cannot be had: {str(error).splitlines()[0][:200]}",
            mend="Give the folder of a Qwen3-VL checkpoint, or a name that this machine can fetch.",
        ) from None
    if config.model_type != ARCHITECTURE:
        raise BadInput(f"{source} is a {config.model_type}.", mend="Give a Qwen3-VL checkpoint (qwen3_vl).")
    return config


def pixel_format_of(transformers: Any, source: str) -> PixelFormat:
    """How it wants its pixels. NotFound, CannotRead."""
    for name in _CONFIGS:
        try:
            found = transformers.utils.cached_file(source, name, _raise_exceptions_for_missing_entries=False)
        except OSError:
            found = None
        if found is not None:
            try:
                config = json.loads(Path(found).read_text(encoding="utf-8"))
            except ValueError as error:
                raise CannotRead(f"{name} of {source} is not JSON: {error}.", mend="Take it anew.") from None
            return PixelFormat.from_config(config)
    raise NotFound(f"{source} has no {_CONFIGS[0]}.", mend="Take it from the checkpoint that the model comes from.")


def shown_to(source: str) -> dict[str, int]:
    """``frames`` and ``most_pixels`` of the films from which a checkpoint or adapter of ours learned; else nothing."""
    try:
        told = json.loads((Path(source) / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    found = {name: told.get(name) for name in ("frames", "most_pixels")} if isinstance(told, dict) else {}
    return {name: value for name, value in found.items() if isinstance(value, int) and value > 0}


def weights_of(transformers: Any, source: str, dtype: Any) -> Any:
    """The model, whole: a weight that the checkpoint lacks would be drawn at random, and nobody would see it."""
    try:
        model, found = transformers.Qwen3VLForConditionalGeneration.from_pretrained(
            source, dtype=dtype, attn_implementation="sdpa", output_loading_info=True
        )
    except Exception as error:  # of three libraries, each with its own
        if is_out_of_memory(error):
            raise TooLittleMemory(f"{source} does not fit into memory.", mend="Use a smaller model.") from None
        raise CannotRead(
            f"The weights of {source} cannot be read: {type(error).__name__}: {str(error)[:200]}",
            mend="Take the checkpoint anew.",
        ) from None
    lacking = sorted(map(str, [*found.get("missing_keys", ()), *found.get("mismatched_keys", ())]))
    if lacking:
        raise CannotRead(
            f"{source} lacks {len(lacking)} weights, such as {lacking[0][:200]}.",
            mend="Take the checkpoint anew, whole.",
        )
    return model


def tokenizer_of(transformers: Any, source: str, config: Any) -> Any:
    """Its tokenizer. NotFound; BadInput where it has not the marks of Qwen3-VL, or not the model's own."""
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(source)
    except (OSError, ValueError) as error:
        raise NotFound(
            f"{source} has no tokenizer: {str(error).splitlines()[0][:200]}", mend="Give a whole checkpoint."
        ) from None
    except Exception as error:  # what the library meets in a damaged file, it throws as it comes
        raise CannotRead(
            f"The tokenizer of {source} cannot be read: {type(error).__name__}: {str(error)[:200]}.",
            mend="Take the checkpoint anew.",
        ) from None
    for mark in tokens.SPECIAL:
        if len(tokenizer.encode(mark, add_special_tokens=False)) != 1:
            raise BadInput(f"The tokenizer of {source} has no {mark}.", mend="Give a checkpoint of Qwen3-VL.")
    pad = tokenizer.convert_tokens_to_ids(tokens.PAD)
    if pad != config.video_token_id:
        raise BadInput(
            f"{tokens.PAD} is token {pad}, and the model looks for {config.video_token_id}.",
            mend="Use tokenizer and model of one checkpoint.",
        )
    return tokenizer


def with_adapter(model: Any, source: str) -> Any:
    """The model with a LoRA adapter merged into its weights: exact, and as fast as without."""
    try:
        import peft
    except ImportError:
        raise MissingExtra("An adapter needs peft.", mend=INSTALL.format("vlm")) from None
    bring_back(Path(source))
    if not (Path(source) / "adapter_config.json").is_file():
        raise NotFound(f"There is no adapter in {source}.", mend="Give the folder with its adapter_config.json.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of names in transformers that peft still uses
            return peft.PeftModel.from_pretrained(model, source).merge_and_unload()
    except (ValueError, RuntimeError, KeyError) as error:
        raise BadInput(
            f"The adapter {source} does not fit the model: {str(error)[:300]}", mend="Use it with its own base model."
        ) from None


def put_on(model: Any, device: str) -> Any:
    """The model on this device. BadInput where it cannot be."""
    try:
        return model.to(device)
    except (RuntimeError, AssertionError) as error:
        raise BadInput(
            f"The model cannot be put on {device!r}: {str(error).splitlines()[0][:200]}",
            mend="Use cpu, cuda or cuda:N, and a smaller model where memory is short.",
        ) from None


def stops_of(model: Any, tokenizer: Any) -> frozenset[int]:
    """Tokens that end an answer."""
    said = model.generation_config.eos_token_id
    known = [said] if isinstance(said, int) else list(said or ())
    return frozenset([*known, tokenizer.convert_tokens_to_ids(tokens.TURN_END)])


def one_token(tokenizer: Any, word: str) -> int:
    """The token that the word is. BadInput where it is several."""
    ids = tokenizer.encode(word, add_special_tokens=False)
    if len(ids) != 1:
        raise BadInput(
            f"{word!r} is {len(ids)} tokens for this tokenizer.", mend="Scores need it as one: use Qwen3-VL's own."
        )
    return int(ids[0])


def name_of(source: str) -> str:
    """The last part of a path or name, in letters that a record takes."""
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in source.rstrip("/").split("/")[-1])
    return safe.strip("._-")[:80] or "model"


def fingerprint(source: str) -> str:
    """Which weights these are: of every file of configuration and weights its name, size and bytes; of one of more than
    256 MiB a MiB of every 16, and the last.

    Of a name that is fetched: the name.
    """
    folder = Path(source)
    bring_back(folder)
    digest = hashlib.sha256()
    if not folder.is_dir():
        digest.update(source.encode())
        return digest.hexdigest()
    for path in sorted(folder.iterdir()):
        if path.suffix not in (".json", ".safetensors", ".bin") or not path.is_file():
            continue
        size = path.stat().st_size
        digest.update(f"{path.name} {size}\n".encode())
        step = 1 << 20 if size <= 256 << 20 else 16 << 20
        with path.open("rb") as file:
            for at in [*range(0, size, step), max(0, size - (1 << 20))]:
                file.seek(at)
                digest.update(file.read(1 << 20))
    return digest.hexdigest()


def is_out_of_memory(error: Exception) -> bool:
    """Whether torch had no memory left, on whatever device."""
    import torch

    told = str(error)
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or (
        isinstance(error, RuntimeError) and ("out of memory" in told or "can't allocate memory" in told)
    )
