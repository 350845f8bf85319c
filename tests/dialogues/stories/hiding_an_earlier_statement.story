Story: A statement of an earlier draft still stands in the channel, and the moderator hides it after the revision
People: maria (moderator), alice, bob, carol, zoe

maria: /consensus ask
maria fills in question = Should we close the office on Fridays?; critique_iterations = 1
alice: Close it.
bob: Keep it open.
carol: Close it in summer.
maria: /consensus close
alice reacts 6 to "Statement 1 of 3"
bob reacts 5 to "Statement 1 of 3"
maria: /consensus close
the round is critiquing
bob: Say which Fridays.
maria: /consensus close
the round is voting
channel shows "Draft B of 3 opinions."
channel shows "Draft B of 3 opinions, revised with 1 critiques."

maria: /consensus hide
maria is asked "Hide a statement"
maria fills in statement = 1.2; reason = It names a colleague.
maria sees "That earlier statement is hidden for good"
channel shows no "Draft B of 3 opinions."
channel shows "Draft B of 3 opinions, revised with 1 critiques."
channel shows "Hidden by the moderator"
maria: /consensus hide 1.2
maria sees "Statement 2 is hidden already"
maria: /consensus hide 4.1
maria sees "There is no statement 1"
zoe: /consensus hide 1.3
zoe sees "Only the moderator of this round"
channel shows "Draft C of 3 opinions."

alice reacts 6 to "revised with 1 critiques"
maria: /consensus close
the round is closed
channel shows "The moderator hid 1 earlier statement."
alice: /consensus results
alice sees "The moderator hid 1 earlier statement."
maria: /consensus hide 1.1
maria sees "That earlier statement is hidden for good"
channel shows "The moderator hid 2 earlier statements."
alice shows no "Draft A of 3 opinions."
bob shows no "Draft A of 3 opinions."
