Story: Only those who are missing are reminded, once per phase or when the moderator asks
People: maria (moderator), alice, bob, carol, dan

maria: /consensus ask
maria fills in question = Should we close on Fridays?; opinion_seconds = 4h; voting_seconds = 4h
alice presses [Join and be asked privately]
dan presses [Join and be asked privately]
bob: Keep it open.
carol: Close it in summer.
3h pass
alice sees "Your opinion is still missing."
dan sees "Your opinion is still missing."
bob sees no "Your opinion is still missing."
alice: Close it.
maria: /consensus remind
dan sees "Your opinion is still missing."
alice sees no "Your opinion is still missing."
1h passes
the round is voting
alice reacts 6 to "Statement 1 of 3"
alice reacts 6 to "Statement 2 of 3"
alice reacts 6 to "Statement 3 of 3"
3h 1m pass
bob sees "Some of your ratings are still missing."
alice sees no "Some of your ratings are still missing."
