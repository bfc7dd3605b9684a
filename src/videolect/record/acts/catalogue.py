"""What there is to work on: the streams of videos and of campaigns."""

from __future__ import annotations

from dataclasses import dataclass

from videolect.record.acts.base import Act
from videolect.record.campaign import Campaign
from videolect.record.checks import check_name
from videolect.record.clip import Video


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported(Act):
    """A file came in."""

    video: Video


@dataclass(frozen=True, kw_only=True, slots=True)
class CampaignOpened(Act):
    """A campaign began."""

    campaign: Campaign


def video_stream(video_hash: str) -> str:
    """The stream of one imported file."""
    return f"video/{check_name(video_hash, 'The video hash')}"


def campaign_stream(name: str) -> str:
    """The stream of one campaign."""
    return f"campaign/{check_name(name, 'The campaign name')}"
