Story: Only the round's moderator, or somebody with the moderator role, may change it
People: maria (moderator), alice, bob, olga (moderator)

alice: /consensus ask Should we close the office on Fridays?
alice sees "Your round is open"
bob: /consensus close
bob sees "Only the moderator of this round, or somebody with the moderator role, can do that"
bob: /consensus extend 2h
bob sees "Only the moderator"
bob: /consensus cancel
bob sees "Only the moderator"
bob: /consensus remind
bob sees "Only the moderator"
bob: /consensus settings
bob sees "Only somebody with the moderator role can change this channel's settings"
alice: /consensus settings
alice sees "Only somebody with the moderator role"
olga: /consensus extend 2h
olga sees "The deadline is moved."
alice: /consensus extend soon
alice sees "“soon” is no duration"
alice: /consensus extend
alice is asked "How much more time"
alice fills in duration = 30m
alice sees "The deadline is moved."
alice: /consensus cancel
alice presses [Cancel the round]
the round is cancelled
alice: /consensus reopen 1h
alice sees "Only a closed round can be reopened"
