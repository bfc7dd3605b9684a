"""How shows ask: what they need, commands, tests and benchmarks as steps, and what a figure has to be."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

from tests.support import browser, clips, models, postgres, reference
from tools.show import Answer, Check, Need, NotShown, Step

FILM = "{clips}/big_buck_bunny_480p_30s.mp4"
OTHER = "{clips}/nasa_13013.mp4"


def _absent(*libraries: str) -> Callable[[], str | None]:
    def why() -> str | None:
        missing = [name for name in libraries if importlib.util.find_spec(name) is None]
        return f"{', '.join(missing)} not installed" if missing else None

    return why


def _need(name: str, here: Callable[[], object], why: str) -> Need:
    return Need(name=name, why_not=lambda: None if here() else why)


CLIPS = _need("clips", clips.FOLDER.is_dir, f"the real clips are not in {clips.SHOWN}")
DATA = _need("reference", (reference.FOLDER / "README.md").is_file, f"the authors' data are not in {reference.SHOWN}")
CHROMIUM = _need("chromium", browser.find_chromium, "no Chromium")
POSTGRES = _need("postgres", postgres.find_postgres, "no PostgreSQL")
MODELS = Need(name="models", why_not=_absent(*models.NEEDED))
TRL = Need(name="trl", why_not=_absent(*models.FOR_TRL))
READERS = Need(name="readers", why_not=_absent("torchcodec", "decord", "cv2"))
TAUGHT = _need("trained", models.trained, "nobody has said `make tiny-trained` here")


def same(what: str, found: object, wanted: object) -> str:
    """Exactly so."""
    if found != wanted:
        raise NotShown(f"{what}: {found!r}, not {wanted!r}")
    return f"{what} {found}"


def at_least(what: str, found: float, floor: float) -> str:
    """So much or more."""
    if not found >= floor:
        raise NotShown(f"{what}: {found:g}, under {floor:g}")
    return f"{what} {found:.4g}" if isinstance(found, float) else f"{what} {found:,}"


def at_most(what: str, found: float, bound: float) -> str:
    """So much or less."""
    if not found <= bound:
        raise NotShown(f"{what}: {found:g}, over {bound:g}")
    return f"{what} {found:.4g}" if isinstance(found, float) else f"{what} {found:,}"


def holds(what: str, found: object) -> str:
    """Anything that is true."""
    if not found:
        raise NotShown(f"not so: {what}")
    return what


def told(*parts: str) -> str:
    """Several in a line."""
    return ", ".join(parts)


def keys(found: dict[str, Any], wanted: str) -> None:
    """Those of the documented answer are there."""
    if missing := set(wanted.split()) - set(found):
        raise NotShown(f"the answer lacks {', '.join(sorted(missing))}")


def ours(words: str, check: Check | None = None, **more: Any) -> Step:
    """A command of ours that answers in JSON."""
    return Step(words=f"videolect {words} --json", check=check, **more)


def bench(name: str, check: Check) -> Step:
    """A benchmark, at a smaller size for ``--quick``."""
    return Step(words=f"python -m benchmarks {name} {{quick}}", check=check)


def by_tests(*nodes: str, least: int, check: Check | None = None, more: str = "") -> Step:
    """Tests, all of which run and pass; ``least`` of them, so that a lost parameter is noticed."""

    def passed(answer: Answer) -> str:
        holds("no suite was left out", "No suite was left out." in answer.out)
        holds("no test was skipped", " skipped" not in answer.out.splitlines()[-1])
        count = at_least("tests passed", int(answer.figure(r"(\d+) passed")), least)
        return told(count, check(answer)) if check else count

    # Ten minutes are long for one test, but not on a machine with much else to do.
    words = "python -m pytest -q -p no:cacheprovider -o faulthandler_timeout=7200 --basetemp={folder}/pytest"
    return Step(words=" ".join([words, *more.split(), *nodes]), check=passed)
