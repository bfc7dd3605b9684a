"""Pictures of the language over HTTP: for people who are signed in, by content hash, and only what the index lists."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.glossary import put_glossary
from tests.web.conftest import Site
from videolect.language import load_spec
from videolect.stage.glossary import make_pictures

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ADDRESSES = (
    "/api/glossary/primitives/pan_left",
    "/api/glossary/questions?campaign=spring",
    "/media/glossary/" + "0" * 64,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    put_glossary(folder, load_spec(), "pan_left", "truck_left")
    make_pictures(folder)
    return folder


@pytest.fixture
def site(make_site: Callable[..., Site], folder: Path) -> Site:
    return make_site(glossary=folder)


def test_a_primitive_has_its_loop_and_its_look_alikes(site: Site, folder: Path):
    told = site.call("ann", "GET", ADDRESSES[0])
    assert [each["id"] for each in told["look_alikes"]] == ["truck_left"]
    assert told["loop"]["width"] == 128
    files = {"film": "pan_left.yes.mp4", "start": "pan_left.yes.start.jpg", "end": "pan_left.yes.end.jpg"}
    for part, name in files.items():
        answer = site.client("ann").get(told["loop"][part])
        assert answer.status_code == 200
        assert answer.content == (folder / name).read_bytes()
        assert answer.headers["content-type"] == ("video/mp4" if part == "film" else "image/jpeg")
        assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
        assert answer.headers["x-content-type-options"] == "nosniff"
    part = site.client("ann").get(told["loop"]["film"], headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, (folder / files["film"]).read_bytes()[:10])
    hash_ = load_spec().hash
    assert site.call("ann", "GET", f"{ADDRESSES[0]}?hash={hash_}") == told
    site.call("ann", "GET", f"{ADDRESSES[0]}?hash=sha256:0", expect=404)
    assert site.call("ann", "GET", "/api/glossary/primitives/nothing") == {"loop": None, "look_alikes": []}


def test_the_form_has_pictures_of_its_answers(site: Site):
    told = {each["field"]: each["answers"] for each in site.call("ann", "GET", ADDRESSES[1])["questions"]}
    assert [(each["value"], each["primitive"], each["title"]) for each in told["camera_pan"]] == [
        ("right_to_left", "pan_left", "Pan left")
    ]
    assert [each["value"] for each in told["camera_segments"]] == ["truck_left", "pan_left"]
    site.call("ann", "GET", "/api/glossary/questions?campaign=nothing", expect=404)


@pytest.mark.parametrize("address", ADDRESSES)
def test_nobody_sees_them_without_signing_in(address: str, site: Site):
    assert site.client().get(address).status_code == 401


@pytest.mark.parametrize(
    "name",
    [
        "0" * 64, "pan_left.yes.mp4", "pictures.json", "..%2fpictures.json", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "a/b",
        "..%5cpictures.json", "%00", "A" * 5000,
    ],
)  # fmt: skip
def test_only_what_the_index_lists_is_served(name: str, site: Site):
    answer = site.client("ann").get(f"/media/glossary/{name}")
    assert answer.status_code == 404
    assert "asked" not in answer.text


def test_a_desk_without_pictures_says_so(make_site: Callable[..., Site]):
    site = make_site()
    assert site.call("ann", "GET", ADDRESSES[0]) == {"loop": None, "look_alikes": []}
    assert site.call("ann", "GET", ADDRESSES[1]) == {"questions": []}
    assert "no pictures" in site.call("ann", "GET", ADDRESSES[2], expect=404)["message"]
