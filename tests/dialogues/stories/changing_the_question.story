Story: Until somebody answers, the moderator can still change the question
People: maria (moderator), alice, bob

maria: /consensus ask Should we close the office on Fridays?
maria sees "Not what you meant?"
maria presses [Change the question or the rules]
maria is asked "(question: Should we close the office on Fridays?)"
maria is asked "(affirming: We should close the office on Fridays.)"
maria fills in question = Should we close the office on Mondays?; opinion_seconds =
maria sees "We should close the office on Mondays."
maria sees no "We should close the office on Fridays."
channel shows "This round was cancelled by its moderator."
channel shows "Should we close the office on Mondays?"
maria presses [Change the question or the rules]
alice: Mondays are fine.
alice sees "Mondays are fine."
maria fills in question = Should we close the office on Tuesdays?
maria sees "Opinions are in already, so the question stays"
maria presses [Change the question or the rules]
maria sees "Opinions are in already, so the question stays"
channel shows no "Tuesdays"
