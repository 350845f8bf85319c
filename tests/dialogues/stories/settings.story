Story: A channel's settings are what new rounds start with
People: maria (moderator), alice, bob, carol

maria: /consensus settings
maria is asked "Settings of this channel"
maria fills in posted = 2; drafted = 1
maria is told on posted "no more than are drafted"
maria fills in drafted = 4; opinion_seconds = 90m; ballot = private; hidden_results = yes; rate_position = ; welfare = alpha; alpha = 2.5
maria sees "This channel's settings are saved"
maria: /consensus settings
maria is asked "(opinion_seconds: 90 minutes)"
maria is asked "(alpha: 2.5)"
maria: /consensus ask Should we close the office on Fridays?
maria sees no "Members also rate the statement"
alice: Close it.
alice sees no "How much do you agree"
bob: Keep it open.
carol: Close it in summer.
91m pass
the round is voting
channel shows "Statement 2 of 2"
channel shows "Rate the 2 statements below privately"
maria: /consensus cancel
maria presses [Cancel the round]

maria: /consensus settings
maria fills in roster = invited; invited = alice, bob; ballot = open; hidden_results =
maria: /consensus ask Should we adopt a dog?
alice sees "What do you think?"
bob sees "What do you think?"
carol sees no "What do you think?"
