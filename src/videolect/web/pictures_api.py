"""What shows the language: loops and stills of primitives, of look-alikes, and of the answers of the label form.

Annotations are evaluated here, not postponed, as in ``api``.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from starlette.responses import Response

from videolect.errors import NotFound
from videolect.oversight.desk import Desk
from videolect.oversight.spec_draft import LanguageDesk
from videolect.stage.glossary import Glossary, Loop
from videolect.web.auth import SignedIn, SignInDesk
from videolect.web.models import Shape
from videolect.web.ranges import ranged


class LoopShape(Shape):
    """A short clip that plays again and again. Addresses carry the hash of what they name."""

    film: str
    start: str
    """Its first frame; and its last."""
    end: str
    width: int
    height: int


class LookAlikeLoop(Shape):
    """A look-alike where the primitive is not so."""

    id: str
    loop: LoopShape


class PrimitivePictures(Shape):
    """What shows a primitive; nothing where there is no picture."""

    loop: LoopShape | None
    look_alikes: list[LookAlikeLoop]


class AnswerPicture(Shape):
    """What an answer looks like."""

    value: str | bool
    primitive: str
    """That it makes true."""
    title: str
    loop: LoopShape


class QuestionPictures(Shape):
    """The answers to one question that have a picture, in the order of the form."""

    field: str
    answers: list[AnswerPicture] = Field(min_length=1)


class FormPictures(Shape):
    """The questions that have pictures."""

    questions: list[QuestionPictures]


def pictures_router(
    glossary: Glossary | None, desk: Desk, language: LanguageDesk, signing: SignInDesk
) -> APIRouter:  # fmt: skip
    """``/api/glossary`` and ``/media/glossary``; without a glossary nothing is shown."""
    router = APIRouter(dependencies=[Depends(signing.who)])
    Me = Annotated[SignedIn, Depends(signing.who)]  # noqa: N806  # a type, made here because it closes over `signing`

    @router.get("/api/glossary/primitives/{id}")
    def primitive(id: str, me: Me, hash: Annotated[str | None, Query(max_length=100)] = None) -> PrimitivePictures:
        """The loop of a primitive and those of its look-alikes, by the newest version or that of this hash."""
        spec = language.shelf.newest() if hash is None else language.reading_of(hash)[0]
        known = spec.primitives.get(id)
        if glossary is None or known is None:
            return PrimitivePictures(loop=None, look_alikes=[])
        shown = glossary.under(spec)
        loop = shown.of(id)
        beside = [(other.id, shown.beside(id, other.id)) for other in known.look_alikes]
        return PrimitivePictures(
            loop=_shape(loop) if loop else None,
            look_alikes=[LookAlikeLoop(id=other, loop=_shape(found)) for other, found in beside if found],
        )

    @router.get("/api/glossary/questions")
    def questions(campaign: str, me: Me) -> FormPictures:
        """What answers to the label form of a campaign look like."""
        desk.catalogue.campaign(campaign)
        if glossary is None:
            return FormPictures(questions=[])
        spec = desk.catalogue.spec_of(campaign)
        return FormPictures(
            questions=[
                QuestionPictures(
                    field=field,
                    answers=[
                        AnswerPicture(
                            value=each.value, primitive=each.primitive, title=spec.primitives[each.primitive].title,
                            loop=_shape(each.loop),
                        )
                        for each in answers
                    ],
                )
                for field, answers in glossary.under(spec).options.items()
            ]
        )  # fmt: skip

    @router.api_route(
        "/media/glossary/{hash}", methods=["GET", "HEAD"], response_class=Response, include_in_schema=False
    )
    def file(hash: str, request: Request) -> Response:
        """A file that the index lists, and whose bytes are still those."""
        if glossary is None:
            raise NotFound("This desk has no pictures.", mend="Give it some: desk serve --glossary DIR.")
        data, kind = glossary.file(hash)
        said = {
            "Cache-Control": "private, max-age=31536000, immutable",
            "Content-Type": kind,
            "Content-Disposition": "inline",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        }
        return ranged(request.method, request.headers, _Held(data), f'"{hash}"', said)

    return router


@dataclass(frozen=True, slots=True)
class _Held:
    """Bytes in memory, as ``ranged`` asks for them."""

    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)

    def read(self, start: int, end: int) -> bytes:
        return self.data[start:end]


def _shape(loop: Loop) -> LoopShape:
    film, start, end = (f"/media/glossary/{hash_}" for hash_ in loop.files.values())
    return LoopShape(film=film, start=start, end=end, width=loop.width, height=loop.height)
