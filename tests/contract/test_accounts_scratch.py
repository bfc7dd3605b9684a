"""Accounts, sessions and scratch on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.acts import START

from videolect.errors import BadInput
from videolect.ledger.accounts import Account, Session, SqlAccounts
from videolect.ledger.database import Database, open_database
from videolect.ledger.scratch import MAX_BYTES, Scratch, SqlScratch

LATER = START + timedelta(hours=8)
STREAM = "task/demo/c1/subject"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of either sort."""
    sqlite = request.param == "sqlite"
    made = open_database(
        f"sqlite:///{tmp_path / 'desk.sqlite'}" if sqlite else request.getfixturevalue("postgres_database"), pool_size=2
    )
    yield made
    made.close()


@pytest.fixture
def accounts(database: Database) -> SqlAccounts:
    """With one account."""
    found = SqlAccounts(database)
    found.add("ann", name="Ann Ö. 🎥", roles=["annotator", "reviewer"], password_hash="h1", now=START)
    return found


# ------------------------------------------------------------------------------------------------------------- accounts


def test_an_account_is_found_by_its_id(accounts: SqlAccounts):
    ann = Account(person="ann", name="Ann Ö. 🎥", roles=("annotator", "reviewer"), password_hash="h1")
    assert accounts.get("ann") == ann
    assert accounts.all() == [ann]
    for other in ("Ann", "ANN", "an", "ann ", "a%", "", "' OR 1=1 --"):
        assert accounts.get(other) is None


def test_accounts_come_by_id(accounts: SqlAccounts):
    for person in ("rev", "Bob", "bob"):
        accounts.add(person, name=person, roles=[], password_hash="h", now=START)
    assert [account.person for account in accounts.all()] == ["Bob", "ann", "bob", "rev"]


def test_an_id_is_taken_once(accounts: SqlAccounts):
    with pytest.raises(BadInput, match="There is an account ann already"):
        accounts.add("ann", name="Other", roles=["lead"], password_hash="h2", now=START)
    assert accounts.get("ann").name == "Ann Ö. 🎥"


@pytest.mark.parametrize(
    ("person", "name"), [("", "Ann"), ("a b", "Ann"), ("..", "Ann"), ("x", ""), ("x", "x" * 201), ("x", "\x00")]
)
def test_a_bad_account_is_refused(accounts: SqlAccounts, person: str, name: str):
    with pytest.raises(BadInput, match="The person's"):
        accounts.add(person, name=name, roles=[], password_hash="h", now=START)
    assert len(accounts.all()) == 1


@pytest.mark.parametrize("person", ["a\x00b", "half \ud83d", "x" * 100_000])
def test_a_sign_in_under_a_name_that_cannot_be_finds_nobody(accounts: SqlAccounts, person: str):
    """Anybody may send one: it is asked before sign-in."""
    assert accounts.get(person) is None


# ------------------------------------------------------------------------------------------------------------- sessions


def test_a_session_runs_until_it_expires(accounts: SqlAccounts):
    accounts.begin_session("t1", "ann", csrf="c1", expires=LATER, now=START)
    assert accounts.session("t1", now=START) == Session(person="ann", csrf="c1", expires=LATER)
    assert accounts.session("t1", now=LATER - timedelta(microseconds=1)) is not None
    assert accounts.session("t1", now=LATER) is None
    assert accounts.session("t2", now=START) is None


def test_a_session_ends(accounts: SqlAccounts):
    for token in ("t1", "t2"):
        accounts.begin_session(token, "ann", csrf="c", expires=LATER, now=START)
    accounts.end_session("t1")
    accounts.end_session("t1")
    assert accounts.session("t1", now=START) is None
    assert accounts.session("t2", now=START) is not None


def test_a_new_password_ends_every_session_of_that_person_alone(accounts: SqlAccounts):
    accounts.add("bob", name="Bob", roles=[], password_hash="h", now=START)
    for token, person in (("t1", "ann"), ("t2", "ann"), ("t3", "bob")):
        accounts.begin_session(token, person, csrf="c", expires=LATER, now=START)
    accounts.set_password("ann", "h9")
    assert accounts.get("ann").password_hash == "h9"
    assert accounts.get("bob").password_hash == "h"
    assert [accounts.session(token, now=START) is not None for token in ("t1", "t2", "t3")] == [False, False, True]


def test_lapsed_sessions_are_swept(accounts: SqlAccounts):
    accounts.begin_session("t1", "ann", csrf="c", expires=LATER, now=START)
    accounts.begin_session("t2", "ann", csrf="c", expires=LATER + timedelta(hours=1), now=LATER)
    assert accounts.session("t1", now=START) is None
    assert accounts.session("t2", now=START) is not None


# -------------------------------------------------------------------------------------------------------------- scratch


def test_scratch_is_kept_per_person_and_task(database: Database):
    scratch = SqlScratch(database)
    assert scratch.get("ann", STREAM) is None
    body = {"raw": "half a thought 🎥 \x00", "points": [{"start": 1, "deep": {"er": None}}]}
    assert scratch.put("ann", STREAM, seen=0, body=body, now=START) == Scratch(revision=1, body=body)
    assert scratch.get("ann", STREAM) == Scratch(revision=1, body=body)
    assert scratch.get("bob", STREAM) is None
    assert scratch.get("ann", STREAM + "2") is None


def test_scratch_that_could_not_be_sent_back_is_refused(database: Database):
    """Kept, it would break the page of its author at every look."""
    with pytest.raises(BadInput, match="surrogate"):
        SqlScratch(database).put("ann", STREAM, seen=0, body={"raw": "half \ud83d"}, now=START)
    assert SqlScratch(database).get("ann", STREAM) is None


def test_an_older_tab_changes_nothing(database: Database):
    scratch = SqlScratch(database)
    scratch.put("ann", STREAM, seen=0, body={"n": 1}, now=START)
    assert scratch.put("ann", STREAM, seen=1, body={"n": 2}, now=START).revision == 2
    for seen in (0, 1, 3, -1):
        assert scratch.put("ann", STREAM, seen=seen, body={"n": 9}, now=START) is None
    assert scratch.get("ann", STREAM) == Scratch(revision=2, body={"n": 2})


def test_a_revision_of_nothing_is_not_made_up(database: Database):
    scratch = SqlScratch(database)
    assert scratch.put("ann", STREAM, seen=4, body={}, now=START) is None
    assert scratch.get("ann", STREAM) is None


def test_too_much_scratch_is_refused_and_the_old_kept(database: Database):
    scratch = SqlScratch(database)
    scratch.put("ann", STREAM, seen=0, body={"n": 1}, now=START)
    with pytest.raises(BadInput, match=f"at most {MAX_BYTES:,} are kept"):
        scratch.put("ann", STREAM, seen=1, body={"n": "x" * MAX_BYTES}, now=START)
    assert scratch.get("ann", STREAM).revision == 1
