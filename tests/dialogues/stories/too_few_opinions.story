Story: Fewer than three opinions draft nothing; the moderator gives more time, or cancels
People: maria (moderator), alice, bob, carol

maria: /consensus ask Should we close the office on Fridays?
alice: Close it.
bob: Keep it open.
maria: /consensus close
maria sees "There are 2 opinions, and at least 3 are needed before anything is drafted"
the round is collecting
1 day passes
the round is collecting
channel shows "Time is up, and at least 3 opinions are needed"
maria sees "give more time, or cancel the round."
maria presses [Give more time]
maria is asked "How much more time"
maria fills in duration = soon
maria is told on duration "“soon” is no duration; write one such as 30m, 2h or 1 day."
maria fills in duration =
maria is told on duration "Say how long"
maria fills in duration = 2h
maria sees "The deadline is moved."
channel shows "2 opinions so far. Say privately what you think"
2h pass
the round is collecting
carol: Close it in summer.
maria sees "There are now 3 opinions, which is enough"
maria presses [Close now]
the round is voting
maria shows "This is settled; /consensus status shows where the round is."

maria: /consensus ask Should we adopt a dog?
alice: Yes.
1 day passes
maria presses [Cancel the round]
channel shows "This round was cancelled by its moderator."
maria sees "The round is cancelled."
alice presses [Edit my opinion]
alice sees "This round was cancelled; start another one with /consensus ask."
