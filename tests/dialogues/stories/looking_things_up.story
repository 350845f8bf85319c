Story: Words that change nothing: help, status, mine, results, history, export
People: maria (moderator), alice, bob, carol

alice: /consensus
alice sees "How Parley works"
alice: /consensus help
alice sees "/consensus forget-me deletes what you gave."
alice: /consensus histroy
alice sees "There is no /consensus histroy; did you mean /consensus history?"
alice: /consensus xyzzy
alice sees "There is no /consensus xyzzy; /consensus help shows what there is."
alice: /consensus results
alice sees "There is no outcome here yet"
alice: /consensus history
alice sees "There was no round in this channel yet"
alice: /consensus export
alice sees "There is no outcome here yet"
alice: /consensus mine
alice sees "Nothing is waiting for you."
alice: /consensus extend 2h
alice sees "There is no deadline to move"
alice: /consensus close
alice sees "There is nothing to close"
alice: /consensus cancel
alice sees "There is no running round to cancel"
alice: /consensus remind
alice sees "Nobody can be reminded now"

maria: /consensus ask Should we close the office on Fridays?
alice presses [Join and be asked privately]
alice privately: /consensus mine
alice sees "One round is waiting for you"
alice sees "Your opinion is missing."
alice: /consensus status
alice sees "Now collecting opinions. 0 opinions so far."
alice: Close it.
bob: Keep it open.
carol: Close it in summer.
alice: /consensus results
alice sees "There is no outcome here yet"
maria: /consensus close
alice reacts 6 to "Statement 1 of 3"
alice: /consensus mine
alice sees "You have rated 1 of 3 statements."
alice: /consensus export
alice sees "There is no outcome here yet"
maria: /consensus close
bob: /consensus results
bob sees "Agreement"
bob sees "Draft A of 3 opinions."
bob: /consensus history
bob sees "1. Should we close the office on Fridays?"
bob presses [Results]
bob sees "Draft A of 3 opinions."
bob: /consensus export
bob sees "draft,number,statement,generator,leading,rated,rated_1"
bob sees "1,1,Draft A of 3 opinions.,extractive,yes,1,0,0,0,0,0,1,0,6.000"
bob sees no "fake:alice"
bob sees no "Close it."
maria: /consensus ask Should we adopt a dog?
bob: /consensus results
bob sees "Draft A of 3 opinions."
maria: /consensus cancel
maria presses [Cancel the round]
maria: /consensus history
maria sees "cancelled; opened"
