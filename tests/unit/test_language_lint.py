"""Advice on captions and critiques. All sentences are made up here."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from videolect.cli.main import build_parser
from videolect.errors import NotFound
from videolect.language.lexicon import read_lexicon, shipped_lexicon
from videolect.language.lint import FORM_KINDS, constructiveness, lint, lint_critique
from videolect.language.source import read_texts


def kinds(text: str, aspect: str | None = None) -> set[str]:
    return {finding.kind for finding in lint(text, aspect)}


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("He appears to be a baker.", "speculation", "appears to"),
        ("It is possibly a lamp.", "speculation", "possibly"),
        ("The hills lie still at dawn or dusk.", "alternatives", "dawn or dusk"),
        ("A beautiful garden lies behind the house.", "subjective", "beautiful"),
        ("The lamp adds a touch of warmth to the room.", "subjective", "adds a touch of"),
        ("Various objects lie on the bench.", "vague", "Various objects"),
        ("The image shows a cart.", "talk_of_image", "The image shows"),
        ("In this frame a cart stands.", "talk_of_image", "In this frame"),
        ("The video shows a cart.", "lead_in", "The video shows"),
        ("In the last frame the cart is gone.", "first_last_frame", "last frame"),
        ("A girl stands on the left of the man.", "whose_side", "on the left of the man"),
        ("A dog sits to her right.", "whose_side", "to her right"),
        ("The camera pans up.", "pan_or_tilt", "pans up"),
        ("The camera tilts left.", "pan_or_tilt", "camera tilts left"),
        ("The camera zooms forward.", "zoom_or_travel", "zooms forward"),
        ("The camera pans along the wall.", "travel_or_turn", "pans along"),
        ("Seen from an eye-level angle.", "height_or_angle", "eye-level angle"),
        ("The vase has a blurry focus.", "focus_or_blur", "blurry focus"),
        ("An overhead aerial view.", "overhead_or_aerial", "overhead aerial"),
        ("The camera rises up.", "tautology", "rises up"),
        ("A cart.\n\nA dog.", "paragraphs", "\n\n"),
        ("A  cart.", "double_space", "  "),
        (" A cart.", "edge_space", " "),
        ("A cart", "no_final_stop", "t"),
        ("A **cart** stands.", "markdown", "**"),
        ("- A cart stands.", "markdown", "- "),
        ("A cart 马车 stands.", "other_script", "马车 "),
        ("A cart дом stands.", "other_script", "дом "),
        ("A cаrt stands.", "other_script", "а"),
        ("A cart σπίτι stands.", "other_script", "σπίτι "),
        ("A cart بيت stands.", "other_script", "بيت "),
        ("A cart בית stands.", "other_script", "בית "),
        ("A cart घर stands.", "other_script", "घर "),
        ("A cart บ้าน stands.", "other_script", "บ้าน "),
        ('The sign reads "ВХОД", but дом.', "other_script", "дом."),
    ],
)
def test_every_kind_is_found_with_its_words(text: str, kind: str, words: str):
    found = [finding for finding in lint(text) if finding.kind == kind]
    assert [finding.words for finding in found][:1] == [words]
    assert all(text[finding.start : finding.end] == finding.words for finding in lint(text))
    assert all(finding.reason.endswith(".") and finding.suggestion.endswith(".") for finding in found)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The picture frame shows a ship.", "talk_of_image"),
        ("The photograph on the wall shows a ship.", "talk_of_image"),
        ("A dog enters the frame and leaves the bottom of the frame empty.", "talk_of_image"),
        ("The left half of the frame contains a wall.", "talk_of_image"),
        ("She lifts the cup to her left cheek.", "whose_side"),
        ("A door is on the left side of the frame.", "whose_side"),
        ("A glass stands to her right, the viewer's left.", "whose_side"),
        ("The camera pans left and tilts up.", "pan_or_tilt"),
        ("The camera zooms in.", "zoom_or_travel"),
        ("The moon appears in the window.", "speculation"),
        ("A sign with an arrow indicating a bend.", "speculation"),
        ("The sign reads “出口” in white.", "other_script"),
        ("The sign reads «ВХОД» and 'ВЫХОД' and \"خروج\".", "other_script"),
        ("A 5 µm thread, 5 μm wide, at 20 °C, on 3 m² and ½, №5, Å, Ⅳ, by Łódź, a naïve café.", "other_script"),
        ("Вот дом。", "no_final_stop"),
        ("هل هذا بيت؟", "no_final_stop"),
        ("यह घर है।", "no_final_stop"),
        ("He says F***.", "markdown"),
        ("It costs 1.5 francs.", "markdown"),
        ("He sits at a table or on a stool.", "alternatives"),
        ("At eye level, at a level angle.", "height_or_angle"),
        ('The title reads "The End."', "no_final_stop"),
        ("Various objects such as a cup and a spoon lie there.", "vague"),
    ],
)
def test_what_only_looks_like_it_is_let_pass(text: str, kind: str):
    assert kind not in kinds(text)


def test_a_plain_caption_has_no_findings():
    text = (
        "At eye level, a baker in a white apron kneads dough on a floured bench. The camera trucks left and tilts down."
    )
    assert lint(text, "camera") == ()


def test_every_kind_of_the_lexicon_is_tried_here():
    """A kind that no sentence above shows would be one that nobody sees fail."""
    tried = {
        mark.args[1][row][1]
        for mark in test_every_kind_is_found_with_its_words.pytestmark
        for row in range(len(test_every_kind_is_found_with_its_words.pytestmark[0].args[1]))
    }
    assert {rule.kind for rule in shipped_lexicon().lint_rules} | set(FORM_KINDS) == tried


def test_findings_stand_in_order_and_a_longer_one_hides_those_in_it():
    found = lint("The image shows a lamp. It is possibly old, and it appears to be on.")
    assert [finding.start for finding in found] == sorted(finding.start for finding in found)
    assert [finding.kind for finding in found] == ["talk_of_image", "speculation", "speculation"]


@pytest.mark.parametrize(
    "text",
    ["", "\n", "é" * 1000, "x " * 100_000, "\x00. .", "** ** __", "я a " * 50_000, "“я" * 100_000, "'я" * 100_000],
)
def test_any_text_is_read(text: str):
    began = time.process_time()
    assert lint(text) == lint(text)
    assert 0 <= constructiveness(text) <= 1
    lint_critique(text, "camera")
    assert time.process_time() - began < 20


# ----------------------------------------------------------------------------------------------------------- critiques


@pytest.mark.parametrize(
    "sentence",
    [
        "The direction of the pan is wrong.",
        "The caption does not mention the dog.",
        "The description of the coat is incomplete.",
        "It fails to name the colour of the van.",
        "The woman is not standing.",
        "The caption is bad.",
        "Badly worded.",
        "It needs more work.",
        "Not good enough.",
        "Try again.",
    ],
)
def test_a_fault_without_a_remedy_is_not_constructive(sentence: str):
    assert [finding.kind for finding in lint_critique(sentence)] == ["not_constructive"]
    assert lint_critique(sentence)[0].words == sentence.rstrip(".")
    assert constructiveness(sentence) == 0.0


@pytest.mark.parametrize(
    "sentence",
    [
        "Change 'pans left' to 'pans right'.",
        "Please add that the dog barks.",
        "The caption is wrong: the camera should be called static.",
        "The van is not red but blue.",
        "The woman is actually sitting.",
        "The dog runs from the left to the right.",
        "Remove the last sentence.",
        "The pan is described incorrectly; it goes to the right.",
        "The man walks in bad weather.",
        "The quarter looks poor.",
    ],
)
def test_a_remedy_or_a_fact_is_constructive(sentence: str):
    assert lint_critique(sentence) == ()
    assert constructiveness(sentence) == 1.0


def test_constructiveness_is_the_share_of_words():
    assert constructiveness("The angle is wrong. Write 'high angle'.") == pytest.approx(3 / 7, abs=0.1)


@pytest.mark.parametrize(
    ("sentence", "aspect", "other"),
    [
        ("A blouse with short sleeves is worn.", "camera", "subject"),
        ("A watermark is missing.", "motion", "scene"),
        ("Say that there is barrel distortion.", "motion", "camera"),
        ("A full shot should be named.", "motion", "spatial"),
    ],
)
def test_a_sentence_about_another_aspect_is_told(sentence: str, aspect: str, other: str):
    found = [finding for finding in lint_critique(sentence, aspect) if finding.kind == "other_aspect"]
    assert len(found) == 1
    assert other in found[0].reason
    assert not [finding for finding in lint_critique(sentence, other) if finding.kind == "other_aspect"]


def test_without_an_aspect_none_is_another():
    assert lint_critique("Say that there is barrel distortion.") == ()


# --------------------------------------------------------------------------------------------- checked, and the command


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        ("- kind: odd\n  say: [a b]\n  reason: Why.", "has no 'suggestion'"),
        ("- kind: odd", "has no phrases"),
        ("- kind: odd\n  say: ['(a']\n  reason: W.\n  suggestion: S.", "cannot be read"),
        ("- kind: odd\n  say: [a, a]\n  reason: W.\n  suggestion: S.", "stands twice"),
        ("- kind: odd\n  says: [a]", "unknown key"),
    ],
)
def test_a_broken_entry_is_told_with_its_file(entry: str, rule: str):
    _, problems = read_lexicon(read_texts({"lexicon/lint/x.yaml": entry}).files)
    assert len(problems) == 1
    assert rule in problems[0].rule
    assert problems[0].file == "lexicon/lint/x.yaml"


def run(*words: str) -> tuple[int, dict[str, object], str]:
    args = build_parser().parse_args(["spec", *words])
    code, answer = args.run(args)
    json.dumps(answer)
    return code, answer, args.render(answer)


def test_the_command_gives_findings_and_never_fails():
    code, answer, shown = run("lint", "The camera pans up.", "--aspect", "camera")
    assert code == 0
    assert [set(finding) for finding in answer["findings"]] == [  # type: ignore[attr-defined]
        {"kind", "start", "end", "words", "reason", "suggestion"}
    ]
    assert "pan_or_tilt" in shown
    code, answer, shown = run("lint", "The angle is wrong.", "--critique")
    assert (code, answer["constructiveness"]) == (0, 0.0)
    assert "0%" in shown
    assert run("lint", "A cart stands.")[1:] == ({"findings": []}, "Nothing to say.")


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_the_last_line_end_of_a_file_is_no_part_of_the_text(end: str, tmp_path: Path):
    path = tmp_path / "caption.txt"
    path.write_bytes(f"A cart stands.{end}".encode())
    assert run("lint", str(path))[1] == {"findings": []}
    path.write_bytes(f"A cart stands. \n{end}".encode())
    assert [one["kind"] for one in run("lint", str(path))[1]["findings"]] == ["edge_space"]  # type: ignore[attr-defined]
    assert [one["kind"] for one in run("lint", "A cart stands.\n")[1]["findings"]] == ["edge_space"]  # type: ignore[attr-defined]


def test_an_unknown_aspect_is_told():
    with pytest.raises(NotFound, match="smell"):
        run("lint", "A cart.", "--aspect", "smell")
