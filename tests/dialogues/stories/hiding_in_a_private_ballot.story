Story: A hidden statement leaves the private ballot
People: maria (moderator), alice, bob, carol

maria: /consensus ask
maria fills in question = Should we close on Fridays?; ballot = private
alice: Close it.
bob: Keep it open.
carol: Close it in summer.
maria: /consensus close
alice presses [Open my ballot]
alice is asked "Draft B of 3 opinions."
maria: /consensus hide 2
alice presses [Open my ballot]
alice is asked no "Draft B of 3 opinions."
alice fills in agreement-0 = 6; agreement-2 = 1
alice sees "Agreement with statement 1: 6 of 7"
alice sees no "Agreement with statement 2"
channel shows "1 person has rated so far."
bob presses [Open my ballot]
bob is asked "Draft A of 3 opinions."
bob is asked no "Draft B of 3 opinions."
bob fills in agreement-0 = 5; agreement-2 = 2
bob sees "Agreement with statement 3: 2 of 7"
maria: /consensus close
the round is closed
channel sees "The moderator hid 1 of the 3 statements."
channel sees "All 2 people who voted agree."
