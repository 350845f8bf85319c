Story: With several rounds the bot asks which one, and no message gets lost
People: maria (moderator), alice, bob

maria: /consensus ask Should we close the office on Fridays?
alice presses [Join and be asked privately]
maria: /consensus ask Should we adopt a dog?
alice presses [Join and be asked privately] under "Should we adopt a dog?"
alice: /consensus status
alice sees "2 rounds are running here"
alice: /consensus mine
alice sees "2 rounds are waiting for you"
alice: I like dogs and Fridays.
alice sees "Which question does your message answer?"
channel shows no "1 opinion so far."
alice presses [Should we adopt a dog?]
alice sees "Your message is taken for this question"
alice sees "I like dogs and Fridays."
alice presses 5 on [How much do you agree] under "What is stored of yours"
alice sees "Position before: 5 of 7"
alice under "Should we close the office on Fridays?": Fridays off.
alice sees "Fridays off."
alice: Another thing.
alice sees "Which question does your message answer?"
alice edits "Another thing": Another thing about Fridays.
nobody sees anything
alice presses [Should we close the office on Fridays?]
alice sees "Another thing about Fridays."
alice: A third thing.
the bot restarts
alice presses [Should we adopt a dog?]
alice sees "Your message is taken for this question"
alice sees "A third thing."
alice: A fourth thing.
alice deletes "fourth"
alice presses [Should we adopt a dog?]
alice is asked "please paste it here"

maria: /consensus extend 2h
maria sees "Several rounds fit: which one do you mean?"
maria presses [Should we adopt a dog?]
maria sees "The deadline is moved."
maria: /consensus close
maria sees "Several rounds fit"
maria: /consensus remind
maria presses [Should we close the office]
maria sees "Those who have not answered are being reminded."
maria: /consensus cancel
maria presses [Should we close the office]
maria sees "Cancel this round without an outcome?"
maria presses [Cancel the round]
maria: /consensus close
maria sees "There is 1 opinion"
