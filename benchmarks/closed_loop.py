"""The closed loop: people mend drafts at a desk, a tiny model learns from their triples and drafts the next campaign.

1. Staged clips of one camera movement each go into a workspace. A server runs; annotator and reviewer work over HTTP:
   labels as the stage knows them, drafts with planted errors, points that mend them, revisions, approvals; a fifth of
   the drafts is right and is called perfect.
2. ``data triples``, ``data rows``, ``train tiny_cpu_desk`` from the tiny model that knows movement (``make
   tiny-trained``) but has never seen a prompt of the desk.
3. ``desk work --writer qwen:... --label-free`` drafts a campaign of clips in places that none of its training shows,
   once with the model from before and once with the one that learned. Counted is which of 15 movements a draft claims.

Every step is a command that a user would type. ``VIDEOLECT_TINY`` names another model to begin with,
``VIDEOLECT_LOOP`` a folder in which what was made is kept.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scipy.stats import binomtest
from tools.tiny_models import TRAINED

from videolect.cli.demo.prepared import people_of
from videolect.cli.demo.script import Play, http_caller
from videolect.cli.serving import served
from videolect.language import load_spec
from videolect.language.claims import claims_of
from videolect.record.acts.captions import Drafted
from videolect.record.acts.labels import Answer
from videolect.record.campaign import Policy
from videolect.record.codec import to_plain
from videolect.stage.clips import render
from videolect.training.tiny.clips import NAMES, staged
from videolect.wiring import Workspace, WriterChoice

SIZE = (128, 128)
PLANTED = 2
Truth = Mapping[str, Answer]


def run(*, quick: bool) -> None:
    """Print what people did, what was learned, and how many movements are named before and after."""
    flawed, sound, new = (24, 6, 15) if quick else (480, 120, 60)
    kept = os.environ.get("VIDEOLECT_LOOP")
    with tempfile.TemporaryDirectory(prefix="videolect-bench-") as made:
        folder = Path(kept or made)
        folder.mkdir(parents=True, exist_ok=True)
        desk = folder / "desk"
        if not (folder / "rows").is_dir():
            _campaign(desk, "flawed", flawed, plant=PLANTED, seed=11)
            _campaign(desk, "sound", sound, plant=0, seed=12)
            _command("data", "triples", "--workspace", desk, "--out", folder / "triples.parquet")
            _command("data", "rows", folder / "triples.parquet", "--out", folder / "rows", "--filter", "none",
                     "--share", "train=0.9", "--share", "dev=0.1")  # fmt: skip
        before = os.environ.get("VIDEOLECT_TINY") or str(TRAINED)
        after = _learned(folder, desk, before, quick=quick)
        for name, model in (("before", before), ("after", after)):
            _report(name, _drafted(folder / f"next-{name}", model, new))


# ------------------------------------------------------------------------------------------------------------- people


class Pair(Play):
    """An annotator and a reviewer with a campaign of the camera aspect alone."""

    def sign_in(self) -> None:
        """Both of them."""
        for person, password in self.passwords.items():
            self.call(person, "POST", "/api/session", {"person": person, "password": password})

    def label_all(self, truths: Mapping[str, Truth]) -> None:
        """Every clip, as it is. ``truths`` by clip."""
        for clip, truth in truths.items():
            self.act("ann", clip, "labels", "label", self.take("ann", clip, "labels"), answers=to_plain(truth))

    def settle(self, clip: str) -> None:
        """Mend what was planted, or find nothing to mend."""
        self.wait_for(clip, "camera", "to_caption")
        planted = self.planted_points(clip, "camera")
        if not planted:
            self.call_it_perfect(clip, "camera")
            return
        token = self.take("ann", clip, "camera")
        self.act("ann", clip, "camera", "rate", token, rating=3)
        said = {"raw": "", "points": planted, "language": "en"}
        self.act("ann", clip, "camera", "critique", token, **said)
        self.act("ann", clip, "camera", "revise", token)
        self.act("ann", clip, "camera", "submit", token)
        ticks = {point["id"]: "agreed" for point in planted}
        self.act("rev", clip, "camera", "approve", self.take("rev", clip, "camera"), ticks=ticks)


def _campaign(desk: Path, campaign: str, count: int, *, plant: int, seed: int) -> None:
    workspace = Workspace.create(desk, writer=WriterChoice(plant=plant, seed=seed))
    passwords = people_of(workspace)
    truths = _films(workspace, campaign, count, seed=seed)
    began, done = time.perf_counter(), 0
    with served(workspace) as address:
        pair = Pair(http_caller(address), campaign=campaign, passwords=passwords)
        pair.sign_in()
        pair.label_all(truths)
        for clip in truths:
            pair.settle(clip)
            done += 1
    taken = time.perf_counter() - began
    print(f"{campaign}: {done} captions of the camera settled over HTTP, {taken / done:.2f} s each")
    workspace.close()


def _films(
    workspace: Workspace, campaign: str, count: int, *, seed: int, held_back: bool = False
) -> dict[str, Truth]:  # fmt: skip
    """Render, import and open so many clips; the true label record by clip."""
    spec = load_spec()
    asked = {field.id for field in spec.fields if "camera" in field.mentioned_in or not field.mentioned_in}
    truths: dict[str, Truth] = {}
    with tempfile.TemporaryDirectory(prefix="videolect-clips-") as folder:
        paths = []
        for number in range(count):
            move = NAMES[number % len(NAMES)]
            clip, *_ = staged(move, [seed, number], held_back=held_back, size=SIZE)
            path = Path(folder) / f"{campaign}-{number:04d}-{move}.mp4"
            render(clip, path)
            record = clip.truth(spec).record
            truths[path.stem] = {name: answer for name, answer in record.items() if name in asked}
            paths.append(path)
        videos, refused, _ = workspace.intake.take_in(paths)
        if refused:
            raise RuntimeError(f"{refused[0]['path']} was refused: {refused[0]['why']}")
        workspace.intake.open_tasks(campaign, videos, policy=Policy(), aspects=["camera"])
    return truths


# -------------------------------------------------------------------------------------------------------------- model


def _learned(folder: Path, desk: Path, model: str, *, quick: bool) -> str:
    out = folder / "learned"
    if not (out / "model").is_dir():
        more: list[object] = ["--resume"] if (out / "run.json").is_file() else []
        more += ["--steps", 4] if quick else []
        places = ("--workspace", desk, "--out", out, "--cache", folder / "cache")
        _command("train", "tiny_cpu_desk", "--rows", folder / "rows", "--model", model, *places, *more)
    return str(out / "model")


def _drafted(desk: Path, model: str, count: int) -> dict[str, str]:
    """The draft of each clip of the next campaign, by clip; empty where the model gave none."""
    if not desk.is_dir():
        workspace = Workspace.create(desk)
        passwords = people_of(workspace)
        truths = _films(workspace, "next", count, seed=13, held_back=True)
        with served(workspace, drafts=False) as address:
            pair = Pair(http_caller(address), campaign="next", passwords=passwords)
            pair.sign_in()
            pair.label_all(truths)
        workspace.close()
    _command("desk", "work", "--workspace", desk, "--writer", f"qwen:{model}", "--label-free", "--max-tokens", 160,
             "--accept-cut", check=False)  # fmt: skip
    workspace = Workspace.open(desk)
    drafted = (act for _, act in workspace.ledger.every(kind="Drafted"))
    texts = {_clip_of(act.stream): act.text for act in drafted if isinstance(act, Drafted)}
    labelled = sorted({_clip_of(stream) for stream in workspace.ledger.streams(kind="Labelled")})
    workspace.close()
    return {clip: texts.get(clip, "") for clip in labelled}


def _clip_of(stream: str) -> str:
    return stream.split("/")[-2]


def _moves(text: str) -> set[str]:
    return {claim.primitive for claim in claims_of(text) if claim.state == "asserted"} & set(NAMES)


def _report(name: str, drafts: Mapping[str, str]) -> None:
    right = sum(_moves(text) == {clip.rsplit("-", 1)[1]} for clip, text in drafts.items())
    interval = binomtest(right, len(drafts)).proportion_ci(method="wilson")
    print(
        f"{name}: {sum(map(bool, drafts.values()))} of {len(drafts)} drafts written; movement named right {right}: "
        f"{100 * right / len(drafts):.0f} % [{100 * interval.low:.0f}, {100 * interval.high:.0f}], "
        f"chance {100 / len(NAMES):.0f} %"
    )
    for clip, text in list(drafts.items())[::17]:
        print(f"    {clip}: {text}")


def _command(*words: object, check: bool = True) -> Any:
    asked = [sys.executable, "-m", "videolect.cli.main", *map(str, words), "--json"]
    done = subprocess.run(asked, stdout=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(map(str, words))} ended with {done.returncode}: {done.stdout[-500:]}")
    return json.loads(done.stdout) if done.stdout.strip() else None
