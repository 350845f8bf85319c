Story: Until opinions close, a member adds, replaces, edits, deletes and withdraws
People: maria (moderator), alice

maria: /consensus ask Should we close the office on Fridays?
alice: Close it.
alice sees "Close it."
alice: People need rest.
alice sees "should the new message be added to it, or replace it?"
alice sees "Until you choose, your earlier opinion counts."
alice presses [Add]
alice shows "This is settled; your receipt shows the opinion that counts."
alice shows "Close it."
alice shows "People need rest."
alice: Forget that, keep it open.
alice presses [Replace]
alice sees "Forget that, keep it open."
alice sees no "People need rest."
channel shows "1 opinion so far."

alice edits "keep it open": Keep it open in winter.
alice sees "Keep it open in winter."
alice: One more thing.
alice sees "should the new message be added"
alice edits "One more": One more thing, about phones.
alice sees "One more thing, about phones."
alice deletes "One more"
alice sees "The message that was waiting is dropped"
alice deletes "in winter"
alice sees "Your opinion is withdrawn"
channel shows "0 opinions so far."

alice presses [Give my opinion]
alice fills in opinion = By the form.
alice sees "By the form."
alice presses [Edit my opinion]
alice is asked "(opinion: By the form.)"
alice fills in opinion = By the form, edited.; training = yes
alice sees "By the form, edited."
alice sees "Use for training models: yes"
alice sees "Use for research: no"
alice presses [Research and training]
alice fills in training = ; research = yes
alice sees "Use for training models: no"
alice sees "Use for research: yes"
alice presses [Withdraw]
alice sees "Your opinion is withdrawn"
alice deletes "People need rest"
nobody sees anything
