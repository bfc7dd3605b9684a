"""Run again what videolect says of itself: every show is commands that a person types, and a check that can fail.

    make show                               all of it: a night on two cores
    make show ARGS=--quick                  what takes minutes
    make show ARGS='--only stage video.split'
    make show ARGS=--list
    make show ARGS=--resume                 goes on where a run was stopped

What is shown stands in ``tools/shows``, a file for each subject; docs/shown.md says which claim each show bears out. A
show whose clips, data or programs are not here is left out, and the table at the end says why. Times are told and never
judged. Exit code: 0 nothing failed, 1 something did or the run was stopped, 2 asked wrongly.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "build" / "show"
"""What a run leaves behind: ``state.json``, and of each show what its commands said."""

CODE = ("src", "benchmarks", "tests", "tools", "ui")
"""What a show may depend on."""

ABROAD = ("VIDEOLECT_HOME", "VIDEOLECT_DATABASE", "VIDEOLECT_GLOSSARY", "VIDEOLECT_SERVE_KEY", "VIDEOLECT_CHAT_KEY")
"""Settings of the desk of whoever runs this; no show may touch it."""


class NotShown(Exception):
    """What should have been, and what was."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one command said."""

    code: int | None
    """None while it still runs."""
    out: str
    err: str
    folder: Path
    """The show's own, in which ``videolect`` ran."""
    quick: bool

    @property
    def json(self) -> Any:
        """The object on stdout."""
        try:
            return json.loads(self.out)
        except ValueError:
            raise NotShown(f"stdout is no JSON: {self.out[:200]!r}") from None

    def figure(self, pattern: str) -> float:
        """The number in the pattern's first group, of the first place that has it. Commas part thousands."""
        found = re.search(pattern, self.out)
        if found is None:
            raise NotShown(f"nothing on stdout is like {pattern!r}")
        return float(found[1].replace(",", ""))


Check = Callable[[Answer], str]
"""Gives the figures that the table shows, or raises NotShown."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One command. ``{clips}``, ``{reference}``, ``{folder}``, ``{root}``, ``{quick}`` stand for what they are here."""

    words: str
    """``videolect`` runs in the show's folder; all else in the repository's root."""
    check: Check | None = None
    code: int = 0
    ready: str | None = None
    """A pattern: the command serves, and the next step begins when it has said so. Named groups name what they hold for
    the steps behind it: ``{url}``. It is interrupted at the end."""
    more: Mapping[str, str] = field(default_factory=dict)
    """Of the environment."""


@dataclass(frozen=True, kw_only=True)
class File:
    """A file in the show's folder that the commands behind it read."""

    name: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Need:
    """Something from outside the repository."""

    name: str
    why_not: Callable[[], str | None]
    """None where it is here."""


