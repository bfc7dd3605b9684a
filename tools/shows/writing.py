"""Models that write: what they see, behind a server, several prompts a film, the best of N, one prompt of five."""

from __future__ import annotations

import json
import re

from tools.show import Answer, File, Show, Step
from tools.shows.asking import (
    CLIPS,
    DATA,
    FILM,
    MODELS,
    POSTGRES,
    TAUGHT,
    at_least,
    at_most,
    bench,
    by_tests,
    holds,
    keys,
    ours,
    same,
    told,
)
from tools.shows.desk import settled

MODEL = "{root}/build/tiny-models/micro"
HOW = "--aspect camera --label-free --max-tokens 12 --temperature 1 --seed 3 --accept-cut"
"""What a random model finds likeliest is no text, so texts are drawn: by seed and prompt, here as there."""
SERVED = r"is served at (?P<url>\S+)"
FIVE = {
    "camera": "The camera tilts down slowly from the sky to a meadow.",
    "subject": "A large grey rabbit with a white belly and long ears.",
    "motion": "The rabbit walks out of its burrow, stretches and looks about.",
    "scene": "A sunlit meadow with trees in the morning. A stream runs through it.",
    "spatial": "The rabbit stands in the centre of the frame in a full shot. Trees stand in the background.",
}
BUDGET = 60


def served_alike(answer: Answer) -> str:
    """The step before asked the model in its own process."""
    here = json.loads((answer.folder / "2.out").read_text())
    keys(answer.json, "text model prompt_hash seconds tokens cannot_know")
    same("text", answer.json["text"], here["text"])
    same("prompt", answer.json["prompt_hash"], here["prompt_hash"])
    return f"the same {answer.json['tokens']} tokens and the same prompt"


def by_a_model(answer: Answer) -> str:
    """What was drafted says by whom and from which prompt; the polish of a critique and its revision too."""
    triples = answer.json["triples"]
    holds("drafts say their model", all("memory" in str(each["pre_model"]) for each in triples if each["pre_model"]))
    holds("drafts say their prompt", all(each["pre_prompt_hash"] for each in triples))
    holds("a revision says its model", any("memory" in str(each["post_model"]) for each in triples))
    return settled(answer)  # a model of chance words leaves little to apply


def alike(answer: Answer) -> str:
    """The answers are compared; the ratios are told beside."""
    apart = [float(n) for n in re.findall(r"\| ([0-9.]+(?:e[+-]?\d+)?) \|$", answer.out, re.M)]
    same("of 5 drafts the same", int(answer.figure(r"the same text in (\d) of 5")), 5)
    ratios = re.findall(r"\| \d+ \| ([0-9.]+) \|", answer.out)
    return told(at_most("largest difference of P(Yes)", max(apart), 1e-6), f"times as fast {', '.join(ratios)}")


def within_budget(answer: Answer) -> str:
    """Whole clips of five captions each."""
    lost = int(answer.figure(r"after; (\d+) lost a claim"))
    return told(
        at_least("clips", int(answer.figure(r"(\d+) clips, budget")), 30 if answer.quick else 500),
        same("over the budget after", int(answer.figure(r"before, (\d+) after")), 0),
        f"{lost} lost a claim",
    )


def one_prompt(answer: Answer) -> str:
    """Of five captions, with what went and the claims that went with it."""
    return told(
        at_most("tokens", answer.json["tokens"], BUDGET),
        holds("what went is told", answer.json["dropped"]),
        same("claims lost", answer.json["lost"], ["walks", "waterside_place"]),
    )


def chosen_better(answer: Answer) -> str:
    """Of 4: at random, by P(Yes), the best there is."""
    row = re.findall(r"^\| 4 \| ([0-9.]+) [^|]*\| ([0-9.]+) [^|]*\| ([0-9.]+)", answer.out, re.M)[0]
    by_chance, chosen, best = map(float, row)
    return told(
        at_least("F1 by P(Yes)", chosen, by_chance),
        f"at random {by_chance}",
        at_least("the best there is", best, chosen),
    )


WRITING = (
    Show(
        name="writing.parity",
        says="pixels and tokens are those of the library's own processor, to the last bit (frozen arrays)",
        steps=(
            by_tests(
                "tests/unit/test_vlm_tokens.py",
                least=30,
                more="--deselect tests/unit/test_vlm_tokens.py::test_the_processor_still_gives_what_is_frozen",
            ),
        ),
        needs=(MODELS,),
        pages=("docs/tiny-models.md",),
    ),
    Show(
        name="writing.sees",
        says="a model from which pixels are withheld is refused at the start; answers are the library's own",
        steps=(by_tests("tests/unit/test_vlm_qwen.py", least=25),),
        needs=(MODELS,),
        pages=("docs/models.md",),
    ),
    Show(
        name="writing.served",
        says="a real film's draft is the same from a model here and from the same model behind a server",
        steps=(
            Step(words="python -m tools.tiny_models micro"),
            Step(words=f"videolect write serve --model {MODEL} --port 0", ready=SERVED),
            ours(f"write draft {FILM} --writer qwen:{MODEL} {HOW}"),
            ours(f"write draft {FILM} --writer 'chat:{{url}}?still=png&exact_times=yes' {HOW}", served_alike),
        ),
        needs=(MODELS, CLIPS),
        pages=("docs/models.md",),
    ),
    Show(
        name="writing.client",
        says="OpenAI's own client talks to our server: frames, a film, a stream, chances, errors",
        steps=(by_tests("tests/integration/test_openai_client.py", "tests/integration/test_write_serve.py", least=8),),
        pages=("docs/models.md",),
    ),
    Show(
        name="writing.desk",
        says="the scripted desk drafts, polishes and revises with a model behind a server, and keeps what it was",
        steps=(
            Step(words="videolect write serve --model memory --port 0", ready=SERVED),
            ours("demo --script --writer 'chat:{url}'", by_a_model),
        ),
        pages=("docs/models.md",),
    ),
    Show(
        name="writing.workers",
        says="models at work in processes of their own draft every task once, and leave it when they die",
        steps=(by_tests("tests/integration/test_model_workers.py", least=5),),
        needs=(POSTGRES,),
        pages=("docs/writing.md",),
        whole=True,
    ),
    Show(
        name="writing.shared",
        says="eight judgements and five drafts by one encoding of a film give what one call each gives",
        steps=(bench("shared-film", alike),),
        needs=(MODELS,),
        pages=("docs/writing.md",),
    ),
    Show(
        name="writing.overhead",
        says="what a call costs behind our server, beside OpenAI's client: printed, not judged",
        steps=(bench("served", lambda a: holds("beside OpenAI's client", re.search(r"^openai", a.out, re.M))),),
        pages=("docs/models.md",),
    ),
    Show(
        name="writing.best",
        says="the best of N by P(Yes) lies between one at random and the best there is",
        steps=(bench("best-of", chosen_better),),
        needs=(MODELS, TAUGHT),
        pages=("docs/writing.md",),
        whole=True,
    ),
    Show(
        name="writing.merge",
        says="five captions become one prompt within its tokens, and what went is told",
        steps=(
            File(name="captions.json", text=json.dumps(FIVE)),
            ours(f"write merge captions.json --budget {BUDGET}", one_prompt, code=1),  # a claim was lost
        ),
        pages=("docs/writing.md",),
    ),
    Show(
        name="writing.merges",
        says="experts' captions of 500 clips as prompts: none over the budget",
        steps=(bench("merge", within_budget),),
        needs=(DATA,),
        pages=("docs/writing.md",),
    ),
)
