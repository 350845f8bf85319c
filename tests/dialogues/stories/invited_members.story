Story: Invited members only; when all have answered it closes early, after a minute in which nobody edits
People: maria (moderator), alice, bob, carol, zoe

maria: /consensus ask
maria fills in question = Should we close on Fridays?; roster = invited
maria is told on invited "Name who is invited"
maria fills in invited = alice, @bob, carol; quorum = 150%
maria is told on quorum "For invited members this is a share"
maria fills in quorum = 100%
maria sees "Your round is open"
alice sees "What do you think?"
bob sees "What do you think?"
carol sees "What do you think?"
zoe sees no "What do you think?"
channel shows "3 invited members may answer."
channel shows no "[Join and be asked privately]"

zoe: I was not asked.
zoe sees "No round is open for you right now"
zoe presses [Give my opinion]
zoe sees "This round is for invited members"

alice: Close it.
bob: Keep it open.
carol: Close it in summer.
channel shows "Closes early, unless somebody changes something, at"
30s pass
the round is collecting
carol edits "in summer": Close it in winter.
40s pass
the round is collecting
bob presses [Withdraw]
channel shows no "Closes early"
61s pass
the round is collecting
bob: Keep it open after all.
60s pass
the round is voting
zoe reacts 7 to "Statement 1 of 3"
alice reacts 4 to "Statement 1 of 3"
alice reacts 4 to "Statement 2 of 3"
alice reacts 4 to "Statement 3 of 3"
bob reacts 4 to "Statement 1 of 3"
bob reacts 4 to "Statement 2 of 3"
bob reacts 4 to "Statement 3 of 3"
carol reacts 4 to "Statement 1 of 3"
carol reacts 4 to "Statement 2 of 3"
carol reacts 4 to "Statement 3 of 3"
59s pass
the round is voting
1s passes
the round is closed
channel shows "No agreement found; the closest statement"
channel shows "3 statements were tied for first place"
channel shows "Did not answer: 0"
channel shows "Reactions of 1 person who may not rate here were not counted."
