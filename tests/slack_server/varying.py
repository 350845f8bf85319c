"""What Slack may change about an answer or a payload on any day, and an app must not notice.

Source: Slack's documentation of the Web API ("expect new fields"), of the Events API's outer payload, and its reference
of the message, user and conversation objects, which leave many fields out where there is nothing to say.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from tests.slack_server.refusal import Json

MAY_LACK = frozenset(
    "bot_id app_id bot_profile client_msg_id team num_members topic purpose previous_names is_general unlinked "
    "name_normalized item_user context_team_id context_enterprise_id enterprise is_enterprise_install event_context "
    "parent_user_id display_as_bot upload color real_name_normalized display_name_normalized "
    "accepts_response_payload".split()
)
"""Fields that are not there on every day; of a private channel also `is_member`."""

AS_GIVEN = frozenset({"values", "event_payload", "errors", "element"})
"""What an app or a person gave, which comes back as it was."""

NEW = ("x_feature", "x_context", "x_hints")


class Variation:
    """Changes what is sent. seed: of every chance."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    def __call__(self, body: Json) -> Json:
        """The same said in another way."""
        said: Json = self._varied(body)
        if isinstance(body.get("authorizations"), list):
            said["authorizations"] = self._chance.choice([body["authorizations"], []])
        if isinstance(body.get("view"), dict) or body.get("type") == "block_actions":
            said["team"] = self._chance.choice([body.get("team"), None])
        if not (body.get("response_metadata") or {}).get("next_cursor") and "ok" in body:
            said.pop("response_metadata", None)
            warned: Json = {"warnings": ["missing_charset"]}
            said |= self._chance.choice([{}, {"response_metadata": {"next_cursor": ""}}, {"response_metadata": warned}])
        return said

    def _varied(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._varied(one) for one in value]
        if not isinstance(value, dict):
            return value
        lack = MAY_LACK | ({"is_member"} if value.get("is_private") else frozenset())
        left = [name for name in value if name not in lack or self._chance.random() < 0.5]
        said = {name: value[name] if name in AS_GIVEN else self._varied(value[name]) for name in left}
        if self._chance.random() < 0.5:
            said[self._chance.choice(NEW)] = self._chance.choice([None, True, 7, "new", [], {"deep": {}}])
        order = list(said.items())
        self._chance.shuffle(order)
        return dict(order)


def without(*names: str) -> Callable[[Json], Json]:
    """What is sent lacks these fields, wherever they stand."""

    def lacking(value: Any) -> Any:
        if isinstance(value, list):
            return [lacking(one) for one in value]
        if isinstance(value, dict):
            return {name: lacking(one) for name, one in value.items() if name not in names}
        return value

    return lacking
