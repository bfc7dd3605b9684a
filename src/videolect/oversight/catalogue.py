"""What there is to work on: videos, campaigns with the clips in them, and the version of the language that each keeps.

Every desk (of tasks, cuts, audits, the language; searching too) is handed the one catalogue of its workspace, and with
it the ledger, the shelf of versions and the clock.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import cast

from videolect.errors import BadInput, NotFound, StaleVersion
from videolect.language.shelf import Shelf
from videolect.language.spec import Spec
from videolect.oversight.form import Form, form_of
from videolect.oversight.ports import Clock, Ledger, SystemClock
from videolect.oversight.roles import Worker
from videolect.record.acts.base import Act
from videolect.record.acts.catalogue import CampaignOpened, Imported, campaign_stream, video_stream
from videolect.record.acts.labels import Answer, Labelled
from videolect.record.acts.tasks import Opened
from videolect.record.campaign import LABELS, MODES, Campaign, Mode, Policy, TaskKey
from videolect.record.clip import Clip, Video

_STATES = 200
"""Label records whose primitives are remembered."""

_AT_ONCE = 600
"""Tasks that are opened in one transaction."""


class Catalogue:
    """Videos, campaigns and versions of one ledger."""

    def __init__(self, ledger: Ledger, shelf: Shelf, clock: Clock | None = None) -> None:
        self.ledger = ledger
        self.shelf = shelf
        self.clock = clock or SystemClock()
        self._spec_of: dict[str, Spec] = {}
        self._guard = threading.Lock()
        self._states: dict[tuple[str, str, int], Mapping[str, bool | None]] = {}
        self._forms: dict[tuple[str, tuple[str, ...]], Form] = {}

    # -- versions of the language

    @property
    def spec(self) -> Spec:
        """The newest version of the specification: the one that a new campaign takes."""
        return self.shelf.newest()

    def spec_of(self, campaign: str) -> Spec:
        """The version that a campaign keeps to. NotFound where there is no such campaign."""
        if campaign not in self._spec_of:
            self._spec_of[campaign] = self.spec_under(self.campaign(campaign).spec_hash)
        return self._spec_of[campaign]

    def spec_under(self, hash: str) -> Spec:
        """The version that work under this hash goes on with: that one, or the newest where it is not to be had."""
        return self.shelf.under(hash)

    def form(self, campaign: str) -> Form:
        """The label form of a campaign, or NotFound."""
        aspects, spec = self.campaign(campaign).aspects, self.spec_of(campaign)
        if (spec.hash, aspects) not in self._forms:
            self._forms[spec.hash, aspects] = form_of(spec, aspects)
        return self._forms[spec.hash, aspects]

    def answers_of(self, labelled: Labelled) -> dict[str, Answer]:
        """A label record as its campaign's specification reads it: lifted from an older schema, and normalised."""
        key = TaskKey.of_stream(labelled.stream)
        spec = self.spec_of(key.campaign) if key is not None else self.spec
        return cast(dict[str, Answer], spec.normalise(spec.migrate(labelled.answers, labelled.record_schema)))

    def states_of(self, labelled: Labelled) -> Mapping[str, bool | None]:
        """The primitives of a label record under its campaign's specification: yes, no, or None.

        Remembered: every answer about any task of the clip shows them, and to work them out is most of such an answer.
        """
        key = TaskKey.of_stream(labelled.stream)
        spec = self.spec_of(key.campaign) if key is not None else self.spec
        place = (spec.hash, labelled.labels_hash, labelled.record_schema)
        with self._guard:
            found = self._states.get(place)
        if found is None:
            found = MappingProxyType(spec.derive(self.answers_of(labelled)))
            with self._guard:
                self._states[place] = found
                while len(self._states) > _STATES:
                    del self._states[next(iter(self._states))]
        return found

    # -- videos

    def video(self, video_hash: str) -> Video:
        """An imported video, or NotFound."""
        for act in self.ledger.read(video_stream(video_hash)):
            if isinstance(act, Imported):
                return act.video
        raise NotFound(f"No video has the hash {video_hash}.", mend="Import it: videolect data import.")

    def record_video(self, worker: Worker, video: Video) -> bool:
        """Keep what an imported file says of itself; False where it was known already."""
        stream = video_stream(video.hash)
        if self.ledger.read(stream):
            return False
        act = Imported(
            stream=stream, version=1, actor=worker.actor, at=self.clock.now(), spec_version=self.spec.version,
            video=video,
        )  # fmt: skip
        try:
            self.ledger.append([act])
        except StaleVersion:  # another importer was faster with the same bytes
            return False
        return True

    # -- campaigns

    def campaigns(self) -> list[Campaign]:
        """All campaigns, oldest first."""
        return [act.campaign for _, act in self.ledger.every(kind="CampaignOpened") if isinstance(act, CampaignOpened)]

    def campaign(self, name: str) -> Campaign:
        """What a campaign was opened with, or NotFound."""
        for act in self.ledger.read(campaign_stream(name)):
            if isinstance(act, CampaignOpened):
                return act.campaign
        known = [each.name for each in self.campaigns()]
        there = f"There are {', '.join(known)}." if known else "Make it: videolect data import FILM --campaign NAME."
        raise NotFound(f"There is no campaign {name}.", mend=there)

    def open_campaign(
        self, worker: Worker, name: str, *, policy: Policy | None = None, aspects: Sequence[str] | None = None
    ) -> Campaign:
        """Begin a campaign under the newest version; with its usual aspects, unless ``aspects`` names others."""
        worker.check_may("open a campaign")
        spec = self.spec
        known = [aspect.id for aspect in spec.aspects]
        usual = [aspect.id for aspect in spec.aspects if aspect.by_default]
        chosen = tuple(aspects if aspects is not None else usual)
        if unknown := [aspect for aspect in chosen if aspect not in known]:
            raise BadInput(f"The specification has no aspect {unknown[0]!r}.", mend=f"Known: {', '.join(known)}.")
        campaign = Campaign(
            name=name, spec_version=spec.version, spec_hash=spec.hash, aspects=chosen, policy=policy or Policy()
        )
        act = CampaignOpened(
            stream=campaign_stream(name), version=1, actor=worker.actor, at=self.clock.now(),
            spec_version=spec.version, campaign=campaign,
        )  # fmt: skip
        try:
            self.ledger.append([act])
        except StaleVersion:
            raise BadInput(
                f"There is a campaign {name} already.", mend="Choose another name, or add clips to it."
            ) from None
        return campaign

    def add_clips(self, worker: Worker, campaign: Campaign, clips: Iterable[Clip], *, priority: int = 0) -> int:
        """Open the tasks of these clips (labels and every aspect); those that exist are left. How many were opened."""
        worker.check_may("add clips")
        acts: list[Act] = []
        seen = set[str]()
        for clip in clips:
            for aspect in (LABELS, *campaign.aspects):
                key = TaskKey(campaign=campaign.name, clip=clip.id, aspect=aspect)
                if key.stream not in seen and self.ledger.row(key.stream) is None:
                    seen.add(key.stream)
                    acts.append(
                        Opened(
                            stream=key.stream, version=1, actor=worker.actor, at=self.clock.now(), clip=clip,
                            spec_version=campaign.spec_version, mode=drawn_mode(campaign.policy, key),
                            policy=campaign.policy, priority=priority,
                        )
                    )  # fmt: skip
        count = 0
        for start in range(0, len(acts), _AT_ONCE):
            count += self._opened(acts[start : start + _AT_ONCE])
        return count

    def _opened(self, acts: list[Act]) -> int:
        """Of these tasks those that nobody else opens at the same time."""
        while acts:
            try:
                self.ledger.append(acts)
                break
            except StaleVersion:
                left = [act for act in acts if not self.ledger.read(act.stream)]
                if len(left) == len(acts):
                    raise
                acts = left
        return len(acts)


def drawn_mode(policy: Policy, key: TaskKey) -> Mode:
    """The task's arm: drawn by the policy's weights from a hash of the task's name, so that it can be drawn again."""
    digest = hashlib.sha256(key.stream.encode()).digest()
    point = int.from_bytes(digest[:8], "big") / 2**64 * sum(policy.modes.values())
    for mode in MODES:  # in this order, and not in that in which a policy happens to be written
        point -= policy.modes.get(mode, 0.0)
        if point < 0:
            return mode
    return next(mode for mode in reversed(MODES) if policy.modes.get(mode, 0.0) > 0)
