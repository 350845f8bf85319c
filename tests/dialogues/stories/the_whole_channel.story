Story: The whole channel is invited and may rate
People: maria (moderator), alice, bob, carol, zoe

maria: /consensus ask
maria fills in question = Should we close on Fridays?; roster = invited; invited = everyone; electorate = channel; quorum = 60%
alice sees "What do you think?"
zoe sees "What do you think?"
maria sees "What do you think?"
channel shows "5 invited members may answer. The whole channel may rate the statements."
alice: Close it.
bob: Keep it open.
carol: Close it in summer.
1m passes
the round is voting
zoe reacts 7 to "Statement 1 of 3"
maria: /consensus close
channel sees "Agreement"
channel sees "Rated: 1 person"
channel sees no "Did not answer"
