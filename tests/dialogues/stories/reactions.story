Story: The last reaction counts, taking it off withdraws the rating, and only 1 to 7 count
People: maria (moderator), alice, bob, carol

maria: /consensus ask Should we close the office on Fridays?
alice: Close it.
bob: Keep it open.
carol: Close it in summer.
alice reacts 5 to "Should we close"
nobody sees anything
maria: /consensus close
alice reacts 3 to "Statement 1 of 3"
alice reacts 6 to "Statement 1 of 3"
bob reacts tada to "Statement 1 of 3"
bob sees "Only the reactions 1 to 7 count as ratings"
bob takes tada off "Statement 1 of 3"
nobody sees anything
bob reacts 8 to "Statement 1 of 3"
bob sees "so 8 was not counted"
bob reacts 0 to "Statement 1 of 3"
bob sees "so 0 was not counted"
channel shows "1 person has rated so far."
bob reacts 2 to "Statement 1 of 3"
bob reacts 6 to "Statement 1 of 3"
carol reacts 2 to "Statement 1 of 3"
channel shows "3 people have rated so far."
carol takes 2 off "Statement 1 of 3"
channel shows "2 people have rated so far."
25h pass
the round is closed
channel shows "Mean rating: 6.0 of 7"
channel shows "All 2 people who voted agree."
alice reacts 1 to "Statement 1 of 3"
alice sees "Voting on this statement is over, so this was not counted"
