"""Words in captions: how texts are cut, what matches, and what is shown of it."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from videolect.errors import BadInput
from videolect.language.text_query import Phrase, folded_words, match, parse_text, read_words, score, snippet


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("red car", [Phrase(("red",)), Phrase(("car",))]),
        ('"Red car" x', [Phrase(("red", "car")), Phrase(("x",))]),
        ("close-up", [Phrase(("close", "up"))]),
        ("dol*", [Phrase(("dol",), prefix=True)]),
        ('"a dol"*', [Phrase(("a", "dol"), prefix=True)]),
        ('"never closed', [Phrase(("never", "closed"))]),
        ("café CAFE", [Phrase(("cafe",))]),
        ("* red *", [Phrase(("red",))]),
        ("红色", [Phrase(("红", "色"))]),
    ],
)
def test_what_is_typed_means_words_phrases_and_beginnings(text: str, phrases: list[Phrase]):
    assert list(parse_text(text).phrases) == phrases


@pytest.mark.parametrize("text", ["", "   ", '"', '""', "!?*", "—", "_"])
def test_a_text_without_a_word_is_refused(text: str):
    with pytest.raises(BadInput, match="no word"):
        parse_text(text)


@given(st.text(max_size=80))
def test_words_are_cut_the_same_with_and_without_their_places(text: str):
    words = read_words(text)
    assert [word.folded for word in words] == folded_words(text)
    assert all(0 <= word.start < word.end <= len(text) for word in words)
    assert all(before.end <= after.start for before, after in itertools.pairwise(words))
    # What an index splits at never stands in a word: no ASCII sign but letters and digits, all of them small.
    assert all(sign.islower() or sign.isdigit() for word in words for sign in word.folded if sign.isascii())


@given(st.text(min_size=1, max_size=40))
def test_every_text_matches_itself(text: str):
    if not read_words(text):
        return
    matched = match(parse_text('"' + text.replace('"', " ") + '"'), text)
    assert matched is not None
    assert matched.marks[0][0] == read_words(text)[0].start


def test_marks_lie_on_the_text_as_it_is_written():
    text = "Der Straße café\u0301s Auto, AUTO."
    marks = match(parse_text("strasse auto"), text).marks
    assert [text[start:end] for start, end in marks] == ["Straße", "Auto", "AUTO"]


def test_phrases_that_overlap_are_one_mark():
    assert match(parse_text('"a b" "b c"'), "a b c").marks == ((0, 5),)


@given(st.lists(st.sampled_from(["a", "ab", "b", "é", "c"]), max_size=9).map(" ".join))
@pytest.mark.parametrize("looked_for", ["a", "a b", '"a b"', "a*", '"a a"*', "e c"])
def test_the_quick_score_is_that_of_the_match(looked_for: str, text: str):
    matched = match(parse_text(looked_for), text)
    assert score(parse_text(looked_for), text) == (matched.score if matched else None)


def test_a_short_text_with_the_word_scores_higher_than_a_long_one():
    query = parse_text("car")
    short, long, twice = (match(query, text).score for text in ("A car.", "A car. " + "And more. " * 40, "A car, car."))
    assert long < short < twice < 1


def test_a_snippet_shows_the_match_and_is_cut_between_words():
    text = "First words here. " * 20 + "Then a red car passes by. " + "Last words here. " * 20
    cut = snippet(text, match(parse_text('"red car"'), text).marks)
    assert len(cut.text) < 170
    assert cut.text.startswith("… ")
    assert cut.text.endswith(" …")
    assert [cut.text[start:end] for start, end in cut.marks] == ["red car"]
    assert set(cut.text.strip("… ").split()) <= set(text.split())


def test_a_snippet_of_a_short_text_is_the_text():
    assert snippet("A red car.", ((2, 5),)).text == "A red car."


@given(st.text(alphabet="ab é\n.", min_size=1, max_size=600), st.integers(0, 600))
def test_a_snippet_is_part_of_the_text_whatever_the_text(text: str, at: int):
    words = read_words(text)
    if not words:
        return
    word = words[at % len(words)]
    cut = snippet(text, [(word.start, word.end)])
    assert cut.text.removeprefix("… ").removesuffix(" …") in text
    if word.end - word.start < 100:
        assert [cut.text[start:end] for start, end in cut.marks] == [text[word.start : word.end]]
