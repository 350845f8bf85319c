Story: When nobody criticises anything, the outcome stands
People: maria (moderator), alice, bob, carol

maria: /consensus ask
maria fills in question = Should we adopt a dog?; critique_iterations = 1; opinion_seconds = 2h; voting_seconds = 1h; critique_seconds = 30m
alice: A dog makes people happy.
bob: Dogs need walks.
carol: I am allergic.
2h pass
alice reacts 6 to "Statement 1 of 3"
alice reacts 2 to "Statement 2 of 3"
alice reacts 2 to "Statement 3 of 3"
1h passes
the round is critiquing
31m pass
the round is closed
channel shows "Agreement"
channel shows "The only person who voted agrees."
