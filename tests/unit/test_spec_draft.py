"""A version in the making: who may, two leads at once, taking back, publishing, and campaigns that keep theirs."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.support.acts import ANN, LEAD, REV, START, FakeWriter, SimulatedClock, catalogue, clip, person
from videolect.errors import BadInput, CannotRead, KeyReused, NotAllowed, NotFound, NotYourTurn, StaleVersion
from videolect.language.edit import entries, with_entry, with_version
from videolect.language.shelf import Shelf, Version, write_folder
from videolect.language.source import read_texts
from videolect.language.spec import Spec
from videolect.language.trial import check_texts
from videolect.oversight.catalogue import Catalogue
from videolect.oversight.desk import Desk
from videolect.oversight.labelling import LabelTask
from videolect.oversight.spec_draft import LanguageDesk, SpecProblems, fold
from videolect.oversight.streams import Work
from videolect.oversight.worker import draft_all, drafter
from videolect.record.acts.language import SpecEdited, SpecPublished
from videolect.record.campaign import LABELS, TaskKey

MINI = Path(__file__).parents[1] / "data" / "spec" / "mini"
BASE = Spec.load(MINI)
OTHER_LEAD = person("lex", "lead")
SOFTER = {"pan": {"is": "left"}}


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(BASE, tmp_path / "specs")


@pytest.fixture
def language(shelf: Shelf) -> LanguageDesk:
    return LanguageDesk(catalogue(BASE, shelf=shelf, clock=SimulatedClock(START)))


def pans(language: LanguageDesk, **changed: Any) -> dict[str, Any]:
    """The entry pans_left as the draft has it, with some keys otherwise."""
    data: Any = language.reading(language.look()).entries["primitive", "pans_left"].data
    return {**data, **changed}


def edit(language: LanguageDesk, by: Any = LEAD, **changed: Any) -> Any:
    seen = changed.pop("seen", None)
    key = changed.pop("key", None)
    return language.edit(by, "primitive", "pans_left", pans(language, **changed), work=Work(seen=seen, key=key))


# ------------------------------------------------------------------------------------------------------------ the draft


def test_the_first_edit_begins_a_draft_of_the_newest_version(language: LanguageDesk) -> None:
    state = edit(language, title="Pans to the left")
    assert state.version == 2
    assert state.draft is not None
    assert (state.draft.base_version, state.draft.base_hash, state.draft.by) == ("1.0.0", BASE.hash, "lead")
    assert [(each.id, each.by) for each in state.draft.edits] == [("pans_left", "lead")]
    assert language.checked(state).primitives["pans_left"].title == "Pans to the left"
    assert fold(language.ledger.read("spec/mini")) == state


def test_only_leads_change_anything(language: LanguageDesk) -> None:
    for worker in (ANN, REV):
        with pytest.raises(NotAllowed, match="may not edit the language"):
            edit(language, by=worker, title="x")
        for verb in (language.drop, language.move, language.publish):
            with pytest.raises(NotAllowed):
                verb(worker)
        with pytest.raises(NotAllowed):
            language.discard(worker, "primitive", "pans_left")
    assert language.ledger.read("spec/mini") == []


def test_of_two_leads_the_later_is_told_who_did_what(language: LanguageDesk) -> None:
    edit(language, title="One", seen=0)
    with pytest.raises(StaleVersion, match="lead edited pans_left"):
        edit(language, by=OTHER_LEAD, title="Two", seen=0)
    assert edit(language, by=OTHER_LEAD, title="Two", seen=2).version == 3
    assert language.checked(language.look()).primitives["pans_left"].title == "Two"


def test_an_edit_that_is_sent_twice_is_kept_once(language: LanguageDesk) -> None:
    first = edit(language, title="One", seen=0, key="k-1")
    assert edit(language, title="One", seen=0, key="k-1") == first
    ledger = language.ledger
    desk = Desk(Catalogue(ledger, Shelf(BASE), SimulatedClock(START)))
    desk.catalogue.open_campaign(LEAD, "spring")
    other = LanguageDesk(Catalogue(ledger, Shelf(spec_of(BASE, name="other")), SimulatedClock(START)))
    again = pans(other, title="x")
    with pytest.raises(KeyReused):
        other.edit(LEAD, "primitive", "pans_left", again, work=Work(key="k-1"))


def spec_of(base: Spec, *, name: str = "mini", version: str = "1.0.0", **changed: Any) -> Spec:
    """Another version of the mini specification."""
    texts = with_version(dict(base.texts), version)
    texts["spec.yaml"] = texts["spec.yaml"].replace("name: mini", f"name: {name}")
    if changed:
        data: Any = entries(read_texts(texts))["primitive", "pans_left"].data
        texts = with_entry(texts, "primitive", "pans_left", {**data, **changed})
    found, problems = check_texts(texts)
    assert found is not None, problems
    return found


def test_the_latest_edit_of_an_entry_counts_and_all_of_them_can_be_taken_back(language: LanguageDesk) -> None:
    edit(language, title="One")
    language.edit(LEAD, "condition", "still", {"moves": {"is": "no"}})
    state = edit(language, title="Two")
    assert state.draft is not None
    assert [(each.id, each.number) for each in state.draft.latest] == [("pans_left", 4), ("still", 3)]
    state = language.discard(LEAD, "primitive", "pans_left", work=Work(seen=4))
    assert language.reading(state).entries["primitive", "pans_left"].data == language.reading(state).before[
        "primitive", "pans_left"
    ].data  # fmt: skip
    with pytest.raises(NotYourTurn, match="does not edit"):
        language.discard(LEAD, "primitive", "pans_left")
    assert language.drop(LEAD).draft is None
    for verb in (language.drop, language.move, language.publish):
        with pytest.raises(NotYourTurn, match="no draft"):
            verb(LEAD)


def test_what_is_no_entry_is_not_kept(language: LanguageDesk) -> None:
    for kind, id_, entry in (
        ("primitive", "a", "x"),
        ("primitive", "../x", {"id": "../x"}),
        ("aspect", "a", {"id": "b"}),
    ):
        with pytest.raises(BadInput):
            language.edit(LEAD, kind, id_, entry)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        language.edit(LEAD, "primitive", "nobody", None)
    assert language.look().version == 0
    with pytest.raises(BadInput, match="not JSON"):
        SpecEdited(stream="spec/mini", version=1, actor=LEAD.actor, at=START, spec_version="1", entry_kind="field",
                   entry_id="x", entry="{")  # fmt: skip


# ----------------------------------------------------------------------------------------------------------- publishing


def test_a_draft_becomes_a_version(language: LanguageDesk, shelf: Shelf) -> None:
    edit(language, yes_when=SOFTER)
    with pytest.raises(BadInput, match="too low for a major change"):
        language.publish(LEAD, version="1.1.0")
    made = language.publish(LEAD, note="Both ways are no pan to the left.", work=Work(seen=2))
    assert (made.version.label, made.diff.bump) == ("mini-2.0.0", "major")
    assert made.version.path is not None
    assert Spec.load(made.version.path).hash == made.version.hash == shelf.newest().hash
    state = language.look()
    assert state.draft is None
    assert [(act.published_version, act.note) for act in state.published] == [
        ("2.0.0", "Both ways are no pan to the left.")
    ]
    assert Shelf(BASE, shelf.folder).newest().version == "2.0.0", "another process finds it"
    assert shelf.named("mini-1.0.0").hash == BASE.hash
    with pytest.raises(NotFound, match="no version 'mini-3'"):
        shelf.named("mini-3")


def test_a_draft_with_problems_or_without_changes_is_not_published(language: LanguageDesk, shelf: Shelf) -> None:
    edit(language, title="Pans left")
    with pytest.raises(BadInput, match=r"says what 1\.0\.0 says"):
        language.publish(LEAD)
    edit(language, yes_when={"pan": {"is": "right"}})
    with pytest.raises(SpecProblems) as refused:
        language.publish(LEAD)
    assert any("pans_left" in problem.rule for problem in refused.value.problems)
    assert shelf.newest().hash == BASE.hash
    assert [each.version for each in shelf.versions()] == ["1.0.0"]
    edit(language, yes_when=SOFTER)
    for wrong in ("2.0", "two", "../2.0.0", "02.0.0"):
        with pytest.raises(BadInput, match="no version"):
            language.publish(LEAD, version=wrong)


def test_a_draft_whose_base_is_no_longer_the_newest_says_so_and_is_moved(language: LanguageDesk, shelf: Shelf) -> None:
    edit(language, title="Pans to the left")
    shelf.publish(spec_of(BASE, version="1.0.1", question="Does it turn to the left?"))
    why = language.why_stale(language.look())
    assert why == "It was begun on 1.0.0; the newest version is 1.0.1."
    with pytest.raises(StaleVersion, match=r"newest version is 1\.0\.1"):
        language.publish(LEAD)
    state = language.move(LEAD)
    assert language.why_stale(state) is None
    assert state.draft is not None
    assert state.draft.base_version == "1.0.1"
    assert language.publish(LEAD).version.version == "1.0.2"


def test_a_publisher_that_died_before_it_said_so_is_made_up_for(language: LanguageDesk, shelf: Shelf) -> None:
    edit(language, yes_when=SOFTER)
    shelf.publish(language.checked(language.look(), "2.1.0"))  # the folder is there, the act is not
    state = language.look()
    assert language.why_stale(state) is None
    made = language.publish(LEAD)
    assert made.version.version == "2.1.0"
    assert [act.published_version for act in language.look().published] == ["2.1.0"]
    assert len(shelf.versions()) == 2


def test_what_a_killed_publisher_left_is_finished_before_anything_else(language: LanguageDesk, shelf: Shelf) -> None:
    edit(language, yes_when=SOFTER)
    shelf.publish(language.checked(language.look(), "2.1.0"))
    before = language.look()
    for attempt in (
        lambda: edit(language, title="x"),
        lambda: language.discard(LEAD, "primitive", "pans_left"),
        lambda: language.drop(LEAD),
        lambda: language.publish(LEAD, version="3.0.0"),
    ):
        with pytest.raises(NotYourTurn, match=r"on the shelf as 2\.1\.0"):
            attempt()
    assert language.look() == before
    assert language.publish(LEAD, version="2.1.0").version.version == "2.1.0"


def test_of_publishers_at_once_one_publishes_and_the_others_leave_nothing(language: LanguageDesk) -> None:
    edit(language, yes_when=SOFTER)
    start = threading.Barrier(4)

    def publish(number: int) -> str:
        other = LanguageDesk(Catalogue(language.ledger, Shelf(BASE, language.shelf.folder), SimulatedClock(START)))
        start.wait()
        try:
            return other.publish(LEAD, version=f"2.{number}.0").version.version
        except NotYourTurn as refused:
            return refused.message

    with ThreadPoolExecutor(4) as pool:
        said = sorted(pool.map(publish, range(4)))
    version = said[0]
    assert said[1:] == [f"There is no draft any more: lead published it as {version} just before."] * 3
    assert [act.published_version for act in language.look().published] == [version]
    assert [each.version for each in Shelf(BASE, language.shelf.folder).versions()] == [version, "1.0.0"]


def test_a_version_that_is_published_twice_under_one_key_is_published_once(language: LanguageDesk) -> None:
    edit(language, yes_when=SOFTER)
    work = Work(seen=2, key="p-1")
    first = language.publish(LEAD, note="Softer", work=work)
    edit(language, title="Work on the next one")  # an answer that was lost is asked for again late
    for version in (None, "2.0.0"):
        assert language.publish(LEAD, version=version, note="Softer", work=work) == first
    other = LanguageDesk(Catalogue(language.ledger, Shelf(BASE, language.shelf.folder), SimulatedClock(START)))
    assert other.publish(LEAD, note="Softer", work=work) == first, "a desk that was started anew knows it too"
    assert [act.published_version for act in language.look().published] == ["2.0.0"]
    for version, note in ((None, "Other words"), ("2.1.0", "Softer")):
        with pytest.raises(KeyReused, match="SpecPublished"):
            language.publish(LEAD, version=version, note=note, work=work)


def test_a_key_that_led_to_something_else_publishes_nothing(language: LanguageDesk, shelf: Shelf) -> None:
    edit(language, yes_when=SOFTER, key="k-1")
    before = language.look()
    with pytest.raises(KeyReused, match="SpecEdited"):
        language.publish(LEAD, work=Work(key="k-1"))
    assert (language.look(), len(shelf.versions())) == (before, 1)
    assert language.publish(OTHER_LEAD, work=Work(key="k-1")).version.version == "2.0.0", "keys are each worker's own"


def test_what_was_published_under_a_key_and_is_gone_is_told(language: LanguageDesk, shelf: Shelf) -> None:
    edit(language, yes_when=SOFTER)
    made = language.publish(LEAD, work=Work(key="p-1"))
    assert made.version.path is not None
    made.version.path.rename(made.version.path.with_name("away"))
    with pytest.raises(NotFound, match=r"2\.0\.0 was published, but"):
        language.publish(LEAD, work=Work(key="p-1"))


def test_a_publisher_that_died_finishes_under_its_key(language: LanguageDesk, shelf: Shelf) -> None:
    edit(language, yes_when=SOFTER)
    work = Work(seen=2, key="p-1")
    shelf.publish(language.checked(language.look(), "2.1.0"))
    assert language.publish(LEAD, version="2.1.0", work=work) == language.publish(LEAD, version="2.1.0", work=work)
    assert [(act.published_version, act.key) for act in language.look().published] == [("2.1.0", "p-1")]


def test_the_time_at_it_stands_in_the_acts(language: LanguageDesk) -> None:
    language.edit(LEAD, "primitive", "pans_left", pans(language, title="One"), work=Work(active_seconds=4.5))
    language.publish(LEAD, work=Work(active_seconds=2.0))
    assert [act.active_seconds for act in language.ledger.read("spec/mini")] == [0.0, 4.5, 2.0]


def test_an_edit_waits_for_the_publisher(language: LanguageDesk, shelf: Shelf) -> None:
    edit(language, yes_when=SOFTER)
    entered, finish = threading.Event(), threading.Event()
    real = shelf.publish

    def slow(spec: Spec) -> Version:
        entered.set()
        assert finish.wait(30)
        return real(spec)

    shelf.publish = slow  # type: ignore[method-assign]
    other = LanguageDesk(Catalogue(language.ledger, Shelf(BASE, shelf.folder), SimulatedClock(START)))
    with ThreadPoolExecutor(2) as pool:
        publishing = pool.submit(language.publish, LEAD)
        assert entered.wait(30)
        editing = pool.submit(edit, other, title="Later")
        with pytest.raises(TimeoutError):
            editing.result(0.3)
        finish.set()
        assert publishing.result().version.version == "2.0.0"
        after = editing.result()
    assert after.draft is not None
    assert after.draft.base_version == "2.0.0"
    assert len(after.draft.edits) == 1


def test_a_base_that_is_gone_is_told_and_left(language: LanguageDesk, shelf: Shelf) -> None:
    edit(language, title="One")
    elsewhere = LanguageDesk(Catalogue(language.ledger, Shelf(spec_of(BASE, version="1.2.0")), SimulatedClock(START)))
    assert "no longer to be had" in str(elsewhere.why_stale(elsewhere.look()))
    assert elsewhere.reading(elsewhere.look()).entries, "the page still opens, so that the draft can be moved"
    with pytest.raises(StaleVersion, match="no longer to be had"):
        elsewhere.publish(LEAD)
    assert elsewhere.base(elsewhere.move(LEAD)).version == "1.2.0"


# ------------------------------------------------------------------------------------------------------------ the shelf


def test_what_was_published_stays(shelf: Shelf) -> None:
    one = spec_of(BASE, version="1.1.0", title="One")
    assert shelf.publish(one) == shelf.publish(one)
    with pytest.raises(BadInput, match="something else"):
        shelf.publish(spec_of(BASE, version="1.1.0", title="Two"))
    with pytest.raises(BadInput, match="something else"):
        Shelf(BASE, shelf.folder).publish(spec_of(BASE, title="Two"))
    assert shelf.folder is not None
    (shelf.folder / ".mini-9.9.9.abc.part").mkdir()
    (shelf.folder / "notes").mkdir()
    assert [each.version for each in shelf.versions()] == ["1.1.0", "1.0.0"]
    with pytest.raises(BadInput, match="no place to publish"):
        Shelf(BASE).publish(one)


def test_versions_are_ordered_as_numbers(shelf: Shelf) -> None:
    for version in ("1.9.0", "1.10.0"):
        shelf.publish(spec_of(BASE, version=version, title=version))
    assert shelf.newest().version == "1.10.0"


@pytest.mark.parametrize("says", ["- id: pans_left\n", None])
def test_a_version_that_was_edited_in_place_is_refused_by_name(
    shelf: Shelf, says: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    made = shelf.publish(spec_of(BASE, version="1.1.0", title="One"))
    assert made.path is not None
    file = made.path / "primitives" / "pans.yaml"
    file.write_text(says or file.read_text().replace("One", "Two"))
    for _ in range(2):
        with pytest.raises(CannotRead, match=r"mini-1\.1\.0 was edited in place.* as mini-1\.1\.0"):
            Shelf(BASE, shelf.folder).newest()
    later = Shelf(BASE, shelf.folder)
    later.publish(spec_of(BASE, version="1.2.0", title="Three"))
    assert later.newest().version == "1.2.0", "the others can be worked under"
    assert [each.edited for each in later.versions()] == [False, True, False]
    assert later.find(made.hash) is None
    assert "mini-1.1.0 was edited in place" in caplog.text, "and the log says why a campaign does not find its version"


def test_a_version_that_is_edited_while_the_desk_runs_is_refused_too(shelf: Shelf) -> None:
    made = shelf.publish(spec_of(BASE, version="1.1.0", title="One"))
    running = Shelf(BASE, shelf.folder)
    assert [each.version for each in running.versions()] == ["1.1.0", "1.0.0"], "it has seen the folder, and its hash"
    assert made.path is not None
    file = made.path / "primitives" / "pans.yaml"
    file.write_text(file.read_text().replace("One", "Two"))
    with pytest.raises(CannotRead, match="edited in place"):
        running.find(made.hash)


def test_a_version_on_record_is_never_published_with_other_content(language: LanguageDesk, shelf: Shelf) -> None:
    edit(language, title="One")
    first = language.publish(LEAD)
    assert first.version.path is not None
    first.version.path.rename(first.version.path.with_name("away"))
    later = LanguageDesk(Catalogue(language.ledger, Shelf(BASE, shelf.folder), SimulatedClock(START)))
    edit(later, title="Two")
    with pytest.raises(BadInput, match=r"lead published another 1\.0\.1 .*"):
        later.publish(LEAD, version="1.0.1")
    assert later.publish(LEAD).version.version == "1.0.2"


def test_who_holds_the_shelf_too_long_is_named(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("videolect.language.shelf._PATIENCE_S", 0.05)
    with shelf.held(), pytest.raises(StaleVersion, match="more than 0 s"), Shelf(BASE, shelf.folder).held():
        pass
    with shelf.held():
        pass


def test_a_version_that_was_put_there_by_hand_is_read(shelf: Shelf) -> None:
    assert shelf.folder is not None
    by_hand = spec_of(BASE, version="1.3.0", title="By hand")
    write_folder(shelf.folder / "mini-1.3.0", by_hand.texts)
    assert shelf.newest().hash == by_hand.hash


def test_a_folder_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    write_folder(tmp_path / "a", BASE.texts)
    assert Spec.load(tmp_path / "a").hash == BASE.hash
    with pytest.raises(BadInput, match="not empty"):
        write_folder(tmp_path / "a", BASE.texts)
    assert [path.name for path in tmp_path.iterdir()] == ["a"], "nothing half is left"


# ------------------------------------------------------------------------------------------------- campaigns and labels


def labelled_desk(language: LanguageDesk, name: str) -> Desk:
    """A campaign with one clip whose labels are in: it pans both ways."""
    desk = Desk(Catalogue(language.ledger, language.shelf, SimulatedClock(START)), writer=FakeWriter())
    desk.catalogue.add_clips(LEAD, desk.catalogue.open_campaign(LEAD, name), [clip()])
    key = TaskKey(campaign=name, clip="c1", aspect=LABELS)
    lease = desk.claim(ANN, key)
    desk.label(ANN, key, Work(token=lease.token), {"moves": True, "pan": "both"})
    return desk


def states_of(desk: Desk, campaign: str) -> dict[str, bool | None]:
    """What the labels of the campaign's clip say under its version."""
    task = desk.look(TaskKey(campaign=campaign, clip="c1", aspect=LABELS)).task
    assert isinstance(task, LabelTask)
    assert task.labelled is not None
    return desk.catalogue.spec_of(campaign).derive(desk.catalogue.answers_of(task.labelled))


