Story: A round whose rules ask for a critique iteration goes through it by its deadlines
People: maria (moderator), alice, bob, carol

maria: /consensus ask
maria is asked "Ask a question"
maria fills in question = Should we adopt a dog?; critique_iterations = 1; opinion_seconds = 2h; voting_seconds = 1h; critique_seconds = 30m
maria sees "Your round is open"
alice: A dog makes people happy.
bob: Dogs need walks.
carol: I am allergic.
119m pass
the round is collecting
1m pass
the round is voting
alice reacts 6 to "Statement 1 of 3"
bob reacts 5 to "Statement 1 of 3"
1h passes
the round is critiquing
channel shows no "Agreement"
alice: Walks are missing.
30m pass
the round is voting
channel shows "revised with 1 critiques"
1h passes
the round is closed
channel shows "No outcome: nobody rated a statement"
