Story: A member sees privately where their own opinion is in a statement, and after voting what was expected of them
People: maria (moderator), alice, bob, carol, zoe

maria: /consensus ask Should we close the office on Fridays?
alice: A draft of three opinions is fine. The cafeteria needs warning.
bob: Customers call on Fridays.
carol: Closing is fine if the phones are answered.
alice: /consensus mine
alice sees no "Where am I in this?"
maria: /consensus close
the round is voting

alice presses [Where am I in this?] under "Statement 1 of 3"
alice sees "Where you are in this"
alice sees "Draft A of 3 opinions."
alice sees "Not in it, of what you wrote:"
alice sees "The cafeteria needs warning."
alice sees "Only you see this."
alice sees no "What the model expected of you"
bob sees no "cafeteria"
channel sees no "cafeteria"

alice reacts 7 to "Statement 1 of 3"
alice presses [Where am I in this?] under "Statement 1 of 3"
alice sees "What the model expected of you before the vote: 6.0 of 7; you gave 7"
alice: /consensus mine
alice presses [Where am I in this?]
alice sees "Statement 3"
alice sees "Draft C of 3 opinions."

zoe presses [Where am I in this?] under "Statement 2 of 3"
zoe sees "You gave no opinion in this round"
maria: /consensus close
the round is closed
alice presses [Where am I in this?] under "Agreement"
alice sees "6.0 of 7; you gave 7"
alice: /consensus forget-me
alice presses [Delete everything of mine]
alice presses [Where am I in this?] under "Agreement"
alice sees "You gave no opinion in this round"
