Story: The model answers nonsense or is down; nothing is lost and the moderator goes on
People: maria (moderator), alice, bob, carol

maria: /consensus ask Should we close the office on Fridays?
alice: Close it.
bob: Keep it open.
carol: Close it in summer.
the generator is down: The model does not answer.
maria: /consensus close
the round is drafting
channel shows "Statements are being drafted from 3 opinions. They are posted here to be rated as soon as they are ready, mostly within a minute or two; nobody has to do anything until then."
alice: One more thing.
alice sees "Opinions are closed in this round"
maria: /consensus extend 2h
maria sees "There is no deadline to move now"
the generator works
1h passes
the round is voting

maria: /consensus cancel
maria sees "Cancel this round without an outcome? This cannot be undone."
the round is voting
maria presses [Cancel the round]
the round is cancelled

maria: /consensus ask Should we adopt a dog?
alice: Yes.
bob: No.
carol: Perhaps.
the generator fails: The model wrote nothing.
maria: /consensus close
1h passes
the round is failed
maria shows "The statements could not be drafted: The model wrote nothing."
channel shows "Something went wrong on our side. Nothing you gave is lost"
alice: What now?
alice sees "No round is open for you right now"
the generator works
alice presses [Edit my opinion]
alice sees "This round is stopped by a problem"
maria presses [Try again]
the round is voting
channel shows "Draft A of 3 opinions."

