Story: A channel is deleted in the middle of a vote: what was given counts, and the outcome comes to the moderator
People: maria (moderator), alice, bob, carol
Needs: news of deleted messages

maria: /consensus ask Should we close the office on Fridays?
alice: Close it.
bob: Keep it open.
carol: Close it in summer.
maria: /consensus close
alice reacts 6 to "Statement 1 of 3"
bob reacts 7 to "Statement 1 of 3"
the channel is deleted
maria sees "The channel of this round was deleted"
alice sees no "deleted"
maria presses [Close now]
the round is closed
maria sees "Mean rating: 6.5 of 7"
alice sees no "Mean rating"
