"""Captions by what they claim against what is known: counts done by hand, and the aspects' own expectations."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support.triples import revised
from videolect.cli.main import main
from videolect.dataset.authors.triples import read_authors
from videolect.dataset.rows.folder import read_rows
from videolect.dataset.rows.row import Row, RowRule, rows_of
from videolect.dataset.triple_files import write_triples
from videolect.evals.authors import drafters
from videolect.evals.measures import claims
from videolect.evals.measures.caption import measure as by_words
from videolect.evals.measures.scores import Measured, compared, scores_of
from videolect.evals.states import Known, read_known
from videolect.language import claims_of, load_spec

SPEC = load_spec()


def row(clip: str, aspect: str = "camera") -> Row:
    return Row(
        row_id=f"{clip}:{aspect}", task="caption", part="test", triple_id=f"{clip}:{aspect}", video_id=clip,
        video_hash=None, source_id=clip.partition(".")[0], start_pts=None, end_pts=None, time_base=None, aspect=aspect,
        what="caption", prompt="Describe it.", prompt_hash="0", caption=None, target="The camera pans left.",
        rejected=None,
    )  # fmt: skip


def known(**clips: Mapping[str, bool]) -> Known:
    return Known(clips=clips, sources={clip: clip for clip in clips}, origin={})


def values(found: Measured, scope: str = "pooled") -> dict[str, float]:
    return {name: each.value for name, each in scores_of(found, resamples=5)[scope].items()}


def one(caption: str, states: Mapping[str, bool], aspect: str = "camera") -> dict[str, float]:
    rows = [row("clip", aspect)]
    return values(claims.measure(rows, {rows[0].row_id: caption}, known(clip=states), SPEC))


def test_a_caption_by_hand():
    said = "The camera pans left, then tilts up without zooming."
    assert {c.primitive for c in claims_of(said) if c.state == "asserted"} == {"moving_camera", "pan_left", "tilt_up"}
    assert {c.primitive for c in claims_of(said) if c.state == "denied"} == {"zoom_in", "zoom_out"}
    found = one(
        said,
        # Right: moving. Mirrored: pan_left, as it pans right. Unknown: tilt_up. Denied: one rightly, one wrongly.
        # To be said: moving (said), pan_right (left out), zoom_in (denied, so neither said nor left out).
        {"moving_camera": True, "pan_left": False, "pan_right": True, "zoom_in": True, "zoom_out": False,
         "truck_left": False},
    )  # fmt: skip
    assert found == pytest.approx(
        {
            "claims_precision": 50, "claims_hallucination": 50, "claims_recall": 100 / 3, "claims_omission": 100 / 3,
            "claims_f1": 40, "claims_denied": 50, "claims_open": 100 / 3, "claims_made": 3, "claims_left_right": 0,
            "claims_left_right_swapped": 100,
        }
    )  # fmt: skip


def test_start_and_end_and_order_are_told_apart():
    said = "It starts as a wide shot and ends as a close-up."
    asserted = {claim.primitive for claim in claims_of(said)}
    assert {"shot_size_starts_wide", "shot_size_ends_close_up"} <= asserted
    other_way = {
        "shot_size_starts_wide": False, "shot_size_ends_wide": True, "shot_size_starts_close_up": True,
        "shot_size_ends_close_up": False,
    }  # fmt: skip
    found = one(said, other_way, "spatial")
    assert (found["claims_start_end"], found["claims_start_end_swapped"]) == (0, 100)
    from_low = one(
        "The camera starts at a low angle and moves up to a high angle.",
        {"angle_from_low_to_high": False, "angle_from_high_to_low": True},
    )
    assert (from_low["claims_order"], from_low["claims_order_swapped"]) == (0, 100)


def test_sums_are_taken_over_captions_and_not_means():
    rows = [row("a.1"), row("a.2"), row("b.1")]
    texts = {
        rows[0].row_id: "The camera pans left and tilts up.", rows[1].row_id: "The camera zooms in.",
        rows[2].row_id: "Nothing is said of the clip.",
    }  # fmt: skip
    states = Known(
        clips={"a.1": {"pan_left": True, "tilt_up": True}, "a.2": {"zoom_in": False}, "b.1": {"pan_left": True}},
        sources={}, origin={},
    )  # fmt: skip
    found = scores_of(claims.measure(rows, texts, states, SPEC), resamples=50)["pooled"]
    assert found["claims_precision"].value == pytest.approx(100 * 2 / 3)
    assert (found["claims_precision"].n, found["claims_precision"].groups) == (2, 1)
    assert found["claims_recall"].value == pytest.approx(100 * 2 / 3)
    assert (found["claims_recall"].n, found["claims_recall"].groups) == (2, 2)
    assert found["claims_recall"].low <= found["claims_recall"].value <= found["claims_recall"].high


def test_clips_of_which_nothing_is_known_belong_to_no_figure():
    rows = [row("known"), row("unknown")]
    texts = {each.row_id: "The camera pans left." for each in rows}
    found = claims.measure(rows, texts, known(known={"pan_left": True}), SPEC)
    assert values(found)["claims_made"] == 2
    assert all(not measure.used[1] and not measure.stats[1].any() for measure in found.measures)


def test_an_aspect_answers_for_its_own_primitives():
    states = {"pan_left": True, "shot_size_starts_wide": True}
    assert one("The camera pans left.", states, "camera")["claims_recall"] == 100
    assert one("The camera pans left.", states, "spatial")["claims_recall"] == 0
    assert one("The camera pans left.", states, "spatial")["claims_precision"] == 100
    # What no caption of the aspect is to say is no omission.
    assert "claims_recall" not in one("The camera pans left.", {"pan_left": True}, "spatial")


def test_what_is_ordinary_or_in_no_words_is_not_expected():
    camera = claims.sayable(SPEC, "camera")
    assert "pan_left" in camera
    assert not {"regular_speed", "no_lens_distortion"} & camera  # an ordinary clip: nobody writes it
    assert not {"only_pan_left", "focus_can_be_judged"} & camera  # the lexicon has no words for it
    assert "shot_size_starts_wide" not in camera
    assert camera <= SPEC.claimable <= SPEC.primitives.keys()
    assert claims.sayable(SPEC, "no such aspect") == frozenset()


def test_what_is_read_is_readable():
    texts = [
        "The camera pans left.", "A wide shot from a high angle.", "The camera is fixed but slightly shaky.",
        "It starts wide and ends as a close-up.",
    ]  # fmt: skip
    said = {claim.primitive for text in texts for claim in claims_of(text)}
    assert len(said) > 6
    assert said <= SPEC.claimable


def test_claims_stand_beside_the_words_of_the_same_captions():
    rows = [row("a"), row("b"), row("c")]
    texts = {rows[0].row_id: "The camera pans left.", rows[2].row_id: "The camera pans right."}
    words = by_words(rows, texts, full=False)
    states = known(a={"pan_left": True}, c={"pan_left": True, "pan_right": False})
    both = claims.with_claims(words, rows, texts, states)
    assert both.ids == words.ids
    found = values(both)
    assert found["claims_precision"] == 50
    assert found["bleu4"] == values(words)["bleu4"]
    assert claims.with_claims(words, rows, texts, None) is words
    assert {*found} - {*values(words)} <= {*claims.FIGURES}


def test_two_systems_are_compared_on_the_same_captions():
    rows = [row(f"s{n}") for n in range(8)]
    states = known(**{each.video_id: {"pan_left": True, "pan_right": False} for each in rows})
    good = claims.measure(rows, {each.row_id: "The camera pans left." for each in rows}, states, SPEC)
    bad = claims.measure(rows, {each.row_id: "The camera pans right." for each in rows}, states, SPEC)
    found = compared(good, bad, resamples=50)["pooled"]
    assert found["claims_precision"].value == 100
    assert found["claims_left_right_swapped"].value == -100


def test_no_caption_gives_no_figure():
    found = claims.measure([row("a")], {}, known(a={"pan_left": True}), SPEC)
    assert (found.ids, scores_of(found)) == ((), {})


def test_final_captions_of_people_claim_more_truly_than_the_drafts(reference_data):
    """A sample of the sources; docs/primitive-benchmark.md has the figures of all of them."""
    triples = [each for each in read_authors(reference_data).triples if each.source_id[-1] in "aeiou13579"]
    rows = list(rows_of(triples, RowRule(spec=SPEC, tasks=("caption",))))[::3]
    states = read_known(reference_data / "primitive_states.parquet", SPEC)
    drafts = next(each for each in drafters(triples, rows) if each.system.startswith("gemini-2.5-pro,"))
    chosen = [each for each in rows if each.row_id in drafts.texts]
    final = claims.measure(chosen, {each.row_id: each.target for each in chosen}, states, SPEC)
    better = compared(final, claims.measure(chosen, drafts.texts, states, SPEC), resamples=200)["pooled"]
    assert better["claims_precision"].low > 0
    assert better["claims_hallucination"].high < 0
    found = scores_of(final, resamples=50)
    assert found["camera"]["claims_precision"].value > 90
    assert np.isclose(found["pooled"]["claims_precision"].value + found["pooled"]["claims_hallucination"].value, 100)


def test_eval_score_tells_claims_beside_words_and_floors(tmp_path, capsys):
    """From triples to figures by commands: the drafts, which the experts turned round, are a floor."""
    ways = [("left", "right") if n % 2 else ("right", "left") for n in range(12)]
    triples = [
        revised(n, pre_caption=f"The camera pans {draft}.", post_caption=f"The camera pans {way}.")
        for n, (way, draft) in enumerate(ways)
    ]
    write_triples(triples, tmp_path / "triples.parquet")
    names = [f"pan_{way}" for pair in ways for way in pair]
    clips = [f"clip{n}.mp4" for n in range(12) for _ in range(2)]
    table = pa.table({"primitive": names, "video_id": clips, "value": [True, False] * 12})
    pq.write_table(table, tmp_path / "states.parquet")
    made = ["data", "rows", tmp_path / "triples.parquet", "--out", tmp_path / "rows", "--share", "test=1"]
    assert main([*map(str, made)]) == 0
    rows = read_rows(tmp_path / "rows", "test", "caption")
    answers = [{"row_id": each.row_id, "text": each.target} for each in rows]
    (tmp_path / "answers.jsonl").write_text("".join(json.dumps(line) + "\n" for line in answers))
    words = ["--predictions", tmp_path / "answers.jsonl", "--states", tmp_path / "states.parquet", "--quick"]
    capsys.readouterr()
    assert main([*map(str, ["eval", "score", tmp_path / "rows", *words, "--resamples", "20", "--json"])]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["pooled"]["caption_claims_precision"]["value"] == 100
    assert found["camera"]["caption_claims_recall"]["n"] == 12
    drafts = found["baselines"]["caption.copy_draft"]["pooled"]
    assert (drafts["caption_claims_precision"]["value"], drafts["caption_claims_left_right_swapped"]["value"]) == (
        0,
        100,
    )
    assert found["pooled"]["caption_bleu4"]["value"] == pytest.approx(100)
