"""The list of what is shown names what there is; and a show that is not so fails."""

from __future__ import annotations

import ast
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tools import show as runner
from tools.show import Answer, Need, NotShown, Show, Step, command, main
from tools.shows import SHOWS
from tools.shows.stage import COUNTED, true_words

from videolect.cli.main import build_parser

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "shown.md"


def commands() -> Iterator[tuple[str, list[str]]]:
    """Every command of the list, by the show's name."""
    places = dict.fromkeys(("clips", "reference", "folder", "root", "url"), "/x") | {"quick": "--quick"}
    for show in SHOWS:
        for step in show.steps:
            if isinstance(step, Step):
                yield show.name, [word.format(**places) for word in shlex.split(step.words)]


def nodes(words: list[str]) -> list[str]:
    """Test files and node ids among the words."""
    return [word for word in words if re.match(r"tests/\S+\.py(::|$)", word)]


def exists(node: str) -> bool:
    """Whether that test is in that file; no parameters here."""
    path, *names = node.split("::")
    if not (ROOT / path).is_file():
        return False
    body: list[ast.stmt] = ast.parse((ROOT / path).read_text()).body
    for name in names:
        found = [each for each in body if isinstance(each, ast.FunctionDef | ast.ClassDef) and each.name == name]
        if not found:
            return False
        body = found[0].body
    return True


def test_names_are_their_subject_and_stand_once() -> None:
    names = [show.name for show in SHOWS]
    assert len(set(names)) == len(names)
    assert not [name for name in names if not re.fullmatch(r"[a-z]+\.[a-z-]+", name)]


def test_every_command_is_one_that_we_have(capsys: pytest.CaptureFixture[str]) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M)
    # Read and not imported: the benchmarks load half of the libraries that there are.
    measured = re.findall(r'^    "([a-z-]+)": \w+,$', (ROOT / "benchmarks" / "__main__.py").read_text(), re.M)
    parser = build_parser()
    for name, words in commands():
        if words[0].endswith("videolect"):
            parser.parse_args(words[1:])  # ends the test where it is none
        elif words[0] == "make":
            assert [word for word in words[1:] if word in targets], (name, words)
        elif words[:2] == ["python", "-m"] and words[2] == "benchmarks":
            assert words[3] in measured, (name, words)
        elif words[:3] == ["python", "-m", "pytest"]:
            assert nodes(words), (name, words)
            assert not [node for node in nodes(words) if not exists(node)], name
        elif words[:2] == ["python", "-m"]:
            assert (ROOT / f"{words[2].replace('.', '/')}.py").is_file(), (name, words)
        else:
            assert words[0] == "git", (name, words)


def test_every_benchmark_has_its_line_in_their_help() -> None:
    text = (ROOT / "benchmarks" / "__main__.py").read_text()
    names = re.findall(r'^    "([a-z-]+)": \w+,$', text, re.M)
    assert len(names) > 20
    assert not [name for name in names if not re.search(rf"^{name} +\w", text, re.M)]


def test_every_page_that_a_show_rests_on_is_there() -> None:
    assert not [(show.name, page) for show in SHOWS for page in show.pages if not (ROOT / page).is_file()]


def test_the_words_of_the_stage_are_counted_on_one_page_and_held_against_it() -> None:
    pages = {name: (ROOT / "docs" / name).read_text() for name in ("stage.md", "stage-words.md")}
    ((captions, drafts, points),) = re.findall(COUNTED, pages["stage-words.md"], re.S)
    assert not re.findall(r"\d,\d{3} (?:captions|drafts|points)", pages["stage.md"])
    row = "| camera | 500 | {} | {} | 0 | 0 | 9 | 9 | {} | {} |"

    def said(untrue: int, *, off: int = 0) -> Answer:
        counts = [int(each.replace(",", "")) for each in (captions, drafts, points)]
        out = row.format(counts[0], untrue, counts[1] + off, counts[2])
        return Answer(code=0, out=out, err="", folder=ROOT, quick=False)

    assert f"{captions} on the page" in true_words(said(0))
    for wrong in (said(1), said(0, off=200)):
        with pytest.raises(NotShown):
            true_words(wrong)


def test_the_page_and_the_list_name_the_same() -> None:
    told = PAGE.read_text()
    subjects = "|".join({show.name.partition(".")[0] for show in SHOWS})
    named = set(re.findall(rf"`((?:{subjects})\.[a-z-]+)`", told))
    assert named == {show.name for show in SHOWS}
    tests = re.findall(r"`(tests/[^`]+\.py(?:::[^`]+)?)`", told)
    assert not [node for node in tests if not exists(node)]


def test_the_page_says_rightly_how_long_a_show_takes() -> None:
    long = {show.name for show in SHOWS if show.whole}
    for line in PAGE.read_text().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        named = re.findall(r"`([a-z]+\.[a-z-]+)`", cells[2]) if len(cells) == 5 else []
        if any(name in long for name in named):
            assert cells[3].startswith("whole"), line
        elif named:
            assert cells[3].startswith("quick"), line


# ----------------------------------------------------------------------------------------------------------- the runner


def says(text: str, check: runner.Check | None = None, **more: object) -> Step:
    """A command that prints this."""
    return Step(words=shlex.join(["python", "-c", text]).replace("{", "{{").replace("}", "}}"), check=check, **more)  # type: ignore[arg-type]


def needs_nothing_else(answer: Answer) -> str:
    if answer.figure(r"(\d+) of") != 3:
        raise NotShown("it is not 3")
    return "it is 3"


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(runner, "ROOT", tmp_path)
    monkeypatch.setattr(runner, "KEPT", tmp_path / "kept")
    return tmp_path / "kept"


