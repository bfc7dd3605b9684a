"""Training: exactness, planted bugs, a killed run, what a tiny model learns, speed."""

from __future__ import annotations

import json
import re

from tools.show import ROOT, Answer, Show, Step
from tools.shows.asking import MODELS, TAUGHT, TRL, at_least, at_most, bench, by_tests, holds, keys, ours, told

CORE = "tests/unit/test_training_"


def planned(answer: Answer) -> str:
    """As documented, and it fits."""
    keys(answer.json, "rows tokens memory_bytes seconds fits")
    return told(
        holds("it fits", answer.json["fits"]),
        at_least("rows", answer.json["rows"], 1),
        at_least("tokens", answer.json["tokens"], 1),
    )


def taught(answer: Answer) -> str:
    """The last trial, on 60 clips in places that no training clip shows; docs/training.md has 80, 98, 97, 99, 7."""
    lines = [json.loads(line) for line in (ROOT / "build/tiny-trained/metrics.jsonl").read_text().splitlines()]
    found = [line["figures"] for line in lines if line["kind"] == "trial"][-1]
    return told(
        at_least("movement of 15 named right, per cent", found["movement"], 68),
        at_least("but for depth", found["family"], 90),
        at_least("pairs", found["pairs"], 88),
        at_least("verdict", found["verdict"], 90),
        at_most("first frame alone", found["movement_first_frame"], 21),
    )


def looped(answer: Answer) -> str:
    """Before and after the triples; docs/training.md has 0 (0-6) and 70 (57-80). A trial's four steps teach nothing."""
    before, after = (int(n) for n in re.findall(r"movement named right \d+: (\d+) %", answer.out))
    return told(at_most("before, per cent", before, 7), at_least("after", after, 0 if answer.quick else 57))


def same_losses(answer: Answer) -> str:
    """Of each method; the ratios are told beside."""
    apart = [float(n) for n in re.findall(r"loss of a step: ([0-9.]+(?:e[+-]?\d+)?)", answer.out)]
    ratios = re.findall(r"\| ([0-9.]+) \([0-9.]+ to", answer.out)
    return told(at_most("largest difference of a loss", max(apart), 1e-5), f"times as fast {', '.join(ratios)}")


TRAINING = (
    Show(
        name="training.exact",
        says="shared, packed, separate rows; kept and live reference; DPO at ln 2; RLHF-V of weight 1; merged adapters",
        steps=(by_tests(f"{CORE}packing.py", f"{CORE}losses.py", f"{CORE}methods.py", least=40),),
        needs=(MODELS,),
        pages=("docs/training-core.md",),
    ),
    Show(
        name="training.proofs",
        says="an honest run passes; each planted bug is caught by its proof",
        steps=(by_tests(f"{CORE}proofs.py", least=15),),
        needs=(MODELS,),
        pages=("docs/training-core.md",),
    ),
    Show(
        name="training.killed",
        says="a run that was killed goes on to the same bits",
        steps=(
            by_tests(
                f"{CORE}run.py::test_a_run_that_was_killed_goes_on_to_the_same_bits",
                f"{CORE}run.py::test_sigterm_writes_a_checkpoint_and_ends",
                f"{CORE}checkpoints.py",
                least=8,
            ),
        ),
        needs=(MODELS,),
        pages=("docs/training.md",),
    ),
    Show(
        name="training.rewards",
        says="GSPO: ratio 1 before the update, seven proofs, a reward that rises",
        steps=(by_tests(f"{CORE}policy.py", least=20),),
        needs=(MODELS,),
        pages=("docs/training-core.md",),
        whole=True,
    ),
    Show(
        name="training.devices",
        says="two processes, sharded or not, learn what one learns",
        steps=(by_tests(f"{CORE}devices.py", least=5),),
        needs=(TRL,),
        pages=("docs/training.md",),
        whole=True,
    ),
    Show(
        name="training.trl",
        says="through TRL's own trainers our losses come out, step by step",
        steps=(by_tests(f"{CORE}trl.py", least=15),),
        needs=(TRL,),
        pages=("docs/training.md",),
        whole=True,
    ),
    Show(
        name="training.plan",
        says="what a run will take is told before weights are loaded",
        steps=(ours("train tiny_cpu --dry-run", planned),),
        needs=(MODELS,),
        pages=("docs/training.md",),
    ),
    Show(
        name="training.tiny",
        says="a tiny model learns to name, judge and criticise camera movement in places it has never seen",
        steps=(Step(words="make tiny-trained", check=taught),),
        needs=(MODELS,),
        pages=("docs/training.md",),
        whole=True,
    ),
    Show(
        name="training.loop",
        says="people's triples teach it, and it drafts the next campaign",
        steps=(bench("closed-loop", looped),),
        needs=(MODELS, TAUGHT),
        pages=("docs/training.md",),
        whole=True,
    ),
    Show(
        name="training.speed",
        says="shared films beside separate rows and TRL: the same losses, ratios printed",
        steps=(bench("training", same_losses),),
        needs=(TRL,),
        pages=("docs/training.md",),
        whole=True,
    ),
)
