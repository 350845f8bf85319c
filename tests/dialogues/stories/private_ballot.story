Story: A private ballot with hidden results
People: maria (moderator), alice, bob, carol, zoe

maria: /consensus ask
maria fills in question = Should we close on Fridays?; ballot = open; hidden_results = yes
maria is told on hidden_results "Results can be hidden only with a private ballot"
maria is asked "(question: )"
maria fills in ballot = private
maria sees "Your round is open"
alice: Close it.
bob: Keep it open.
carol: Close it in summer.
maria: /consensus close
the round is voting
channel shows "Rate the 3 statements below privately, with the button."
channel shows "Rate it in your private ballot."
channel shows "Results stay hidden until the vote closes."
alice sees "nobody sees who rated how"
alice reacts 7 to "Statement 1 of 3"
alice sees "Rate it in your private ballot."
channel shows no "person has rated"

alice presses [Open my ballot]
alice is asked "Draft A of 3 opinions."
alice is asked "The numbers are those in the channel; the order is another one for each member."
alice fills in
alice is told on agreement-* "Rate at least one statement"
alice fills in agreement-0 = 8
alice is told on agreement-0 "A rating is a whole number from 1 (strongly disagree) to 7"
alice fills in agreement-0 = 0
alice is told on agreement-0 "so 0 was not counted"
alice fills in agreement-0 = many
alice is told on agreement-0 "A rating is a whole number"
alice fills in agreement-0 = 7; quality-0 = 5; agreement-1 = 2; position = 6
alice sees "Agreement with statement 1: 7 of 7"
alice sees "Writing of statement 1: 5 of 7"
alice sees "Agreement with statement 2: 2 of 7"
alice sees "Position after: 6 of 7"
alice sees no "Agreement with statement 3"
channel shows no "person has rated"
alice presses [Change my ballot]
alice is asked "(agreement-0: 7)"
alice fills in agreement-0 = 6; agreement-1 =
alice sees "Agreement with statement 1: 6 of 7"
alice sees no "Agreement with statement 2"
zoe presses [Open my ballot]
zoe sees "Only those who joined may rate"
zoe: /consensus status
zoe sees "Results stay hidden until the vote closes."

bob presses [Open my ballot]
bob fills in agreement-0 = 6; agreement-1 = 1; agreement-2 = 1
carol presses [Open my ballot]
carol fills in agreement-0 = 5; agreement-1 = 1; agreement-2 = 1
bob presses [Change my ballot]
maria: /consensus close
the round is closed
channel sees "Agreement"
channel sees "Rated: 3 people"
bob fills in agreement-0 = 1
bob sees "This round is closed"
channel shows "All 3 people who voted agree."
