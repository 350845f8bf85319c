Story: What is deleted in the channel is told to the moderator once, and the round goes on and closes
People: maria (moderator), alice, bob, carol
Needs: news of deleted messages

maria: /consensus ask Should we close the office on Fridays?
"Should we close" is deleted in the channel
maria sees "The message of this round in the channel was deleted"
channel shows no "Should we close"
alice sees no "deleted"
maria presses [Post it again]
channel sees "Should we close the office on Fridays?"
maria presses [Post it again]
maria sees "was posted again already"
alice presses [Join]
alice: Close it.
bob: Keep it open.
carol: Close it in summer.
channel shows "3 opinions"
maria: /consensus close
the round is voting
alice reacts 6 to "Statement 2 of 3"
bob reacts 7 to "Statement 2 of 3"
"Statement 2 of 3" is deleted in the channel
maria sees "Statement 2 of 3 was deleted in the channel"
maria sees "its ratings still count"
alice sees no "deleted"
alice reacts 3 to "Statement 1 of 3"
maria sees no "deleted"
maria presses [Close now]
the round is closed
channel sees "Mean rating: 6.5 of 7"
"Statement 1 of 3" is deleted in the channel
nobody sees anything
"Mean rating" is deleted in the channel
nobody sees anything
maria: /consensus results
maria sees "Mean rating: 6.5 of 7"
