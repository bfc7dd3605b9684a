"""Attention over rows of segments: by a mask, or segment by segment with the parts merged.

The mask is dense, [rows, 1, columns, columns]: right for short rows on a CPU. By segments a token's attention is the
sum of a few unmasked or causal parts, one for each segment that it sees, each by the fastest kernel there is and merged
by the logarithms of their sums. Nothing is computed that is not seen, and no filling is needed, so a packed row may
hold many films. Backward, each part's own kernel is given the merged output and sum: its weights are then those
of the whole, and gradients are exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, get_args

from videolect.errors import BadInput
from videolect.training.packing import Segment

if TYPE_CHECKING:
    from torch import Tensor

Attention = Literal["dense", "segments"]
ATTENTIONS: tuple[Attention, ...] = get_args(Attention)
NAME = "videolect_segments"
"""Of our attention among the library's."""

Part = tuple[slice, slice, bool]
"""Columns that see, columns that are seen, and whether each sees only up to itself."""


def parts_of(segments: Sequence[Segment]) -> list[Part]:
    """Each segment sees itself causally, and all its descendants see the whole of it."""
    made: list[Part] = []
    for one in segments:
        own = slice(one.start, one.end)
        made.append((own, own, True))
        if one.below > one.end:
            made.append((slice(one.end, one.below), own, False))
    return made


def attend(query: Tensor, key: Tensor, value: Tensor, parts: Sequence[Part], scale: float) -> Tensor:
    """[1, heads, columns, width]; keys and values may have fewer heads, each for several of the queries'."""
    import torch

    if torch.is_autocast_enabled(query.device.type):
        wanted = torch.get_autocast_dtype(query.device.type)
        query, key, value = (one.to(wanted) for one in (query, key, value))
    repeats = query.shape[1] // key.shape[1]
    if repeats > 1:
        key, value = (one.repeat_interleave(repeats, dim=1) for one in (key, value))
    made: Tensor = _merged().apply(query, key, value, list(parts), scale)
    return made


@cache
def _merged() -> Any:
    import torch

    class Merged(torch.autograd.Function):  # type: ignore[misc]  # its base has no type where torch is not read
        """See the module."""

        @staticmethod
        def forward(ctx: Any, query: Tensor, key: Tensor, value: Tensor, parts: list[Part], scale: float) -> Tensor:
            out = torch.zeros_like(query, dtype=torch.float32)
            sums = query.new_full(query.shape[:3], -torch.inf, dtype=torch.float32)
            for seeing, seen, causal in parts:
                part, its = _forward(query[:, :, seeing], key[:, :, seen], value[:, :, seen], causal, scale)
                before = sums[:, :, seeing]
                both = torch.logaddexp(before, its)
                kept, added = ((one - both).exp()[..., None] for one in (before, its))
                out[:, :, seeing] = out[:, :, seeing] * kept + part * added
                sums[:, :, seeing] = both
            made = out.to(query.dtype)
            ctx.save_for_backward(query, key, value, made, sums)
            ctx.parts, ctx.scale = parts, scale
            return made

        @staticmethod
        def backward(ctx: Any, *grads: Any) -> Any:
            query, key, value, out, sums = ctx.saved_tensors
            made = [torch.zeros_like(one, dtype=torch.float32) for one in (query, key, value)]
            for seeing, seen, causal in ctx.parts:
                found = _backward(
                    grads[0][:, :, seeing], query[:, :, seeing], key[:, :, seen], value[:, :, seen],
                    out[:, :, seeing], sums[:, :, seeing], causal, ctx.scale,
                )  # fmt: skip
                for whole, where, part in zip(made, (seeing, seen, seen), found, strict=True):
                    whole[:, :, where] += part
            return (*(one.to(query.dtype) for one in made), None, None)

    return Merged


def _forward(query: Tensor, key: Tensor, value: Tensor, causal: bool, scale: float) -> tuple[Tensor, Tensor]:
    """A part's output and the logarithms of its sums, [1, heads, columns]."""
    import torch

    aten = torch.ops.aten
    given = tuple(one.contiguous() for one in (query, key, value))
    if _flash_on(query):
        made = aten._scaled_dot_product_flash_attention(*given, 0.0, causal, False, scale=scale)
    else:
        made = aten._scaled_dot_product_flash_attention_for_cpu(*given, 0.0, causal, scale=scale)
    return made[0], made[1][..., : query.shape[2]]


