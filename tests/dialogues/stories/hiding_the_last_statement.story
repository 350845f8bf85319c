Story: One statement at least can be rated, and a vote may end once everybody rated those that are left
People: maria (moderator), alice, bob, carol

maria: /consensus ask
maria fills in question = Should we close the office on Fridays?; roster = invited; invited = alice, bob, carol
alice: Close it.
bob: Keep it open.
carol: Close it in summer.
2m pass
the round is voting
alice reacts 6 to "Statement 1 of 3"
bob reacts 5 to "Statement 1 of 3"
carol reacts 2 to "Statement 1 of 3"
maria: /consensus hide
maria is asked "Which statement"
maria fills in statement = 2; reason = It is unkind.
maria sees "Statement 2 is hidden for good"
5m pass
the round is voting
maria: /consensus hide #3
maria sees "Statement 3 is hidden for good"
maria: /consensus hide 1
maria sees "It is the last statement that can be rated, so it stays: cancel the round with /consensus cancel"
channel shows "Draft A of 3 opinions."
2m pass
the round is closed
channel sees "The moderator hid 2 of the 3 statements."
channel sees "2 of the 3 people who rated it agree."
