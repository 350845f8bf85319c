"""Every word of the browser's pages, as message ids. Pages get them translated, as JSON, by name."""

from __future__ import annotations

from collections.abc import Callable

Translate = Callable[[str], str]


def _(text: str) -> str:
    """Marks a message id for extraction."""
    return text


INTERFACE: dict[str, str] = {
    "app": _("Parley"),
    "app_tag": _("App"),
    "skip_to_channel": _("Skip to the channel"),
    "skip_to_direct": _("Skip to your messages with Parley"),
    "skip_to_composer": _("Skip to the message box"),
    "direct": _("Parley"),
    "direct_heading": _("Private messages with Parley"),
    "direct_about": _("Only you and Parley see this conversation."),
    "people": _("People"),
    "you": _("you"),
    "moderator": _("Moderator"),
    "views": _("Views"),
    "unread": _("{count} new"),
    "connecting": _("Connecting..."),
    "connected": _("Connected"),
    "reconnecting": _("Reconnecting..."),
    "offline_note": _("The connection is lost. What you send is kept and goes out when it is back."),
    "theme": _("Appearance"),
    "theme_auto": _("Same as the device"),
    "theme_light": _("Light"),
    "theme_dark": _("Dark"),
    "menu": _("Menu"),
    "leave": _("Leave the channel"),
    "leave_question": _("Leave this channel?"),
    "leave_explained": _("Your personal link brings you back. What you wrote in a round stays until you withdraw it."),
    "cancel": _("Cancel"),
    "close": _("Close"),
    "earlier": _("Show earlier messages"),
    "beginning": _("This is where #{channel} begins. Here is how you find out what it agrees on:"),
    "step_ask": _("Somebody asks a question, such as “Should we meet on Fridays?”"),
    "step_answer": _("Everybody who wants to says privately what they think. Nobody sees who wrote what."),
    "step_rate": _("Parley drafts statements from that, all rate them from 1 to 7, and the outcome stands here."),
    "ask_question": _("Ask a question"),
    "beginning_direct": _("Parley writes to you here when there is something to answer. Type / to see its commands."),
    "jump_to_newest": _("Jump to the newest message"),
    "today": _("Today"),
    "yesterday": _("Yesterday"),
    "message_from": _("Message from {name} at {time}"),
    "announce": _("{name}: {text}"),
    "composer_channel": _("Message #{channel}"),
    "composer_direct": _("Message Parley"),
    "composer_hint": _("Enter sends, Shift+Enter starts a new line, / lists the commands."),
    "send": _("Send"),
    "attach": _("Attach a file"),
    "attached": _("{count} attached"),
    "too_long": _("This has {count} characters and at most {limit} fit; please shorten it."),
    "empty": _("Write something first."),
    "unknown_command": _("There is no command {command}; type /consensus help to see what you can do."),
    "suggestions": _("Commands"),
    "suggestion_count": _("{count} commands fit; use the arrow keys."),
    "sending": _("Sending..."),
    "not_sent": _("Not delivered."),
    "retry": _("Try again"),
    "discard": _("Discard"),
    "edit": _("Edit"),
    "delete": _("Delete"),
    "reply": _("Reply"),
    "editing": _("Editing your message"),
    "replying": _("Replying to: {text}"),
    "edited": _("edited"),
    "deleted_parent": _("a deleted message"),
    "delete_question": _("Delete this message?"),
    "delete_explained": _("If it is your opinion in an open round, the opinion is withdrawn."),
    "whisper": _("Only visible to you"),
    "dismiss": _("Dismiss"),
    "react": _("Add a reaction"),
    "reactions": _("Reactions"),
    "rate": _("Rate {value}: {meaning}"),
    "rate_count": _("{count} people"),
    "rate_count_one": _("1 person"),
    "rate_group": _("How much do you agree?"),
    "low": _("Disagree"),
    "high": _("Agree"),
    "level_1": _("strongly disagree"),
    "level_2": _("disagree"),
    "level_3": _("somewhat disagree"),
    "level_4": _("neither agree nor disagree"),
    "level_5": _("somewhat agree"),
    "level_6": _("agree"),
    "level_7": _("strongly agree"),
    "thumbs_up": _("Thumbs up"),
    "thumbs_down": _("Thumbs down"),
    "heart": _("Heart"),
    "tada": _("Celebration"),
    "thinking": _("Thinking"),
    "eyes": _("Looking"),
    "optional": _("optional"),
    "no_answer": _("No answer"),
    "choose": _("Please choose"),
    "required_field": _("Please fill this in."),
    "more_choices": _("More choices: voting, counting, revising, reminders"),
    "form_problems": _("Please look at what is marked below."),
    "characters": _("{count} of {limit} characters"),
    "enlarge": _("Enlarge the picture"),
    "table": _("Table"),
    "save_table": _("Save as a CSV file"),
    "no_script": _("This page needs JavaScript. Please switch it on and load the page again."),
}

