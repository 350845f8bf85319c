Story: A statement is hidden after its vote was counted, and what stood in the channel goes
People: maria (moderator), alice, bob, carol

maria: /consensus ask Should we close the office on Fridays?
alice: Close it.
bob: Keep it open.
carol: Close it in summer.
maria: /consensus close
alice reacts 6 to "Statement 1 of 3"
bob reacts 2 to "Statement 1 of 3"
alice reacts 3 to "Statement 2 of 3"
bob reacts 1 to "Statement 2 of 3"
maria: /consensus close
the round is closed
channel shows "“Draft B of 3 opinions.”"
maria: /consensus hide 2
maria sees "Statement 2 is hidden for good"
channel shows no "Draft B of 3 opinions."
channel shows "The moderator hid 1 of the 3 statements."
channel shows "Draft A of 3 opinions."
channel shows "[Critique and revise]"

maria presses [Critique and revise]
the round is critiquing
alice shows "Draft A of 3 opinions."
alice: Say which Fridays.
maria: /consensus hide 1 It is about one person.
maria sees "Statement 1 is hidden for good"
the round is closed
alice shows no "Draft A of 3 opinions."
alice shows "Say which Fridays."
bob shows no "Draft A of 3 opinions."
channel shows no "Draft A of 3 opinions."
channel shows "The moderator hid 2 of the 3 statements."
channel shows "It was hidden after the votes were counted"
channel shows no "[Critique and revise]"
bob shows no "[Write a critique]"
maria: /consensus hide 3
maria sees "Statement 3 is hidden for good"
channel shows no "Draft C of 3 opinions."
