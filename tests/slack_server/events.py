"""Which app hears of what, and how an event is wrapped.

Source: Slack's reference of events (required scopes) and of the Events API's outer payload.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.slack_server.refusal import Json
from tests.slack_server.world import Channel, Installation, Team, World

SCOPES: dict[str, frozenset[str]] = {
    "message.channels": frozenset({"channels:history"}),
    "message.groups": frozenset({"groups:history"}),
    "message.im": frozenset({"im:history"}),
    "message.mpim": frozenset({"mpim:history"}),
    "reaction_added": frozenset({"reactions:read"}),
    "reaction_removed": frozenset({"reactions:read"}),
    "member_joined_channel": frozenset({"channels:read", "groups:read"}),
    "member_left_channel": frozenset({"channels:read", "groups:read"}),
    "channel_archive": frozenset({"channels:read"}),
    "channel_unarchive": frozenset({"channels:read"}),
    "group_archive": frozenset({"groups:read"}),
    "group_unarchive": frozenset({"groups:read"}),
    "channel_left": frozenset({"channels:read"}),
    "group_left": frozenset({"groups:read"}),
    "user_change": frozenset({"users:read"}),
    "team_join": frozenset({"users:read"}),
    "subteam_members_changed": frozenset({"usergroups:read"}),
    "app_mention": frozenset({"app_mentions:read"}),
    "app_home_opened": frozenset(),
    "app_uninstalled": frozenset(),
    "tokens_revoked": frozenset(),
}
KINDS = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}


def subscription(event: Json, channel: Channel | None) -> str:
    """The name under which an app subscribes to an event."""
    if event["type"] == "message" and channel is not None:
        return f"message.{KINDS[channel.kind]}"
    return str(event["type"])


def listeners(world: World, event: Json, team: Team, channel: Channel | None) -> Iterator[Installation]:
    """The installations that get an event: subscribed, allowed, and in the channel."""
    name = subscription(event, channel)
    scopes = SCOPES[name]
    if channel is not None and len(scopes) == 2:
        scopes = frozenset({f"{KINDS[channel.kind]}:read"})
    for one in world.installations():
        covers = one.team is team or (one.team is None and one.enterprise == team.enterprise)
        inside = channel is None or one.bot.id in channel.members
        if one.state == "active" and covers and inside and name in one.app.events and scopes <= one.scopes:
            one.app.scopes_used |= scopes
            yield one


def callback(world: World, event: Json, team: Team, installation: Installation, now: float, shared: bool) -> Json:
    """The outer payload of an event."""
    app = installation.app
    known = world.id("Ev")
    return {
        "token": app.verification_token,
        "team_id": team.id,
        "context_team_id": team.id,
        "context_enterprise_id": team.enterprise,
        "api_app_id": app.id,
        "event": event,
        "type": "event_callback",
        "event_id": known,
        "event_time": int(now),
        "authorizations": [
            {
                "enterprise_id": installation.enterprise,
                "team_id": installation.team.id if installation.team else None,
                "user_id": installation.bot.id,
                "is_bot": True,
                "is_enterprise_install": installation.team is None,
            }
        ],
        "is_ext_shared_channel": shared,
        "event_context": f"4-{known}",
    } | ({"enterprise_id": team.enterprise} if team.enterprise else {})
