"""Values refuse bad input where they are born, with the value, the rule and the mend."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from typing import Any

import pytest

from tests.support.acts import History, clip, edited, imported, video, with_draft
from videolect.errors import BadInput
from videolect.record.acts.captions import Drafted, Edited, Rated, Rejected, Revised, Submitted
from videolect.record.acts.catalogue import campaign_stream, video_stream
from videolect.record.acts.labels import hash_of_answers
from videolect.record.acts.tasks import Withdrawn
from videolect.record.campaign import LABELS, Campaign, Policy, TaskKey
from videolect.record.checks import MAX_TEXT, check_name, check_text, content_hash
from videolect.record.codec import decode_act, encode_act
from videolect.record.people import Model, Person

COMMON: dict[str, Any] = {
    "stream": "task/demo/c1/subject", "version": 2, "actor": Person(id="ann"), "spec_version": "1",
    "at": datetime(2026, 1, 5, tzinfo=UTC),
}  # fmt: skip

# ---------------------------------------------------------------------------------------------------------------- texts

BAD_TEXTS = [
    ("a\x00b", r"U\+0000 at 1"),
    ("half \ud83d of it", "half of a surrogate pair"),
    ("\udfff", "half of a surrogate pair"),
    ("x" * 1_000_000, f"1,000,000 characters; at most {MAX_TEXT:,}"),
    (7, "is int, not text"),
    (None, "is NoneType, not text"),
    (b"bytes", "is bytes, not text"),
]
BLANK = ["", " ", "\n\t ", "\u2003"]


@pytest.mark.parametrize(("text", "why"), BAD_TEXTS)
def test_a_text_that_cannot_be_kept_is_refused(text: Any, why: str):
    with pytest.raises(BadInput, match=f"The caption .*{why}") as refused:
        check_text(text, "The caption")
    assert refused.value.mend
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("text", ["👩‍🎬", "\U0010ffff", "\u202e", "\ufeff", "\x01", "x" * MAX_TEXT, ""])
def test_a_text_is_kept_as_it_is(text: str):
    assert check_text(text, "The caption") == text


def test_a_limit_counts_code_points():
    assert check_text("🎥" * 10, "It", limit=10)
    with pytest.raises(BadInput, match="11 characters; at most 10"):
        check_text("🎥" * 11, "It", limit=10)


@pytest.mark.parametrize("text", BLANK)
def test_blank_is_refused_where_words_are_due(text: str):
    assert check_text(text, "The reason") == text
    with pytest.raises(BadInput, match=r"The reason is empty\. Write at least a word"):
        check_text(text, "The reason", blank=False)


TEXTS: dict[str, Callable[[Any], object]] = {
    "The draft": lambda text: Drafted(**COMMON, text=text),
    "The revision": lambda text: Revised(**COMMON, text=text),
    "The edited caption": lambda text: Edited(**COMMON, text=text),
    "The caption": lambda text: Submitted(**COMMON, text=text),
    "The reason for the rejection": lambda text: Rejected(**COMMON, reason=text),
    "The idempotency key": lambda text: Submitted(**COMMON, text="A man.", key=text),
    "The file name": lambda text: video(file_name=text),
    "The model's version": lambda text: Model(name="m", version=text),
}


@pytest.mark.parametrize("what", TEXTS)
@pytest.mark.parametrize("text", [text for text, _ in BAD_TEXTS if isinstance(text, str)] + BLANK)
def test_every_text_of_an_act_is_checked(what: str, text: str):
    with pytest.raises(BadInput, match=what):
        TEXTS[what](text)


def test_a_withdrawal_needs_no_reason_and_takes_no_bad_one():
    assert Withdrawn(**COMMON, target="task").reason == ""
    with pytest.raises(BadInput, match="The reason for the withdrawal"):
        Withdrawn(**COMMON, target="task", reason="\x00")


@pytest.mark.parametrize("where", ["release", "cannot_know", "planted", "not_applied", "answers", "spec_version"])
def test_no_act_that_utf8_cannot_hold_is_ever_made(where: str):
    """A lone surrogate in any text of any act: BadInput when it is made or encoded, not a crash of the database."""
    from videolect.record.acts.captions import NotApplied, PlantedError
    from videolect.record.acts.labels import Labelled
    from videolect.record.acts.tasks import Released

    half = "half \ud83d"
    make: dict[str, Callable[[], Any]] = {
        "release": lambda: Released(**COMMON, reason=half),
        "cannot_know": lambda: Drafted(**COMMON, text="A man.", cannot_know=(half,)),
        "planted": lambda: Drafted(**COMMON, text="A", planted=(PlantedError(kind="k", wrong=half, right="b"),)),
        "not_applied": lambda: Revised(**COMMON, text="A", not_applied=(NotApplied(point="p1", why=half),)),
        "answers": lambda: Labelled(**COMMON, answers={"note": half}, record_schema=1),
        "spec_version": lambda: Submitted(**{**COMMON, "spec_version": half}, text="A man."),
    }
    with pytest.raises(BadInput):
        encode_act(make[where]()).encode()


# ---------------------------------------------------------------------------------------------------------------- names


@pytest.mark.parametrize("name", ["a", "Z9", "c-1_2.mp4", "x" * 100, "-", "_", "a..b"])
def test_a_name_is_letters_digits_and_a_few_signs(name: str):
    assert check_name(name, "The name") == name


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "a/b", "a\\b", ".", "..", "...", "x" * 101, "é", "a\n", "\x00", "🎥", "a%", None, 7, "٣"]
)
def test_a_name_that_is_unsafe_in_a_path_is_refused_and_shown(name: Any):
    with pytest.raises(BadInput, match=r"The name .* is not a name") as refused:
        check_name(name, "The name")
    assert repr(name)[:60] in refused.value.message
    assert "letters" in refused.value.mend


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda: Person(id=""), "The person's id"),
        (lambda: Model(name="", version="1"), "The model's name"),
        (lambda: Campaign(name="a/b", spec_version="1", spec_hash="0", aspects=("a",)), "The campaign's name"),
        (lambda: TaskKey(campaign="", clip="c", aspect="a"), "The campaign's name"),
        (lambda: TaskKey(campaign="c", clip="..", aspect="a"), "The clip's id"),
        (lambda: TaskKey(campaign="c", clip="c", aspect="a/b"), "The aspect"),
        (lambda: clip(""), "The clip's id"),
        (lambda: video_stream(""), "The video hash"),
        (lambda: campaign_stream("a/b"), "The campaign name"),
    ],
)
def test_every_name_is_checked(make: Callable[[], object], what: str):
    with pytest.raises(BadInput, match=what):
        make()


# ----------------------------------------------------------------------------------------------------------------- acts


@pytest.mark.parametrize("version", [0, -1])
def test_versions_count_from_one(version: int):
    with pytest.raises(BadInput, match=f"Act version {version} is below 1"):
        dataclasses.replace(edited_act(), version=version)


def edited_act() -> Edited:
    """Some act."""
    return Edited(**COMMON, text="A man.")


@pytest.mark.parametrize("at", [datetime(2026, 1, 5), datetime(2026, 1, 5, tzinfo=timezone(timedelta(hours=1)))])
def test_a_time_is_in_utc(at: datetime):
    with pytest.raises(BadInput, match=rf"{at.isoformat()[:10]}.* is not in UTC".replace("+", r"\+")):
        dataclasses.replace(edited_act(), at=at)


@pytest.mark.parametrize("seconds", [-0.1, 864_000, float("nan"), float("inf")])
def test_active_seconds_are_a_stage_s_time(seconds: float):
    with pytest.raises(BadInput, match=f"Active seconds {seconds}"):
        dataclasses.replace(edited_act(), active_seconds=seconds)


@pytest.mark.parametrize("rating", [0, 6, -1, True, 3.0, "3", None])
def test_a_rating_is_a_whole_number_from_1_to_5(rating: Any):
    with pytest.raises(BadInput, match=r"Rating .* is off the scale\. Rate from 1 to 5"):
        Rated(**COMMON, rating=rating)


def test_a_mode_is_one_of_three():
    opened = History().acts[0]
    with pytest.raises(BadInput, match=r"Mode 'guess' is unknown\. Use one of critique, edit, write"):
        dataclasses.replace(opened, mode="guess")


def test_the_worker_is_whoever_asked():
    history = with_draft()
    assert history.acts[-1].actor.id == "rules@1"
    assert history.acts[-1].worker == "drafter@1"
    assert edited_act().worker == "ann"


# ----------------------------------------------------------------------------------------------------- clips and videos


@pytest.mark.parametrize(("first", "last"), [(0, 0), (5, 5), (6, 5), (-1, 5)])
def test_a_clip_s_frames_are_half_open(first: int, last: int):
    with pytest.raises(BadInput, match=f"Clip c1 covers frames {first} to {last}"):
        dataclasses.replace(clip(), start_frame=first, end_frame=last)


def test_a_clip_s_ticks_are_named_when_they_are_wrong():
    with pytest.raises(BadInput, match=r"\b900\b.*\b100\b"):
        dataclasses.replace(clip(), start_pts=900, end_pts=100)


@pytest.mark.parametrize("time_base", [Fraction(0), Fraction(-1, 24)])
def test_a_clip_s_time_base_is_above_zero(time_base: Fraction):
    with pytest.raises(BadInput):
        dataclasses.replace(clip(), time_base=time_base)


def test_a_clip_counts_its_frames():
    assert dataclasses.replace(clip(), start_frame=10, end_frame=34).frames == 24


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"frames": 0}, "has 0 frames"),
        ({"start_pts": 5, "end_pts": 5}, "from tick 5 to 5"),
        ({"time_base": Fraction(0)}, "of 0 s"),
    ],
)
def test_a_video_has_frames_with_rising_times(changed: dict[str, Any], why: str):
    with pytest.raises(BadInput, match=f"bridge.mp4 .*{why}"):
        video(**changed)


def test_a_video_s_duration_comes_from_its_ticks():
    assert video(start_pts=12288, end_pts=36864).duration_s == 2.0


# ----------------------------------------------------------------------------------------------- campaigns and policies


@pytest.mark.parametrize("modes", [{"guess": 1}, {"write": -1}, {"write": float("nan")}, {"write": float("inf")}])
def test_a_weight_is_a_number_of_0_or_more_for_a_known_mode(modes: dict[Any, float]):
    with pytest.raises(BadInput, match=r"Mode '\w+' has weight"):
        Policy(modes=modes)


@pytest.mark.parametrize("modes", [{}, {"write": 0}, {"write": 0, "edit": 0.0}])
def test_some_mode_has_a_weight(modes: dict[Any, float]):
    with pytest.raises(BadInput, match="No mode has a weight above 0"):
        Policy(modes=modes)


def test_policies_name_known_words():
    with pytest.raises(BadInput, match=r"Corrector 'boss' is unknown\. Use one of reviewer, author"):
        Policy(corrector="boss")
    with pytest.raises(BadInput, match="Parents 'never' is unknown"):
        Policy(parents="never")


def test_a_campaign_has_aspects_and_names_each_once():
    with pytest.raises(BadInput, match="Campaign demo has no aspects"):
        Campaign(name="demo", spec_version="1", spec_hash="0", aspects=())
    with pytest.raises(BadInput, match="subject"):
        Campaign(name="demo", spec_version="1", spec_hash="0", aspects=("subject", "subject"))


# ------------------------------------------------------------------------------------------------- streams and identity


def test_a_task_s_stream_leads_back_to_its_key():
    key = TaskKey(campaign="demo", clip="c1.2", aspect="subject")
    assert key.stream == "task/demo/c1.2/subject"
    assert TaskKey.of_stream(key.stream) == key
    assert not key.is_labels
    assert key.sibling(LABELS).is_labels
    assert key.sibling("scene").stream == "task/demo/c1.2/scene"


@pytest.mark.parametrize("stream", ["campaign/demo", "video/ab", "task/a/b", "task/a/b/c/d", "", "job/a/b/c"])
def test_other_streams_are_no_task_s(stream: str):
    assert TaskKey.of_stream(stream) is None


def test_identity_is_of_the_words_and_of_the_answers_whatever_their_order():
    assert content_hash("a") != content_hash("a ")
    assert content_hash("é") != content_hash("e\u0301"), "two spellings are two captions: nothing is normalised unasked"
    assert hash_of_answers({"a": 1, "b": ("x",)}) == hash_of_answers({"b": ("x",), "a": 1})
    assert hash_of_answers({"a": 1}) != hash_of_answers({"a": "1"})
    assert hash_of_answers({"a": ("x", "y")}) != hash_of_answers({"a": ("y", "x")})


def test_identity_of_answers_survives_the_record():
    history = History(aspect=LABELS)
    from tests.support.acts import claimed, labelled

    act = history.tell(claimed(), labelled()).acts[-1]
    assert decode_act(encode_act(act)).labels_hash == act.labels_hash


def test_acts_are_frozen():
    act = History().tell(*[]).acts[0]
    with pytest.raises(dataclasses.FrozenInstanceError):
        act.version = 3
    assert imported().video.hash in imported().stream


def test_an_error_says_what_and_what_to_do():
    with pytest.raises(BadInput) as refused:
        edited("").kind(**COMMON, text="")
    assert str(refused.value) == f"{refused.value.message} {refused.value.mend}"
    assert refused.value.exit_code == 2
