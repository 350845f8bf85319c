"""The form in which an admin says who may do what, and back."""

from __future__ import annotations

from collections.abc import Mapping

from bot.platform import Button, ChoiceField, Field, Form, MembersField, Note
from bot.slack.ids import ours, theirs
from bot.slack.rights import Act, Right, Rights, Who
from bot.texts import Texts

FORM = BUTTON = "rights"

_LABELS = {Act.START: "field-rights-start", Act.CLOSE: "field-rights-close", Act.EXPORT: "field-rights-export"}
_CHOICES = {Who.EVERYONE: "rights-everyone", Who.MEMBERS: "rights-members", Who.NAMED: "rights-named"}


def rights_button(texts: Texts) -> Button:
    """Opens the form."""
    return Button(BUTTON, texts("button-rights"), "")


def rights_form(rights: Rights, team: str, texts: Texts) -> Form:
    """The form with the rights of a workspace. team: Slack's id."""
    fields: list[Field] = []
    options = tuple((str(who), texts(_CHOICES[who])) for who in Who)
    for act in Act:
        right = rights.to(act)
        named = ", ".join(ours(team, one) for one in (*right.people, *right.groups))
        fields.append(ChoiceField(act, texts(_LABELS[act]), options, right.who))
        fields.append(
            MembersField(
                f"{act}-named", texts("field-rights-named"), named, limit=4_000, required=False, channels=False
            )
        )
    return Form(
        FORM, texts("form-rights"), texts("form-settings-submit"), tuple(fields), (Note(texts("rights-always")),)
    )


def read_form(values: Mapping[str, str]) -> Rights:
    """The rights that the form says. Raises ValueError for what it does not offer."""
    found: dict[Act, Right] = {}
    for act in Act:
        places = [theirs(one.strip()).id for one in values.get(f"{act}-named", "").split(",") if one.strip()]
        groups = tuple(one for one in places if one.startswith("S"))
        found[act] = Right(Who(values.get(act, "")), tuple(one for one in places if one not in groups), groups)
    return Rights(found[Act.START], found[Act.CLOSE], found[Act.EXPORT])
