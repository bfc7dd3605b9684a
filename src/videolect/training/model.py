"""A model that learns: from a batch to the log-probability of each answer token, and what of it may change.

The film goes through the tower once for all branches that share its row. The head is taken at answer tokens alone, some
at a time, so that logits of a whole row never lie in memory.
"""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from videolect.errors import INSTALL, BadInput, CannotRead, MissingExtra
from videolect.training import attention as segments
from videolect.training import tower as towers
from videolect.training.answers import AnswerLogs, answer_logs_module
from videolect.training.batches import Batch
from videolect.training.devices import laid_like, whole
from videolect.training.examples import Examples, tokenizer_hash
from videolect.training.packing import lay_out
from videolect.training.recipe import Layout, Lora, Precision
from videolect.vlm import prompts, tokens
from videolect.vlm.backends import qwen_files
from videolect.vlm.tokens import PixelFormat

if TYPE_CHECKING:
    from torch import Tensor

    from videolect.vlm.backends.qwen import Qwen

LANGUAGE_LAYERS = r".*language_model\.layers\.\d+\.(self_attn\.[qkvo]_proj|mlp\.(gate|up|down)_proj)"
"""Where LoRA goes: never into the tower, which a plain "all linear layers" would reach too, nor into the head."""
STAMP = qwen_files.STAMP
_BESIDE = (
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json",
    "merges.txt", "chat_template.json", "chat_template.jinja", "preprocessor_config.json",
    "video_preprocessor_config.json",
)  # fmt: skip
"""Files of a checkpoint that training leaves as they are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LoraPlan(Lora):
    """A recipe's adapter, and where and from what it begins."""

    layers: str = LANGUAGE_LAYERS
    seed: int = 0
    """Of its first weights."""


