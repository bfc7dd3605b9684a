"""The formulas: from log-probabilities of answer tokens to a number to make smaller. Nothing here knows a model.

``logs`` is a list of tensors, one a branch: the log-probability of each of its answer tokens, [tokens of the answer],
natural logarithm over the whole vocabulary.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from videolect.errors import BadInput
from videolect.metrics.edits import changed_tokens

if TYPE_CHECKING:
    from torch import Tensor

Weights = Sequence[float] | NDArray[np.float64] | None


def sft(logs: Sequence[Tensor], weights: Sequence[Weights] | None = None) -> tuple[Tensor, float]:
    """Weighted mean of the negative log-probabilities of answer tokens, and the sum of the weights.

    L = - sum_bt w_bt log p(y_bt) / sum_bt w_bt

    ``weights``: per branch and answer token; None: 1. Batches of one step are put together by the weights' sums.
    BadInput where all weights are 0.
    """
    import torch

    flat = torch.cat(list(logs))
    factors = _flat_weights(logs, weights)
    total = float(factors.sum())
    if not total > 0:
        raise BadInput("No answer token has a weight above 0.", mend="Give some tokens a weight.")
    return -(flat * factors).sum() / total, total


def sums(logs: Sequence[Tensor], weights: Sequence[Weights] | None = None, *, mean: bool = False) -> Tensor:
    """[branches]: sum_t w_t log p(y_t) of each branch; ``mean``: divided by sum_t w_t."""
    import torch

    given: Sequence[Weights] = weights if weights is not None else [None] * len(logs)
    made = []
    for log, weight in zip(logs, given, strict=True):
        if weight is None:
            made.append(log.mean() if mean else log.sum())
            continue
        factor = torch.as_tensor(weight, dtype=log.dtype, device=log.device)
        made.append((log * factor).sum() / (factor.sum() if mean else 1.0))
    return torch.stack(made)


def dpo(
    chosen: Tensor, rejected: Tensor, reference_chosen: Tensor, reference_rejected: Tensor, beta: float = 0.1
) -> tuple[Tensor, Tensor]:
    """DPO's loss, a mean over pairs, and each pair's margin. All [pairs]: log-probabilities of whole answers.

    margin = beta ((log p(y_w) - log p_ref(y_w)) - (log p(y_l) - log p_ref(y_l)))
    L = - mean log sigmoid(margin)

    Rafailov et al. 2023, eq. 7. Where the model is its own reference all margins are 0 and L is ln 2.
    """
    from torch.nn.functional import logsigmoid

    margins = beta * ((chosen - reference_chosen) - (rejected - reference_rejected))
    return -logsigmoid(margins).mean(), margins


def changed_weights(
    chosen: Sequence[Hashable], rejected: Sequence[Hashable], weight: float, shortest_match: int = 1
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """RLHF-V's weights of the tokens of both answers: ``weight`` where a token was changed, 1 where it was kept.

    Which are changed: ``metrics.edits.changed_tokens`` (difflib over tokens), as the authors' ``rlhf_v.py`` does it;
    ``shortest_match`` is their minimum length of a match. The weight is assumed: the paper's was not recovered; RLHF-V
    (Yu et al. 2023, section 3.2) uses 5.
    """
    if not weight >= 0 or weight == float("inf"):
        raise BadInput(f"A weight of {weight} cannot be used.", mend="Give 0 or more; 1 weighs all tokens alike.")
    masks = changed_tokens(rejected, chosen, shortest_match)
    worse, better = (np.where(mask, float(weight), 1.0) for mask in masks)
    return better, worse


def advantages(rewards: Tensor, groups: Sequence[Hashable], *, scaled: bool = True) -> Tensor:
    """[samples]: how much better a sample is than the mean of its group, in the group's deviations where ``scaled``.

    A_i = (r_i - mean r) / (std r + 1e-6), with the deviation over the group (not over one less). 0 in a group whose
    rewards are all alike: it teaches nothing. Shao et al. 2024 (GRPO), section 4.1.
    """
    import torch

    made = torch.zeros_like(rewards)
    for group in dict.fromkeys(groups):
        mask = torch.tensor([one == group for one in groups], device=rewards.device)
        of = rewards[mask]
        apart = of - of.mean()
        made[mask] = apart / (of.std(unbiased=False) + 1e-6) if scaled else apart
    return made


def gspo(
    logs: Sequence[Tensor], old: Sequence[Tensor], advantage: Tensor, *, below: float = 3e-4, above: float = 4e-4
) -> tuple[Tensor, Tensor]:
    """GSPO's loss, a mean over samples, and each sample's ratio [samples].

    s_i = exp(mean_t (log p(y_it) - log p_old(y_it)))
    L = - mean_i min(s_i A_i, clip(s_i, 1 - below, 1 + above) A_i)

    Zheng et al. 2025 (arXiv 2507.18071), eq. 5 to 7; its clips, 3e-4 and 4e-4. ``old``: of the model that drew the
    samples. Before its first update all ratios are 1 and the gradient is that of - mean_i A_i mean_t log p(y_it).
    """
    import torch

    ratios = torch.exp(sums(logs, mean=True) - sums(old, mean=True))
    clipped = ratios.clamp(1 - below, 1 + above)
    return -torch.minimum(ratios * advantage, clipped * advantage).mean(), ratios


def kl(logs: Sequence[Tensor], reference: Sequence[Tensor]) -> Tensor:
    """The divergence from the reference, estimated from answers that were drawn: a mean over samples of that of tokens.

    k_it = exp(log p_ref(y_it) - log p(y_it)) - (log p_ref(y_it) - log p(y_it)) - 1

    Never below 0, and 0 where both are the same, with a gradient of 0. Shao et al. 2024 (GRPO), eq. 4.
    """
    import torch

    each = []
    for log, before in zip(logs, reference, strict=True):
        apart = before - log
        each.append((torch.exp(apart) - apart - 1).mean())
    return torch.stack(each).mean()


def _flat_weights(logs: Sequence[Tensor], weights: Sequence[Weights] | None) -> Tensor:
    import torch

    given: Sequence[Weights] = weights if weights is not None else [None] * len(logs)
    made = []
    for log, weight in zip(logs, given, strict=True):
        factor = torch.ones_like(log) if weight is None else torch.as_tensor(weight, dtype=log.dtype, device=log.device)
        if factor.shape != log.shape:
            raise BadInput(
                f"{len(factor)} weights stand for {len(log)} answer tokens.",
                mend="Give one for each, the end included.",
            )
        if bool((factor < 0).any()):
            raise BadInput("A weight is below 0.", mend="Give 0 or more.")
        made.append(factor)
    return torch.cat(made).detach()
