Story: A full round, from a question to an agreement
People: maria (moderator), alice, bob, carol, zoe

maria: /consensus ask Should we close the office on Fridays?
maria sees "Your round is open"
maria sees "We should close the office on Fridays."
channel sees "Should we close the office on Fridays?"
channel shows "Everybody in this channel may answer."
channel shows "0 opinions so far."
channel shows "sent to no other service"

alice presses [Join and be asked privately]
alice sees "What do you think?"
alice sees "Nobody in the channel, the moderator included, learns who wrote what."
alice sees "Statements may reuse wording from what you write"
alice sees "two separate choices, both off unless you switch them on"
alice presses 6 on [How much do you agree]
alice sees "Position before: 6 of 7"
alice under "What do you think?": We should close, people need rest.
alice sees "We should close, people need rest."
channel sees "1 opinion so far."

bob presses [Give my opinion]
bob is asked "How much do you agree with the statement? We should close the office on Fridays."
bob is asked "(research: False)"
bob fills in position = 2; opinion = Customers call on Fridays, so somebody must be there.; research = yes
bob sees "Customers call on Fridays"
bob sees "Use for research: yes"
bob sees "Use for training models: no"
bob sees "Position before: 2 of 7"

carol: Closing is fine if the phones are answered.
carol sees "Closing is fine if the phones are answered."
channel shows "3 opinions so far."
the round is collecting

maria: /consensus close
the round is voting
channel shows "Statement 1 of 3"
channel shows "Draft A of 3 opinions."
channel shows "Machine-written by extractive (fake) from what members said."
channel shows "Statement 3 of 3"
alice sees "Voting is open"
alice presses 7 on [How much do you agree] under "Voting is open"
alice sees "Position after: 7 of 7"

alice reacts 7 to "Statement 1 of 3"
bob reacts 5 to "Statement 1 of 3"
carol reacts 6 to "Statement 1 of 3"
alice reacts 4 to "Statement 2 of 3"
bob reacts 2 to "Statement 2 of 3"
carol reacts 3 to "Statement 2 of 3"
alice reacts 1 to "Statement 3 of 3"
bob reacts 1 to "Statement 3 of 3"
carol reacts 1 to "Statement 3 of 3"
zoe reacts 7 to "Statement 3 of 3"
zoe sees "Only those who joined may rate"
channel shows "3 people have rated so far."
alice presses [Rate how well it is written]
alice is asked "How well is it written?"
alice fills in quality = 5
alice sees "Writing of statement 3: 5 of 7"

maria: /consensus close
the round is closed
channel sees "Agreement"
channel sees "Draft A of 3 opinions."
channel sees "All 3 people who voted agree."
channel sees "Mean rating: 6.0 of 7"
channel sees "Lowest rating: 5 of 7"
channel sees "5 of 5 ways of counting put this statement first."
channel sees "3 of 3 members who gave one would agree with at least one of the posted statements."
channel sees "Reactions of 1 person who may not rate here were not counted."
channel sees "Position before: 4.0 of 7 on average (2 members)"
channel sees "Position after: 7.0 of 7 (1 member)"
channel sees "“Draft A of 3 opinions.”: 0 disagree, 0 neither, 3 agree, mean 6.0."
channel sees no "Critique and revise"
channel shows "This round is closed"