def test_the_effect_on_labels_and_captions_is_counted(language: LanguageDesk) -> None:
    desk = labelled_desk(language, "spring")
    tried = language.attempt("primitive", "pans_left", pans(language, yes_when=SOFTER))
    assert tried.diff.touched.states == {"pans_left": {"yes -> undetermined": 1}}
    assert tried.diff.touched.rows == 1
    assert language.look().version == 0, "a trial keeps nothing"
    edit(language, yes_when=SOFTER)
    touched = language.touches(BASE, language.checked(language.look()))
    assert touched.as_json() == {
        "records": 1, "drafts": 0, "captions": 0, "by_aspect": {},
        "states": {"pans_left": {"yes -> undetermined": 1}},
    }  # fmt: skip
    assert desk.writer is not None
    draft_all(desk, desk.writer, drafter())
    draft = language.checked(language.look())
    assert language.touches(BASE, draft).drafts == {"camera": 1}
    key = TaskKey(campaign="spring", clip="c1", aspect="camera")
    work = Work(token=desk.claim(ANN, key).token)
    desk.rate(ANN, key, work, 5)
    desk.submit(ANN, key, work)
    touched = language.touches(BASE, draft)
    assert (touched.drafts, touched.captions) == ({}, {"camera": 1})
    # A late answer beside the one that counts does not count.
    label = key.sibling(LABELS)
    first = desk.claim(ANN, label)
    desk.label(ANN, label, Work(token=first.token), {"moves": True, "pan": "left"})
    desk.label(ANN, label, Work(token=1), {"moves": True, "pan": "both"})
    assert language.touches(BASE, draft).records == 0


