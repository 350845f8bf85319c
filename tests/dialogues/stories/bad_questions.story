Story: Questions that cannot be asked get one sentence; one without its mark gets it
People: maria (moderator), alice

maria: /consensus ask We should close the office on Fridays.
maria sees "This does not read as a question; put it as one"
maria: /consensus ask lunch tomorrow
maria sees "This does not read as a question"
maria: /consensus ask 🤷🤷?
maria sees "This question has no words to work with"
maria: /consensus ask <1001 letters>?
maria sees "The question is 1,002 characters long and at most 1,000 fit"
maria: /consensus Should we close the office?
maria sees "To put this question to the channel, write /consensus ask before it."
maria: /consensus status
maria sees "No round is running here; start one with /consensus ask."

maria: /consensus ask should we close the office on Fridays
maria sees "I added the question mark"
channel sees "should we close the office on Fridays?"

maria: /consensus ask
maria fills in question = <blank>
maria is told on question "Write the question to ask"
maria fills in question = Lunch; opinion_seconds = soon; drafted = many; posted = 0; quorum = 2; alpha = x; welfare = alpha
maria is told on question "This does not read as a question"
maria is told on opinion_seconds "“soon” is no duration"
maria is told on drafted "“many” is no whole number"
maria is told on posted "From 1 to 10 statements can be posted"
maria is told on quorum "this is a number of opinions, 3 or more"
maria is told on alpha "This is no way of counting"
maria fills in question = Cars or bikes?; opinion_seconds = 1 year; drafted = 65; posted = 3; quorum = ; welfare = schulze; critique_iterations = 6; voting_seconds = 10s
maria is told on affirming "I cannot tell what agreeing would mean here"
maria is told on opinion_seconds "“1 year” is no duration"
maria is told on voting_seconds "A phase takes from 1 minute to 366 days"
maria is told on drafted "From 1 to 64 statements can be drafted"
maria is told on critique_iterations "From 0 to 5 critique iterations are possible"
maria fills in affirming = <1001 letters>; opinion_seconds = 2h; voting_seconds = 2h; drafted = 8; critique_iterations = 0; roster = all
maria is told on affirming "at most 1,000 fit"
maria is told on roster "“all” is not one of the choices"
maria fills in affirming = We should buy bikes.; negating = We should not buy bikes.; roster = open
channel sees "We should buy bikes."