@dataclass(frozen=True, kw_only=True)
class Show:
    """Something that videolect says of itself, and how one sees that it is so."""

    name: str
    """``subject.what``."""
    says: str
    steps: tuple[Step | File, ...]
    whole: bool = False
    """Too long for ``--quick``."""
    needs: tuple[Need, ...] = ()
    pages: tuple[str, ...] = ()
    """Where the claim is told, and the figures that floors are taken from."""

    @property
    def scaled(self) -> bool:
        """Whether ``--quick`` takes smaller sizes than the page tells of."""
        return any(isinstance(step, Step) and "{quick}" in step.words for step in self.steps)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How one show went."""

    came: str
    """shown, failed, left out."""
    told: str
    seconds: float = 0.0
    processor: float = 0.0
    quick: bool = False


class Stage:
    """The folder of one show, and the commands in it."""

    def __init__(self, folder: Path, log: IO[str], *, quick: bool) -> None:
        from tests.support import clips, reference

        self.folder, self.log, self.quick = folder, log, quick
        self.places = {
            "folder": str(folder), "root": str(ROOT), "clips": str(clips.FOLDER), "reference": str(reference.FOLDER),
            "quick": "--quick" if quick else "",
        }  # fmt: skip
        self.serving: list[subprocess.Popen[bytes]] = []
        (folder / "t").mkdir()
        # Others than root run PostgreSQL: its cluster lies below.
        folder.chmod(0o711)
        (folder / "t").chmod(0o1777)

    def run(self, step: Step, number: int) -> str:
        """What its check has to say."""
        words = command(step.words, self.places)
        said = [self.folder / f"{number}.{end}" for end in ("out", "err")]
        print(f"\n$ {shlex.join(words)}", file=self.log, flush=True)
        environment = {name: value for name, value in os.environ.items() if name not in ABROAD}
        environment |= {"TMPDIR": str(self.folder / "t"), "PYTHONUNBUFFERED": "1", "COLUMNS": "120"}
        environment |= {name: value.format(**self.places) for name, value in step.more.items()}
        with said[0].open("wb") as out, said[1].open("wb") as err:
            started = subprocess.Popen(
                words, cwd=self.folder if step.words.startswith("videolect ") else ROOT, stdout=out, stderr=err,
                stdin=subprocess.DEVNULL, env=environment, start_new_session=True,
            )  # fmt: skip
        try:
            if step.ready is None:
                started.wait()
            else:
                self.serving.append(started)
                self._await(started, step.ready, said)
        except BaseException:
            end(started)
            raise
        finally:
            out_, err_ = (path.read_text(errors="replace") for path in said)
            print(out_[-200_000:], err_[-20_000:], sep="\n", file=self.log, flush=True)
        if step.ready is None and started.returncode != step.code:
            last = (err_.strip() or out_.strip()).splitlines()[-1:]
            raise NotShown(f"`{shown(step.words)}` ended with {started.returncode}, not {step.code}: {' '.join(last)}")
        if step.check is None:
            return ""
        return step.check(Answer(code=started.returncode, out=out_, err=err_, folder=self.folder, quick=self.quick))

    def _await(self, process: subprocess.Popen[bytes], pattern: str, said: Sequence[Path]) -> None:
        """Until it has said so; a command that ended without is none that serves."""
        while True:
            ended = process.poll() is not None
            found = re.search(pattern, "\n".join(path.read_text(errors="replace") for path in said))
            if found:
                self.places |= found.groupdict()
                return
            if ended:
                raise NotShown(f"it ended with {process.returncode} and never said {pattern!r}")
            time.sleep(0.1)

    def close(self) -> None:
        """Nothing of it runs on."""
        for process in self.serving:
            end(process)


def command(words: str, places: Mapping[str, str]) -> list[str]:
    """As the system is given it: our own programs are those beside the Python that runs this."""
    first, *rest = (word.format(**places) for word in shlex.split(words))
    rest = [word for word in rest if word]
    if first == "videolect":
        return [str(Path(sys.executable).with_name("videolect")), *rest]
    return [sys.executable if first == "python" else first, *rest]


def shown(words: str) -> str:
    """As a person would type it."""
    places = {"clips": "../shared/clips", "reference": "../shared/reference-data", "folder": "DIR", "root": "."}
    return re.sub(r"\{(\w+)\}", lambda found: places.get(found[1], found[1].upper()), words.replace(" {quick}", ""))


def end(process: subprocess.Popen[bytes]) -> None:
    """Interrupt it and its children, as a terminal does; what does not listen is killed."""
    for number, seconds in ((signal.SIGINT, 30), (signal.SIGKILL, 30)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)


def carry_out(show: Show, folder: Path, *, quick: bool) -> Outcome:
    """Run it in this empty folder and keep what was said."""
    for need in show.needs:
        if why := need.why_not():
            return Outcome(came="left out", told=why, quick=quick)
    KEPT.mkdir(parents=True, exist_ok=True)
    begun, used = time.monotonic(), processor_seconds()
    told: list[str] = []
    came = "shown"
    with (KEPT / f"{show.name}.log").open("w") as log:
        stage = Stage(folder, log, quick=quick)
        try:
            for number, step in enumerate(show.steps):
                if isinstance(step, File):
                    (folder / step.name).write_text(step.text)
                else:
                    told.append(stage.run(step, number))
        except NotShown as error:
            came, told = "failed", [str(error)]
        except Exception as error:  # an answer of another form than the check reads is no proof, and no reason to end
            came, told = "failed", [f"{type(error).__name__}: {error}"]
        finally:
            stage.close()
        print(f"\n{came}: {'; '.join(filter(None, told))}", file=log)
    return Outcome(
        came=came, told="; ".join(filter(None, told)), seconds=time.monotonic() - begun,
        processor=processor_seconds() - used, quick=quick,
    )  # fmt: skip


def processor_seconds() -> float:
    """Of all children that have ended, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


# ---------------------------------------------------------------------------------------------------------------- a run