def test_two_campaigns_with_two_versions_at_once(language: LanguageDesk, caplog: pytest.LogCaptureFixture) -> None:
    labelled_desk(language, "old")
    edit(language, yes_when=SOFTER)
    language.publish(LEAD)
    desk = labelled_desk(language, "new")
    assert (desk.catalogue.campaign("old").spec_version, desk.catalogue.campaign("new").spec_version) == (
        "1.0.0",
        "2.0.0",
    )
    states = {name: states_of(desk, name) for name in ("old", "new")}
    assert (states["old"]["pans_left"], states["new"]["pans_left"]) == (True, None)
    assert desk.catalogue.form("old").description["version"] == "1.0.0"
    assert desk.draft_request(TaskKey(campaign="old", clip="c1", aspect="camera")).spec_hash == BASE.hash
    # A server that no longer has the old version goes on with the newest, and says so.
    again = Catalogue(language.ledger, Shelf(spec_of(BASE, version="3.0.0", title="X")), SimulatedClock(START))
    assert again.spec_of("old").version == "3.0.0"
    assert "is not to be had" in caplog.text


def test_the_states_of_a_label_record_are_worked_out_once_and_again_for_another_record(
    language: LanguageDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = labelled_desk(language, "old")
    asked: list[Mapping[str, object]] = []
    derive = Spec.derive
    monkeypatch.setattr(Spec, "derive", lambda spec, answers: asked.append(answers) or derive(spec, answers))
    key = TaskKey(campaign="old", clip="c1", aspect=LABELS)

    def states() -> Mapping[str, bool | None]:
        task = desk.look(key).task
        assert isinstance(task, LabelTask)
        assert task.labelled is not None
        return desk.catalogue.states_of(task.labelled)

    assert states()["pans_left"] is True
    assert states() == states()
    assert len(asked) == 1
    desk.label(ANN, key, Work(token=desk.claim(ANN, key).token), {"moves": False})
    assert states()["pans_left"] is not True
    assert len(asked) == 2


def test_a_campaigns_order_of_captions_is_that_of_its_version(language: LanguageDesk, shelf: Shelf) -> None:
    desk = labelled_desk(language, "old")
    texts = {
        **shelf.newest().texts,
        "aspects/scene.yaml": "id: scene\ntitle: Scene\nparents: []\nneeds_labels: no\npurpose: Say where it is.\n"
        "topics:\n  - {id: place, title: Place}\n",
    }
    texts = with_entry(texts, "aspect", "camera", {
        **entries(read_texts(texts))["aspect", "camera"].data, "parents": ["scene"],  # type: ignore[dict-item]
    })  # fmt: skip
    texts["spec.yaml"] = texts["spec.yaml"].replace("[camera]", "[scene, camera]")
    newer, problems = check_texts(with_version(texts, "1.1.0"))
    assert newer is not None, problems
    shelf.publish(newer)
    labelled_desk(language, "new")
    rows = {(row.campaign, row.aspect): row.waiting_for for row in desk.queue(_all())}
    assert rows["old", "camera"] == ()
    assert rows["new", "camera"] == ("scene",)
    before = language.ledger.projections_hash()
    language.ledger.rebuild()
    assert language.ledger.projections_hash() == before


def _all() -> Any:
    from videolect.oversight.ports import QueueQuery

    return QueueQuery(limit=100)


def test_acts_of_a_version_tell_what_was_published(language: LanguageDesk) -> None:
    edit(language, title="One")
    language.publish(LEAD)
    last = language.ledger.read("spec/mini")[-1]
    assert isinstance(last, SpecPublished)
    assert last.bump == "patch"
    edits = [act for act in language.ledger.read("spec/mini") if isinstance(act, SpecEdited)]
    assert json.loads(edits[0].entry or "")["title"] == "One"
