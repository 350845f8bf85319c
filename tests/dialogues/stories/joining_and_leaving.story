Story: Somebody joins late, somebody leaves, and what they gave stays
People: maria (moderator), alice, bob, carol, dan

maria: /consensus ask Should we close the office on Fridays?
alice presses [Join and be asked privately]
alice sees "What do you think?"
alice presses [Join and be asked privately]
alice sees "You have joined this round already."
alice: Close it.
bob: Keep it open.
carol: Close it in summer.
carol leaves
channel shows "3 opinions so far."
maria: /consensus close
the round is voting
dan reacts 6 to "Statement 1 of 3"
channel shows "0 people have rated so far."
