Story: Everything that comes too late is answered, and nothing given before is lost
People: maria (moderator), alice, bob, carol, dan

maria: /consensus ask Should we close the office on Fridays?
alice presses [Give my opinion]
bob: Keep it open.
carol: Close it in summer.
dan: Ask the customers.
maria: /consensus close
the round is voting
alice fills in opinion = Close it, but too late.
alice is told on opinion "Opinions are closed in this round"
alice is asked "Your opinion"
bob presses [Edit my opinion]
bob sees "Opinions are closed in this round"
bob presses [Withdraw]
bob sees "Opinions are closed in this round"
bob edits "Keep it open": Keep it closed.
bob sees "Opinions are closed in this round"
bob deletes "Keep it"
bob sees "Opinions are closed in this round"
bob: /consensus mine
bob sees "You have rated 0 of 3 statements."
bob presses [What is stored]
bob sees "Keep it open."
maria: /consensus close
the round is closed
bob under "What is stored": One more thought.
bob sees "This round is closed; see /consensus results, or ask its moderator to reopen it."
bob: A loose thought.
bob sees "No round is open for you right now"
carol presses 3 on [How much do you agree]
carol sees "This round is closed"
carol presses [Research and training]
carol fills in research = yes
carol sees "Use for research: yes"
maria: /consensus extend 2h
maria sees "There is no deadline to move"
