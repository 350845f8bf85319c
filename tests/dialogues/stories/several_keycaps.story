Story: Where somebody may hold several of the seven reactions, the last one counts and the one before comes back
People: maria (moderator), alice, bob, carol
Needs: several reactions of one person

maria: /consensus ask Should we close the office on Fridays?
alice: Close it.
bob: Keep it open.
carol: Close it in summer.
maria: /consensus close
alice reacts 6 to "Statement 1 of 3"
alice reacts 2 to "Statement 1 of 3"
alice takes 2 off "Statement 1 of 3"
bob reacts 1 to "Statement 1 of 3"
bob reacts 5 to "Statement 1 of 3"
bob takes 1 off "Statement 1 of 3"
maria: /consensus close
channel sees "Mean rating: 5.5 of 7"