class Trainee:
    """The model, its tokenizer, and how it is asked. Made by ``load``."""

    def __init__(
        self, source: str, model: Any, tokenizer: Any, pixels: PixelFormat, *, precision: Precision,
        lora: LoraPlan | None, train_tower: bool, attention: segments.Attention, tile: int,
    ) -> None:  # fmt: skip
        self.source, self.tokenizer, self.pixels, self.precision = source, tokenizer, pixels, precision
        self.lora, self.train_tower, self.attention = lora, train_tower, attention
        self.model = model
        """As it is saved: with its adapter, where there is one."""
        self.shows: Mapping[str, int] = {}
        """``frames`` and ``most_pixels`` of its films, where a recipe says: saved with it, and so shown again later."""
        self.layout: Layout = "packed" if attention == "segments" else "shared"
        self.net: AnswerLogs = answer_logs_module(self.base, attention=attention, train_tower=train_tower, tile=tile)
        """What a wrapper for several devices takes and replaces: its ``forward`` is all that is computed."""
        self.gathered: Callable[[], AbstractContextManager[Any]] = nullcontext
        """While it runs, all weights are here: where they are sharded, what shards them says how."""
        self._frozen: Any = None
        self._before: Qwen | None = None
        self._first = self._mark()

    @property
    def base(self) -> Any:
        """transformers' own model inside."""
        return self.model if self.lora is None else self.model.base_model.model

    @property
    def device(self) -> Any:
        """Where its weights are."""
        return next(self.base.parameters()).device

    @property
    def context(self) -> int:
        """Tokens that the model was made for."""
        return int(self.base.config.text_config.max_position_embeddings)

    def logprobs(self, batch: Batch, *, layout: Layout | None = None) -> list[Tensor]:
        """Of each branch, in the batch's order, the log-probabilities of its answer's tokens: [tokens] float32 each."""
        laid = lay_out(batch.examples, layout or self.layout)
        return list(
            self.net(laid, batch.patches, [one.grid for one in batch.examples], self._cast()).split(laid.lengths)
        )

    def check(self, examples: Examples) -> None:
        """BadInput where the examples were made with another tokenizer or for other pixels than this model's."""
        if examples.tokenizer != tokenizer_hash(self.tokenizer):
            raise BadInput(
                "The examples were made with another tokenizer than the model's.",
                mend="Make them with the tokenizer of the checkpoint that is trained.",
            )
        if examples.pixels != self.pixels.hash:
            raise BadInput("The examples are for other pixels than the model's.", mend="Make them in its own format.")

    def _cast(self) -> Any:
        import torch

        if self.precision != "mixed":
            return nullcontext()
        return torch.autocast(self.device.type, torch.bfloat16)

    # -- what it was before

    @contextmanager
    def reference(self) -> Iterator[None]:
        """The model before training, while the block runs, without gradients and dropout.

        With LoRA the adapter is off. Without, it is the copy of ``keep_reference``, or the model itself as long as
        nothing has changed. BadInput where it has and no copy was kept.
        """
        import torch

        with torch.no_grad(), self.asked():
            if self.lora is not None:
                with self.model.disable_adapter():
                    yield
                return
            if self._frozen is None and self.changed:
                raise BadInput(
                    "The model was trained on, and no copy of what it was before was kept.",
                    mend="Compute the reference before the first step, or call keep_reference then.",
                )
            held = self.net
            self.net = self._frozen or held
            try:
                yield
            finally:
                self.net = held

    def keep_reference(self) -> None:
        """Keep a frozen copy as reference: as much memory again. Nothing to do with LoRA. BadInput where the model has
        already changed, or where its weights are sharded: a copy would stand on one device."""
        if self.lora is not None or self._frozen is not None:
            return
        if self.gathered is not nullcontext:
            raise BadInput(
                "A copy of a model whose weights are sharded cannot be kept as reference.",
                mend="Compute the reference before the first step (precomputed), or train an adapter.",
            )
        if self.changed:
            raise BadInput(
                "The model was trained on, and what it was before is gone.", mend="Keep a copy before the first step."
            )
        self._frozen = copy.deepcopy(self.net).eval().requires_grad_(False)

    @contextmanager
    def before(self) -> Iterator[Qwen]:
        """The model before training through the path that serves, while the block runs; needs ``keep_reference``."""
        from videolect.vlm.backends.qwen import Qwen

        self.keep_reference()
        with self.reference():
            model = self.base if self._frozen is None else self._frozen.model
            if self._before is None:  # it never changes, so what it keeps of the last film stays right
                self._before = Qwen.around(model, self.tokenizer, self.pixels, name=qwen_files.name_of(self.source))
            with towers.as_published(model.model.visual), self._cast():
                yield self._before

    @property
    def changed(self) -> bool:
        """Whether what learns is no longer what was loaded."""
        return self._mark() != self._first

    def _mark(self) -> str:
        digest = hashlib.sha256()
        for name, weight in self.trainable():
            first = whole(weight.detach()).flatten()[:32]
            digest.update(name.encode() + first.float().cpu().numpy().tobytes())
        return digest.hexdigest()

    @contextmanager
    def asked(self) -> Iterator[None]:
        """In ``eval`` while the block runs: no dropout, no checkpoints."""
        was = self.net.training
        self.net.eval()
        self.model.eval()
        try:
            yield
        finally:
            self.net.train(was)
            self.model.train(was)

    def train(self, mode: bool = True) -> None:
        """Dropout and checkpoints on, or off."""
        self.net.train(mode)
        self.model.train(mode)

    # -- what learns

    def trainable(self) -> list[tuple[str, Any]]:
        """Names and weights of what learns."""
        return [(name, weight) for name, weight in self.model.named_parameters() if weight.requires_grad]

    def trainable_state(self) -> dict[str, Tensor]:
        """Weights of what learns by name: all that a checkpoint needs of the model."""
        return {name: weight.detach() for name, weight in self.trainable()}

    def load_trainable(self, state: Mapping[str, Tensor]) -> None:
        """What ``trainable_state`` gave. BadInput where it is of another plan."""
        import torch

        mine = dict(self.trainable())
        if wrong := sorted(mine.keys() ^ state.keys()):
            raise BadInput(
                f"The checkpoint and the model differ in {len(wrong)} weights, such as {wrong[0][:200]}.",
                mend="Go on with the recipe and the model that the run began with.",
            )
        with torch.no_grad():
            for name, weight in mine.items():
                weight.copy_(laid_like(state[name], weight))

    def counts(self) -> dict[str, int]:
        """Parameters that learn and all, and by part: ``tower``, ``language``, ``head`` of those that learn."""
        told = {"trainable": 0, "all": sum(weight.numel() for weight in self.model.parameters())}
        for name, weight in self.trainable():
            part = "tower" if ".visual." in name else "head" if "lm_head" in name else "language"
            told[part] = told.get(part, 0) + weight.numel()
            told["trainable"] += weight.numel()
        return told

    # -- what is made of it

    @contextmanager
    def inference(self, *, batch: int = 16) -> Iterator[Qwen]:
        """The same weights through the path that serves, scores and writes, while the block runs. ``batch``: answers
        that are written at once."""
        from videolect.vlm.backends.qwen import Qwen

        with self.asked(), self.gathered(), towers.as_published(self.base.model.visual), self._cast():
            name = qwen_files.name_of(self.source)
            yield Qwen.around(self.base, self.tokenizer, self.pixels, name=name, batch=batch)

    def anew(self) -> Trainee:
        """As it was loaded, once more and beside the devices: to be saved by one process where weights are sharded."""
        made = load(
            self.source, dtype=self.precision, device="cpu", lora=self.lora, train_tower=self.train_tower,
            attention="dense",
        )  # fmt: skip
        made.shows = self.shows
        return made

    def save(self, folder: Path) -> None:
        """The adapter, or the whole checkpoint with tokenizer and pixel format, into this folder."""
        folder.mkdir(parents=True, exist_ok=True)
        self.model.save_pretrained(folder)
        if self.lora is None:
            self._beside(folder)
        stamp = {
            "source": qwen_files.name_of(self.source), "source_fingerprint": qwen_files.fingerprint(self.source),
            "film_format": tokens.FORMAT, "prompts": prompts.VERSION, "pixels": self.pixels.hash,
            "precision": self.precision, "lora": asdict(self.lora) if self.lora else None, "tower": self.train_tower,
            **self.shows,
        }  # fmt: skip
        (folder / STAMP).write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8")

    def _beside(self, folder: Path) -> None:
        self.tokenizer.save_pretrained(folder)
        _copy_beside(self.source, folder)


