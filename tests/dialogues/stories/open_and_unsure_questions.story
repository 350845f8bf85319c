Story: An open question has no position; an unclear one is left to the moderator
People: maria (moderator), alice

maria: /consensus ask Where should we hold the offsite?
maria sees "Your round is open"
alice presses [Join and be asked privately]
alice sees "What do you think?"
alice sees no "How much do you agree"
alice presses [Give my opinion]
alice is asked no "(position: "
alice fills in opinion = At the sea.
alice sees "At the sea."
maria: /consensus cancel
maria presses [Cancel the round]
maria: /consensus ask Cars or bikes?
maria is asked "I cannot tell what agreeing would mean here"
maria is asked "(question: Cars or bikes?)"
maria fills in rate_position =
maria sees "Your round is open"
maria sees no "Members also rate the statement"
channel sees "Cars or bikes?"
