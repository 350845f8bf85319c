Story: No agreement, so the moderator asks for critiques and the statement is revised
People: maria (moderator), alice, bob, carol, zoe

maria: /consensus ask Should we close the office on Fridays?
alice: Close it, people need rest.
bob: Keep it open for customers.
carol: Close it only in summer.
maria: /consensus close
the round is voting
alice reacts 6 to "Statement 1 of 3"
bob reacts 2 to "Statement 1 of 3"
carol reacts 3 to "Statement 1 of 3"
alice reacts 2 to "Statement 2 of 3"
bob reacts 3 to "Statement 2 of 3"
carol reacts 2 to "Statement 2 of 3"
alice reacts 1 to "Statement 3 of 3"
bob reacts 1 to "Statement 3 of 3"
carol reacts 1 to "Statement 3 of 3"
maria: /consensus close
the round is closed
channel sees "No agreement found; the closest statement"
channel sees "2 people disagree with it, so it does not speak for everybody."
channel sees "[Critique and revise]"
channel sees no "All 3 people"

alice presses [Critique and revise]
alice sees "Only the moderator of this round"
the round is closed
maria presses [Critique and revise]
the round is critiquing
alice sees "What is wrong with this statement?"
alice sees "Draft A of 3 opinions."
channel shows "Say privately what is wrong with the leading statement"

alice under "What is wrong with this statement?": Say which Fridays.
alice sees "Say which Fridays."
channel shows "1 critique so far."
alice: And say who answers the phone.
alice sees "Say which Fridays."
alice sees "Your later message was added to the earlier one."
alice presses [Keep only the latest message]
alice sees "And say who answers the phone."
alice sees no "Say which Fridays."
alice edits "who answers": And say who answers the phone and the door.
alice sees "the phone and the door."

bob presses [Edit my opinion] under "Keep it open for customers."
bob sees "Opinions are closed in this round"
bob presses [Write a critique]
bob is asked "The leading statement so far:"
bob fills in critique = <blank>
bob is told on critique "There are no words in this"
bob fills in critique = Customers are missing.
bob sees "Customers are missing."
bob presses [Edit my critique]
bob is asked "(critique: Customers are missing.)"
bob fills in critique = Customers on the phone are missing.
bob sees "Customers on the phone are missing."
bob presses [Withdraw]
bob sees "Your critique is withdrawn"
channel shows "1 critique so far."
carol: Too vague.
carol deletes "Too vague."
carol sees "Your critique is withdrawn"
zoe presses [Write a critique]
zoe sees "This round is for invited members"

maria: /consensus remind
bob sees "You can still say what is wrong with the leading statement."
maria sees "Those who have not answered are being reminded."
alice sees no "You can still say"

maria: /consensus close
the round is voting
channel sees "Draft A of 3 opinions, revised with 1 critiques."
alice: It is too late for this one.
alice sees "Opinions are closed in this round"
alice reacts 6 to "Draft A of 3 opinions, revised"
bob reacts 6 to "Draft A of 3 opinions, revised"
carol reacts 3 to "Draft A of 3 opinions, revised"
25h pass
the round is closed
channel shows "2 of the 3 people who rated it agree."
channel shows "1 person disagrees with it, so it does not speak for everybody."
channel shows "Nobody rated every statement"
maria presses [Critique and revise]
the round is critiquing
maria: /consensus cancel
maria presses [Cancel the round]
the round is cancelled