def _backward(
    grad: Tensor, query: Tensor, key: Tensor, value: Tensor, out: Tensor, sums: Tensor, causal: bool, scale: float
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """A part's share of the gradients of its queries, keys and values."""
    import torch

    aten = torch.ops.aten
    given = tuple(one.contiguous() for one in (grad, query, key, value, out, sums))
    found: tuple[Tensor, Tensor, Tensor]
    if _flash_on(query):
        none = torch.zeros(2, dtype=torch.uint64, device=query.device)  # of dropout, which there is none of
        found = aten._scaled_dot_product_flash_attention_backward(
            *given, None, None, query.shape[2], key.shape[2], 0.0, causal, none, none, scale=scale
        )
    else:
        found = aten._scaled_dot_product_flash_attention_for_cpu_backward(*given, 0.0, causal, scale=scale)
    return found


def _flash_on(query: Tensor) -> bool:
    if query.device.type == "cpu":
        return False
    if str(query.dtype) not in ("torch.bfloat16", "torch.float16"):
        raise BadInput(
            f"Attention by segments works in half precision on {query.device.type}, and this is {query.dtype}.",
            mend="Train in bfloat16 or mixed, or use attention=dense.",
        )
    return True


@cache
def register() -> None:
    """Make our attention known to the library under ``NAME``; without segments it is its own."""
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.integrations.sdpa_attention import sdpa_attention_forward
    from transformers.masking_utils import sdpa_mask

    def forward(
        module: Any, query: Tensor, key: Tensor, value: Tensor, attention_mask: Any, *, scaling: float,
        videolect_parts: Sequence[Sequence[Part]] | None = None, **more: Any,
    ) -> tuple[Tensor, None]:  # fmt: skip
        import torch

        if videolect_parts is None:
            made: tuple[Tensor, None] = sdpa_attention_forward(
                module, query, key, value, attention_mask, scaling=scaling, **more
            )
            return made
        rows = zip(torch.split(query, 1), torch.split(key, 1), torch.split(value, 1), videolect_parts, strict=True)
        found = [attend(*row, scaling) for row in rows]
        return torch.cat(found).transpose(1, 2), None

    interface: Any = AttentionInterface
    masks: Any = AttentionMaskInterface
    interface.register(NAME, forward)
    masks.register(NAME, sdpa_mask)


def check(device: str, dtype: Any) -> None:
    """BadInput unless this machine's kernels give what plain sums give, forward and backward: a small row is tried."""
    import torch

    segments = (
        Segment(start=0, end=40, below=70, parent=-1), Segment(start=40, end=50, below=70, parent=0),
        Segment(start=50, end=63, below=63, parent=1), Segment(start=63, end=70, below=70, parent=1),
    )  # fmt: skip
    drawn = torch.Generator().manual_seed(3)
    given = [torch.randn(1, 2, 70, 64, generator=drawn).to(device, dtype).requires_grad_() for _ in range(4)]
    query, key, value, grad = given
    parts = parts_of(segments)
    allowed = torch.zeros(70, 70, dtype=torch.bool, device=device)
    for seeing, seen, causal in parts:
        size = (seeing.stop - seeing.start, seen.stop - seen.start)
        allowed[seeing, seen] = torch.ones(size, dtype=torch.bool, device=device).tril() if causal else True
    whole = [one.detach().double().requires_grad_() for one in (query, key, value)]
    scores = (whole[0] @ whole[1].mT / 8).masked_fill(~allowed, -torch.inf)
    expected = torch.autograd.grad(scores.softmax(-1) @ whole[2], whole, grad.detach().double())
    found = torch.autograd.grad(attend(query, key, value, parts, 1 / 8), (query, key, value), grad.detach())
    most = 1e-4 if dtype == torch.float32 else 0.1
    for mine, right in zip(found, expected, strict=True):
        if not float((mine.double() - right).abs().max()) < most:
            raise BadInput(
                f"Attention by segments is not exact on {device} in {dtype} with torch {torch.__version__}.",
                mend="Use attention=dense, and report this.",
            )
