Story: The moderator hides a posted statement while the vote is open, and the outcome says so
People: maria (moderator), alice, bob, carol, zoe

maria: /consensus hide 1
maria sees "No statement is posted here that could be hidden"
maria: /consensus ask Should we close the office on Fridays?
alice: Close it.
bob: Keep it open.
carol: Close it in summer.
maria: /consensus hide 1
maria sees "No statement is posted here that could be hidden"
maria: /consensus close
the round is voting
channel shows "Draft B of 3 opinions."

zoe: /consensus hide 2
zoe sees "Only the moderator of this round"
maria: /consensus hide 7
maria sees "There is no statement 7: say a number from 1 to 3, as it stands above the statement."
maria: /consensus hide 0
maria sees "There is no statement 0"
maria: /consensus hide the second one
maria sees "Say which statement to hide by its number"

alice reacts 6 to "Statement 1 of 3"
alice reacts 7 to "Statement 2 of 3"
bob reacts 5 to "Statement 1 of 3"
bob reacts 7 to "Statement 2 of 3"
carol reacts 7 to "Statement 2 of 3"
channel shows "3 people have rated so far."
maria: /consensus hide 2 It names a colleague.
maria sees "Statement 2 is hidden for good"
channel sees "Hidden by the moderator"
channel shows no "Draft B of 3 opinions."
channel shows no "It names a colleague."
channel shows "Statement 2 of 3"
channel shows "2 people have rated so far."
channel shows "Rate each of the 2 statements below"
maria: /consensus hide 2
maria sees "Statement 2 is hidden already"

bob takes 7 off "Statement 2 of 3"
nobody sees anything
carol reacts 1 to "Statement 2 of 3"
nobody sees anything
alice: /consensus mine
alice sees "You have rated 1 of 2 statements."
alice presses [Where am I]
alice sees no "Draft B of 3 opinions."
alice presses [What is stored]
alice sees no "Agreement with statement 2"

alice reacts 2 to "Statement 3 of 3"
bob reacts 2 to "Statement 3 of 3"
maria: /consensus hide
maria is asked "Which statement"
maria is asked no "Draft B of 3 opinions."
maria: /consensus close
the round is closed
channel sees "Draft A of 3 opinions."
channel sees "All 2 people who voted agree."
channel sees "The moderator hid 1 of the 3 statements."
channel sees no "Draft B of 3 opinions."
carol reacts 4 to "Statement 2 of 3"
nobody sees anything
alice: /consensus results
alice sees "The moderator hid 1 of the 3 statements."
alice sees no "Draft B of 3 opinions."
alice: /consensus export
alice sees "Hidden by the moderator"
alice sees no "Draft B of 3 opinions."