def one(name: str, *steps: Step, **more: object) -> Show:
    return Show(name=name, says="something", steps=steps, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (says("print('4 of 4')", needs_nothing_else), "it is not 3"),
        (says("print('none')", needs_nothing_else), "nothing on stdout is like"),
        (says("raise SystemExit('no room')"), "ended with 1, not 0: no room"),
        (says("print(1)", lambda answer: answer.json["figure"]), "TypeError"),
        (says("print('{]')", lambda answer: answer.json["figure"]), "stdout is no JSON"),
        (says("print(1)", code=1), "ended with 0, not 1"),
        (says("print(1)", ready="is open"), "never said 'is open'"),
    ],
)
def test_what_is_not_so_fails_and_says_why(
    step: Step, told: str, kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([], [one("a.one", step), one("a.two", says("print('3 of 4')", needs_nothing_else))]) == 1
    said = capsys.readouterr().out
    assert told in said
    assert "1 shown, 1 failed, 0 left out" in said
    assert "failed" in (kept / "a.one.log").read_text()


def test_what_is_not_here_is_left_out_with_the_reason(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    absent = Need(name="moon", why_not=lambda: "no moon tonight")
    assert main([], [one("a.one", says("raise SystemExit(1)"), needs=(absent,))]) == 0
    said = capsys.readouterr().out
    assert "no moon tonight" in said
    assert "0 shown, 0 failed, 1 left out" in said


def test_a_resumed_run_passes_over_what_was_shown_and_tries_the_rest_again(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    count = tmp_path / "count"
    counted = one("a.one", says(f"open({str(count)!r}, 'a').write('x')"))
    again = one("a.two", says(f"import os; raise SystemExit(not os.path.exists({str(tmp_path / 'now')!r}))"))
    assert main([], [counted, again]) == 1
    (tmp_path / "now").touch()
    assert main(["--resume"], [counted, again]) == 0
    assert count.read_text() == "x"
    assert "2 shown, 0 failed" in capsys.readouterr().out
    assert main([], [counted, again]) == 0
    assert count.read_text() == "xx", "without it all is run"


def test_a_smaller_size_does_not_stand_for_the_whole(kept: Path, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    words = f'python -c \'import sys; open("{seen}", "a").write(str(len(sys.argv)))\' {{quick}}'
    scaled = one("a.one", Step(words=words))
    assert main(["--quick"], [scaled]) == 0
    assert main(["--resume"], [scaled]) == 0
    assert main(["--resume", "--quick"], [scaled]) == 0, "the whole stands for the smaller one"
    assert seen.read_text() == "21"


def test_what_serves_is_ended_and_its_folder_is_gone(kept: Path, tmp_path: Path) -> None:
    place = tmp_path / "place"
    serving = says(
        f"import os, time; open({str(place)!r}, 'w').write(os.environ['TMPDIR']); print('open at 7'); time.sleep(600)",
        ready=r"open at (?P<url>\d)",
    )
    asks = Step(words="python -c 'print({url})'", check=lambda answer: answer.out.strip())
    assert main([], [one("a.one", serving, asks)]) == 0
    assert "shown: 7" in (kept / "a.one.log").read_text()
    assert not Path(place.read_text()).exists()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_ends_its_command_and_tells_what_was_shown(how: signal.Signals, tmp_path: Path) -> None:
    program = f"""if True:
        import pathlib, sys
        from tools import show
        show.KEPT = show.ROOT / {str(tmp_path / "kept")!r}
        words = ("python -c pass", "python -c 'import time; time.sleep(600)'")
        steps = [(show.Step(words=each),) for each in words]
        sys.exit(show.main([], [show.Show(name=f"a.n{{at}}", says="it", steps=each) for at, each in enumerate(steps)]))
    """
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    started = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    assert started.stderr is not None
    while "[2/2]" not in started.stderr.readline():
        assert started.poll() is None
    while not (tmp_path / "kept" / "a.n1.log").is_file() or "sleep" not in (tmp_path / "kept" / "a.n1.log").read_text():
        time.sleep(0.05)
    started.send_signal(how)
    said, _ = started.communicate(timeout=500)
    assert started.returncode == 1
    assert "1 shown, 0 failed" in said
    assert not list(tmp_path.glob("vlshow-*"))


def test_no_show_touches_the_desk_of_who_runs_it(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIDEOLECT_HOME", "/home/mine")
    asks = says("import os; raise SystemExit('VIDEOLECT_HOME' in os.environ)")
    assert main([], [one("a.one", asks)]) == 0


def test_quick_leaves_the_long_ones_out_unless_they_are_named(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shows = [one("a.short", says("print(1)")), one("a.long", says("print(1)"), whole=True)]
    told = {}
    for words in (["--quick"], ["--quick", "--only", "a"], ["--quick", "--only", "a.long"], ["--only", "a"], []):
        assert main([*words, "--list"], shows) == 0
        told[" ".join(words)] = re.findall(r"^a\.\w+", capsys.readouterr().out, re.M)
    assert list(told.values()) == [["a.short"], ["a.short"], ["a.long"], ["a.short", "a.long"], ["a.short", "a.long"]]
    with pytest.raises(SystemExit, match="2"):
        main(["--only", "b"], shows)
    assert "nothing is called b" in capsys.readouterr().err


def test_our_programs_are_those_beside_this_python() -> None:
    assert command("videolect spec check {quick}", {"quick": ""}) == [
        str(Path(sys.executable).with_name("videolect")), "spec", "check",
    ]  # fmt: skip
