Story: Opinions that cannot be taken get one sentence, and what was given stays
People: maria (moderator), alice, bob

alice: Nobody asked yet.
alice sees "No round is open for you right now"
maria: /consensus ask Should we close the office on Fridays?
alice: <blank>
alice sees "There are no words in this; say in a sentence or two what you think." or "There is nothing in this message"
alice: Close it, please.
alice sees "Close it, please."
alice: <4001 letters>
alice sees "This is 4,001 characters long and at most 4,000 fit; please shorten it. Nothing you gave before is lost."
alice: <binary>
alice sees "This does not look like text"
alice: 🎉🎉🎉
alice sees "This has no words to work with"
alice: /consensus mine
alice sees "You have done your part"
alice presses [What is stored]
alice sees "Close it, please."
alice edits "🎉": I am happy with that.
alice sees "should the new message be added to it"
alice presses [Add]
alice shows "I am happy with that."
alice edits "Close it": <blank>
alice sees "There are no words in this" or "There is nothing in this message"
alice shows "Close it, please."

bob with 1 file:
bob sees "I can read text only; please write what the file says in a message."
bob with 2 files: See what my files say.
bob sees "the text of your message is taken, the 2 attached files are not."
bob sees "See what my files say."
bob presses [Edit my opinion]
bob fills in opinion = <blank>
bob is told on opinion "There are no words in this"
bob fills in opinion = <4001 letters>
bob is told on opinion "at most 4,000 fit"
bob fills in opinion = Ich finde, dass wir das Büro am Freitag nicht schließen sollten.
bob sees "Statements are drafted in English here, so please add an English version if you can."
bob sees "Ich finde, dass wir"
bob presses 8 on [How much do you agree]
bob sees "A rating is a whole number from 1 (strongly disagree) to 7 (strongly agree), so 8 was not counted"
bob presses 0 on [How much do you agree]
bob sees "so 0 was not counted"
bob presses x on [How much do you agree]
bob sees "A rating is a whole number"