class State:
    """What is known of this run, so that another can go on with it. What other code has shown is not believed."""

    def __init__(self, path: Path, *, resume: bool) -> None:
        self.path, self.going_on = path, resume
        asked = subprocess.run(
            ["git", "rev-parse", *(f"HEAD:{folder}" for folder in CODE)],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        self.code = " ".join(asked.stdout.split())
        self.done = self._kept() if resume else {}

    def _kept(self) -> dict[str, Outcome]:
        if not self.path.is_file():
            return {}
        kept = json.loads(self.path.read_text())
        if kept.get("code") != self.code:
            print("What is kept was shown by other code; all is run again.", file=sys.stderr)
            return {}
        return {name: Outcome(**outcome) for name, outcome in kept["shows"].items()}

    def passed(self, show: Show, *, quick: bool) -> bool:
        """Whether it was shown already, at this size or a larger one."""
        found = self.done.get(show.name)
        return found is not None and found.came == "shown" and (quick or not found.quick or not show.scaled)

    def keep(self, show: Show, outcome: Outcome) -> None:
        """Written whole or not at all; of two runs at once each keeps what the other has shown."""
        self.done = self._kept() | {show.name: outcome} if self.going_on else self.done | {show.name: outcome}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        half = self.path.with_suffix(".half")
        shows = {name: vars_of(each) for name, each in self.done.items()}
        half.write_text(json.dumps({"code": self.code, "shows": shows}, indent=1))
        half.replace(self.path)


def vars_of(outcome: Outcome) -> dict[str, Any]:
    """As JSON."""
    return {name: getattr(outcome, name) for name in Outcome.__dataclass_fields__}


def chosen(shows: Sequence[Show], only: Sequence[str] | None, *, quick: bool) -> list[Show]:
    """Those of the named subjects or of these names; a named show is run even where ``--quick`` would not."""
    if not only:
        return [show for show in shows if not (quick and show.whole)]
    names = {show.name for show in shows} | {show.name.partition(".")[0] for show in shows}
    if unknown := [word for word in only if word not in names]:
        raise ValueError(f"nothing is called {', '.join(unknown)}; --list tells all names")
    return [
        show for show in shows
        if show.name in only or (show.name.partition(".")[0] in only and not (quick and show.whole))
    ]  # fmt: skip


def table(outcomes: Mapping[str, Outcome]) -> str:
    """All of them in their order, and how many of each."""
    width = max(map(len, outcomes), default=0)
    lines = []
    for name, one in outcomes.items():
        times = f"{one.seconds:7.1f} s {one.processor:8.1f} s" if one.came != "left out" else " " * 19
        small = " (smaller size)" if one.quick and one.came == "shown" else ""
        lines.append(f"{name:{width}}  {one.came:8} {times}  {one.told}{small}")
    count = {came: sum(one.came == came for one in outcomes.values()) for came in ("shown", "failed", "left out")}
    seconds, used = (sum(getattr(one, what) for one in outcomes.values()) for what in ("seconds", "processor"))
    lines.append(
        f"{count['shown']} shown, {count['failed']} failed, {count['left out']} left out; "
        f"{seconds / 60:.0f} minutes, {used / 60:.0f} of processor time"
    )
    return "\n".join(lines)


@contextlib.contextmanager
def empty_folder() -> Iterator[Path]:
    """Gone at the end, whatever lies in it. Its name is short: sockets lie below."""
    folder = Path(tempfile.mkdtemp(prefix="vlshow-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main(arguments: Sequence[str] | None = None, shows: Sequence[Show] | None = None) -> int:
    """Run those that were asked for."""
    if shows is None:
        from tools import shows as listed

        shows = listed.SHOWS
    parser = argparse.ArgumentParser(
        prog="show", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="minutes: without the long ones, others at smaller sizes")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these shows, or all of these subjects")
    parser.add_argument("--list", action="store_true", help="tell names and what they show; run nothing")
    parser.add_argument("--resume", action="store_true", help="pass over what the run before this has shown")
    asked = parser.parse_args(arguments)
    try:
        wanted = chosen(shows, asked.only, quick=asked.quick)
    except ValueError as error:
        parser.error(str(error))
    if asked.list:
        for show in wanted:
            print(f"{show.name:24} {'whole' if show.whole else 'quick'}  {show.says}")
        return 0
    # Its commands end with it, and its folders go. What a shell puts into the background is deaf to interrupts, and the
    # servers that are shown would be deaf too.
    before = {each: signal.signal(each, signal.default_int_handler) for each in (signal.SIGINT, signal.SIGTERM)}
    state = State(KEPT / "state.json", resume=asked.resume)
    outcomes: dict[str, Outcome] = {}
    try:
        for number, show in enumerate(wanted, 1):
            if state.passed(show, quick=asked.quick):
                outcomes[show.name] = state.done[show.name]
                continue
            print(f"[{number}/{len(wanted)}] {show.name}: {show.says}", file=sys.stderr, flush=True)
            with empty_folder() as folder:
                outcome = carry_out(show, folder, quick=asked.quick and show.scaled)
            outcomes[show.name] = outcome
            state.keep(show, outcome)
            told = f" ({KEPT.relative_to(ROOT) / show.name}.log)" if outcome.came == "failed" else ""
            print(f"    {outcome.came} {outcome.seconds:.1f} s: {outcome.told}{told}", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        print("Stopped; --resume goes on.", file=sys.stderr)
        print(table(outcomes))
        return 1
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    print(table(outcomes))
    return int(any(outcome.came == "failed" for outcome in outcomes.values()))


if __name__ == "__main__":
    from tools.show import main as by_name  # the shows raise and make what this module is under its own name

    sys.exit(by_name())
