Story: A closed round is reopened; those who answered are not asked again
People: maria (moderator), alice, bob, carol, dan

maria: /consensus reopen
maria sees "Only a closed round can be reopened"
maria: /consensus ask Should we close the office on Fridays?
alice: Close it.
bob: Keep it open.
carol: Close it in summer.
dan presses [Join and be asked privately]
maria: /consensus reopen
maria sees "Only a closed round can be reopened"
maria: /consensus close
maria: /consensus close
the round is closed
channel shows "No outcome: nobody rated a statement"
maria: /consensus reopen
maria is asked "How much time from now"
maria fills in duration = 1h
the round is collecting
channel sees "3 opinions so far."
alice sees no "What do you think?"
dan sees "What do you think?"
dan: Ask the customers.
alice edits "Close it": Close it at noon.
alice sees "Close it at noon."
1h passes
the round is voting
channel shows "Draft A of 4 opinions."
alice reacts 6 to "Draft A of 4"
maria: /consensus close
maria: /consensus reopen 2h
the round is collecting