COMMANDS: tuple[tuple[str, str, str], ...] = (
    ("ask", _("question"), _("Start a round: with nothing after it a form opens")),
    ("mine", "", _("What you still owe, and what you gave")),
    ("status", "", _("How the open round is going")),
    ("extend", _("duration"), _("Give the current phase more time")),
    ("close", "", _("End the current phase now")),
    ("cancel", "", _("Stop the round without an outcome")),
    ("reopen", "", _("Open a closed round again")),
    ("hide", _("number, and a reason"), _("Hide a posted statement for good")),
    ("remind", "", _("Remind those who have not answered")),
    ("results", "", _("Show the latest outcome")),
    ("history", "", _("List the rounds of this channel")),
    ("settings", "", _("Change this channel's defaults")),
    ("export", "", _("Statements and rating counts as a table")),
    ("forget-me", "", _("Delete what is stored about you")),
    ("help", "", _("What Parley does and how")),
)

LINK_TAMPERED = _("This link is damaged or was changed; please ask your moderator for a new one.")
LINK_EXPIRED = _("This link has expired; please ask your moderator for a new one.")
NO_SUCH_CHANNEL = _("There is no channel with this address; please check the link you were given.")
NO_SEAT = _("You have no seat in this channel; please open the personal link that you were given.")
NO_SUCH_PAGE = _("There is no page with this address.")
FOREIGN_ORIGIN = _("This request came from another site and was refused; please open the channel itself.")
FOREIGN_HOST = _("This server is not reached under this name; please use the address that you were given.")
NAME_TAKEN = _("Somebody in this channel already has this name; please choose another one.")
STRANGERS = _("Nobody in this channel is called {names}. Write names as they stand under People, with commas between.")
CROWDED = _("Very many people are taking seats just now; please wait a minute and try again.")
NAME_NEEDED = _("Please type a name of 1 to {limit} characters.")
JOIN_TITLE = _("Take a seat in #{channel}")
JOIN_INTRO = _("Choose the name that the others will see.")
JOIN_NAME = _("Your name")
JOIN_BUTTON = _("Take a seat")
WELCOME_TITLE = _("Parley is running")
WELCOME_INTRO = _("Open the personal link that you were given to come to your channel.")
WELCOME_OPEN = _("These channels have free seats:")
NOTICE_TITLE = _("This did not work")

MALFORMED = _("This could not be understood; please load the page again.")
TOO_LONG = _("This has {count} characters and at most {limit} fit; please shorten it.")
NOTHING_WRITTEN = _("There is nothing in this message; please write something.")
NOT_YOURS = _("You can change only messages that you wrote and that are still there.")
MESSAGE_GONE = _("This message is not there any more.")
TRY_AGAIN = _("This could not be saved yet; it is tried again by itself.")
ATTACHMENTS_HERE = _("Files cannot be shared in this channel; please write it as text.")


def interface(translate: Translate) -> dict[str, object]:
    """The words of the page by name, and the commands with what they do, translated."""
    return {
        "strings": {name: translate(text) for name, text in INTERFACE.items()},
        "commands": [
            {"word": word, "argument": translate(argument) if argument else "", "about": translate(about)}
            for word, argument, about in COMMANDS
        ],
    }