def load(
    source: str, *, dtype: Precision = "float32", device: str | None = None, lora: LoraPlan | None = None,
    train_tower: bool = False, checkpointing: bool = False, attention: segments.Attention | None = None,
    tile: int = 1024,
) -> Trainee:  # fmt: skip
    """A checkpoint, ready to be trained: the language model and its head, or an adapter; the tower where asked.

    ``dtype``: ``mixed`` keeps weights in float32 and computes in bfloat16. ``checkpointing``: layers are computed again
    backward instead of being kept. ``attention``: see ``training.attention``; None: by segments where this device and
    precision can. ``tile``: answer tokens whose logits are
    in memory at once. Errors as ``vlm.backends.qwen_files``; BadInput for what cannot be had on this device.
    """
    torch, transformers = qwen_files.libraries()
    if dtype not in get_args(Precision):
        raise BadInput(f"There is no precision {dtype!r}.", mend=f"Use one of {', '.join(get_args(Precision))}.")
    on = device or ("cuda" if torch.cuda.is_available() else "cpu")
    if attention is None:
        attention = "dense" if dtype == "float32" and on != "cpu" else "segments"
    if attention not in segments.ATTENTIONS:
        raise BadInput(f"There is no attention {attention!r}.", mend="Use dense or segments.")
    config = qwen_files.config_of(transformers, source)
    pixels = qwen_files.pixel_format_of(transformers, source)
    tokenizer = qwen_files.tokenizer_of(transformers, source, config)
    kept = torch.bfloat16 if dtype == "bfloat16" else torch.float32
    model = qwen_files.put_on(qwen_files.weights_of(transformers, source, kept), on)
    _check_finite(source, model)
    if attention == "segments":
        segments.check(on, torch.float32 if dtype == "float32" else torch.bfloat16)
        segments.register()
        model.model.language_model.config._attn_implementation = segments.NAME
    towers.quicken(model.model.visual)
    model.requires_grad_(lora is None)
    model.model.visual.requires_grad_(train_tower)
    if checkpointing:
        enable = getattr(model, "activation_checkpointing_enable", None) or model.gradient_checkpointing_enable
        enable({"use_reentrant": False})
    if lora is not None:
        model = _with_lora(model, lora, train_tower)
    made = Trainee(
        source, model, tokenizer, pixels, precision=dtype, lora=lora, train_tower=train_tower, attention=attention,
        tile=tile,
    )  # fmt: skip
    made.train()
    return made


def _check_finite(source: str, model: Any) -> None:
    """CannotRead where a weight is no number: whatever is learned from it is none either."""
    for name, weight in model.named_parameters():
        if not bool(weight.isfinite().all()):
            raise CannotRead(
                f"The weight {name} of {source} holds values that are no finite numbers.",
                mend="Take the checkpoint anew; one that training left behind so has diverged.",
            )


def _with_lora(model: Any, plan: LoraPlan, train_tower: bool) -> Any:
    import torch

    try:
        import peft
    except ImportError:
        raise MissingExtra("LoRA needs peft.", mend=INSTALL.format("train")) from None
    config = peft.LoraConfig(
        r=plan.rank, lora_alpha=plan.alpha, lora_dropout=plan.dropout, target_modules=plan.layers, bias="none"
    )
    with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
        warnings.simplefilter("ignore", FutureWarning)  # of names in transformers that peft still uses
        torch.manual_seed(plan.seed)
        try:
            made: Any = peft.get_peft_model(model, config)
        except ValueError as error:
            raise BadInput(f"LoRA cannot be put there: {str(error)[:200]}", mend="Name layers that exist.") from None
    made.base_model.model.model.visual.requires_grad_(train_tower)
    return made


def merge(source: str, adapter: Path, folder: Path) -> None:
    """The checkpoint with the adapter in its weights, as a checkpoint of its own."""
    torch, transformers = qwen_files.libraries()
    whole = qwen_files.with_adapter(qwen_files.weights_of(transformers, source, torch.float32), str(adapter))
    whole.save_pretrained(folder)
    config = qwen_files.config_of(transformers, source)
    qwen_files.tokenizer_of(transformers, source, config).save_pretrained(folder)
    _copy_beside(source, folder)
    if (adapter / STAMP).is_file():
        stamp = json.loads((adapter / STAMP).read_text(encoding="utf-8"))
        (folder / STAMP).write_text(json.dumps({**stamp, "merged": True}, indent=1) + "\n", encoding="utf-8")


def _copy_beside(source: str, folder: Path) -> None:
    """Of a name that is fetched, what the library has at hand."""
    _, transformers = qwen_files.libraries()
    for name in _BESIDE:
        try:
            found = transformers.utils.cached_file(source, name, _raise_exceptions_for_missing_entries=False)
        except OSError:
            found = None
        if found is not None and not (folder / name).exists():
            shutil.copyfile(found, folder / name)
