Story: Somebody asks for everything of theirs to be deleted
People: maria (moderator), alice, bob, carol, dan

alice: /consensus forget-me
alice sees "there is nothing to delete"
maria: /consensus ask Should we close the office on Fridays?
alice: Close it, said Alice.
bob: Keep it open.
carol: Close it in summer.
dan: Ask the customers.
alice: /consensus forget-me
alice sees "Delete your opinion, ratings and critiques from 1 round? This cannot be undone."
channel shows "4 opinions so far."
alice presses [Delete everything of mine]
alice sees "What you gave is deleted from 1 round."
alice shows no "said Alice"
channel shows "3 opinions so far."
maria: /consensus close
channel shows "Draft A of 3 opinions."
alice: /consensus mine
alice sees "Nothing is waiting for you."
