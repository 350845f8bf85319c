"""Position statements of questions as moderators type them. All questions here are our own."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.position import Derived, QuestionKind, derive

PLAIN = [
    (
        "Should we move the standup to 10am",
        "We should move the standup to 10am.",
        "We should not move the standup to 10am.",
    ),
    ("should we hire?   ", "We should hire.", "We should not hire."),
    ("Shall we hire a designer?", "We should hire a designer.", "We should not hire a designer."),
    ("Can we afford a new printer?", "We can afford a new printer.", "We cannot afford a new printer."),
    ("Must we attend the all-hands?", "We must attend the all-hands.", "We need not attend the all-hands."),
    ("Ought we to apologise?", "We ought to apologise.", "We ought not to apologise."),
    ("Could the build be faster?", "The build could be faster.", "The build could not be faster."),
    ("Would it help if we met earlier?", "It would help if we met earlier.", "It would not help if we met earlier."),
    (
        "Will moving to the cloud save money?",
        "Moving to the cloud will save money.",
        "Moving to the cloud will not save money.",
    ),
    (
        "Are we going to sponsor the conference",
        "We are going to sponsor the conference.",
        "We are not going to sponsor the conference.",
    ),
    ("Were we wrong to cancel?", "We were wrong to cancel.", "We were not wrong to cancel."),
    ("Has the new process helped?", "The new process has helped.", "The new process has not helped."),
    ("Have we outgrown our office?", "We have outgrown our office.", "We have not outgrown our office."),
    ("Is it ok to work from the beach?", "It is ok to work from the beach.", "It is not ok to work from the beach."),
]

SUBJECTS = [
    ("Should the money we saved go to charity?", "The money we saved should go to charity."),
    ("Should those who come late buy the coffee?", "Those who come late should buy the coffee."),
    ("Should people who are on call be paid extra?", "People who are on call should be paid extra."),
    (
        "Should employees whose contracts end in June get a bonus?",
        "Employees whose contracts end in June should get a bonus.",
    ),
    (
        "Should our team, including contractors, attend the offsite?",
        "Our team, including contractors, should attend the offsite.",
    ),
    ("Should cats, dogs and birds be allowed in the office?", "Cats, dogs and birds should be allowed in the office."),
    (
        'Should the "blue" team (the one in Oslo) lead the project?',
        'The "blue" team (the one in Oslo) should lead the project.',
    ),
    ("Should smoking and drinking be banned?", "Smoking and drinking should be banned."),
    ("Should the sugar tax apply to fruit juice?", "The sugar tax should apply to fruit juice."),
    ("Should the team lunch be moved to Thursday?", "The team lunch should be moved to Thursday."),
    ("Should remote work stay optional?", "Remote work should stay optional."),
    ("Should how we vote be public?", "How we vote should be public."),
    ("Should that be our goal?", "That should be our goal."),
    ("Should 16 year olds vote?", "16 year olds should vote."),
    ("should e-scooters be banned from pavements", "E-scooters should be banned from pavements."),
    ("Should the city help people quit smoking?", "The city should help people quit smoking."),
    ("Should our roadmap include the mobile app?", "Our roadmap should include the mobile app."),
    ("Is the sprint length right?", "The sprint length is right."),
    ("Is Anna the right person to lead the project?", "Anna is the right person to lead the project."),
    ("Are long meetings a waste of time?", "Long meetings are a waste of time."),
    ("Is remote work good for junior engineers?", "Remote work is good for junior engineers."),
    ("Is Berlin nicer than Munich?", "Berlin is nicer than Munich."),
    ("Is what we pay interns fair?", "What we pay interns is fair."),
    ("Are we as a team shipping too slowly?", "We as a team are shipping too slowly."),
    ("Should we, as a company, match donations?", "We, as a company, should match donations."),
]

DO_SUPPORT = [
    (
        "Do we want to adopt trunk-based development?",
        "We want to adopt trunk-based development.",
        "We do not want to adopt trunk-based development.",
    ),
    (
        "Does the CI pipeline take too long?",
        "The CI pipeline takes too long.",
        "The CI pipeline does not take too long.",
    ),
    ("Did the launch go well?", "The launch went well.", "The launch did not go well."),
    ("Does Ana's team have enough room?", "Ana's team has enough room.", "Ana's team does not have enough room."),
    (
        "Did Sam and Alex finish the report?",
        "Sam and Alex finished the report.",
        "Sam and Alex did not finish the report.",
    ),
    (
        "Does our manager listen to and support us?",
        "Our manager listens to and supports us.",
        "Our manager does not listen to and support us.",
    ),
    (
        "Does the café next door still serve lunch?",
        "The café next door still serves lunch.",
        "The café next door does not still serve lunch.",
    ),
    (
        "Do the benefits of remote work outweigh the costs?",
        "The benefits of remote work outweigh the costs.",
        "The benefits of remote work do not outweigh the costs.",
    ),
    (
        "Do people who work remotely earn less?",
        "People who work remotely earn less.",
        "People who work remotely do not earn less.",
    ),
    ("Does it make sense to wait?", "It makes sense to wait.", "It does not make sense to wait."),
]

DENIALS = [
    ("Should we not renew the contract?", "We should not renew the contract.", "We should renew the contract."),
    ("Should we NOT renew the contract?", "We should not renew the contract.", "We should renew the contract."),
    ("Shouldn't we pay interns?", "We should pay interns.", "We should not pay interns."),
    ("Isn’t it time to drop Python 3.9?", "It is time to drop Python 3.9.", "It is not time to drop Python 3.9."),
    ("Should we never work on weekends?", "We should never work on weekends.", "We should sometimes work on weekends."),
    (
        "Is it ever okay to skip code review?",
        "It is sometimes okay to skip code review.",
        "It is never okay to skip code review.",
    ),
    (
        "Will we ever finish the migration?",
        "We will some day finish the migration.",
        "We will never finish the migration.",
    ),
    ("Is there a case for Kubernetes?", "There is a case for Kubernetes.", "There is no case for Kubernetes."),
    (
        "Are there any good reasons to wait?",
        "There are some good reasons to wait.",
        "There are no good reasons to wait.",
    ),
    ("Are there enough meeting rooms?", "There are enough meeting rooms.", "There are not enough meeting rooms."),
    ("Should there be any exceptions?", "There should be some exceptions.", "There should be no exceptions."),
    ("Is the wiki still useful?", "The wiki is still useful.", "The wiki is not useful."),
    ("Should everyone write tests?", "Everyone should write tests.", "Not everyone should write tests."),
    ("Should anyone be able to merge?", "Anyone should be able to merge.", "Nobody should be able to merge."),
    ("Should both teams merge?", "Both teams should merge.", "Both teams should not merge."),
    ("Do we really need a newsletter?", "We need a newsletter.", "We do not need a newsletter."),
]

AROUND = [
    ("Should we ban cars? Why?", "We should ban cars."),
    ("Should we ban cars, and if so, when?", "We should ban cars."),
    ("Should we ban cars or not?", "We should ban cars."),
    ("Our lease ends in May. Should we move to Berlin?", "We should move to Berlin."),
    ("Should we bring back Friday drinks? I miss them!", "We should bring back Friday drinks."),
    ("We got two offers\nshould we take the first one?", "We should take the first one."),
    ("Should we move the standup\nto 10am?", "We should move the standup to 10am."),
    ("hi team, should we cancel the retro this week", "We should cancel the retro this week."),
    ("Quick question: are our prices too high?", "Our prices are too high."),
    ("In your opinion, should the office close on Fridays?", "The office should close on Fridays."),
    ("If it rains, should we cancel the picnic?", "If it rains, we should cancel the picnic."),
    ("if it rains should we cancel the picnic", "If it rains, we should cancel the picnic."),
    ("When the lease ends, should we move?", "When the lease ends, we should move."),
    ("As a team, should we adopt pair programming?", "As a team, we should adopt pair programming."),
    ("Do you think that we should meet on Mondays?", "We should meet on Mondays."),
    ("don't you think people who can afford it should pay more", "People who can afford it should pay more."),
    ("Do you think it's time to move on?", "It is time to move on."),
    ("Do you support the strike?", "I support the strike."),
    ("Are you happy with your desk?", "I am happy with my desk."),
    ("Should you be able to expense a taxi?", "You should be able to expense a taxi."),
    ("SHOULD WE BAN CARS IN THE CITY CENTRE?", "We should ban cars in the city centre."),
    ('"Should we merge?"', "We should merge."),
    ("We should move to Berlin.", "We should move to Berlin."),
]

OPEN = [
    "Where should we hold the offsite?",
    "What do you think about the new logo",
    "how much should we spend?",
    "To what extent should we automate testing?",
    "So, who should lead the project?",
    "Which city should host the offsite, Berlin or Paris?",
    "The budget is small. What can we cut?",
    "When should we move?",
    "How about moving the standup?",
]

UNSURE = [
    "",
    "   ",
    "?",
    "Should?",
    "Can we",
    "🎉🎉",
    "Pizza or tacos?",
    "Thoughts?",
    "Let's move the standup to 10am?",
    "Any objections to moving the standup?",
    "Have a nice day",
    "Do not use the printer",
    "Should i quit my job?",
    "Has anyone seen the keys?",
    "Should we hire? Should we fire?",
    "Should we hold the offsite in Berlin or Munich?",
    "should we use tabs or spaces?",
    "Should we keep Jira or switch to Linear?",
    "Should we increase or decrease the budget?",
    "Is it better to hire juniors or seniors?",
    "Should the release be delayed, or should we cut scope?",
    "Would you rather work from home or in the office?",
    "Is pair programming a good idea?",
    "Should we have no dress code?",
    "¿Deberíamos mudarnos a Berlín?",
    "Sollten wir nach Berlin ziehen?",
    "Was machen wir am Freitag?",
    "Is dit een goed idee?",
    "オフィスを移転すべきですか？",
    "should we " + "very " * 2_000 + "carefully decide?",
]


@pytest.mark.parametrize(("question", "affirming", "negating"), PLAIN + DO_SUPPORT + DENIALS)
def test_a_yes_no_question_is_said_and_denied(question: str, affirming: str, negating: str) -> None:
    derived = derive(question)
    assert derived.statement is not None
    assert (derived.statement.affirming, derived.statement.negating) == (affirming, negating)


@pytest.mark.parametrize(("question", "affirming"), SUBJECTS + AROUND)
def test_the_subject_and_what_stands_around_the_question_are_found(question: str, affirming: str) -> None:
    derived = derive(question)
    assert derived.kind is QuestionKind.YES_NO
    assert derived.statement is not None
    assert derived.statement.affirming == affirming
    assert derived.statement.negating != affirming


@pytest.mark.parametrize("question", OPEN)
def test_an_open_question_has_no_statement(question: str) -> None:
    assert derive(question) == Derived(QuestionKind.OPEN, None)


@pytest.mark.parametrize("question", UNSURE)
def test_what_the_rule_cannot_take_apart_is_left_to_the_moderator(question: str) -> None:
    assert derive(question) == Derived(QuestionKind.UNSURE, None)


WORDS = st.sampled_from(
    "should would is are do does did has can will must if when the a our we you it they there people team who that "
    "which offices ban move be have NOT not never ever any really to of in and or good better working moved too "
    "Berlin ß I i's \"x\" (y) , ? . why 10am 🎉 «z» naïve DON'T dont one day all every anyone".split()
)


def well_formed(derived: Derived) -> None:
    assert (derived.statement is not None) == (derived.kind is QuestionKind.YES_NO)
    if derived.statement is None:
        return
    for text in (derived.statement.affirming, derived.statement.negating):
        first = next(c for c in text if c.isalnum())
        assert first.isupper() or first.isdecimal()
        assert text.endswith(".")
        assert not text.endswith("..")
        assert not re.search(r"\bNOT\b", text)
        assert text == " ".join(text.split())
    assert derived.statement.affirming != derived.statement.negating


@settings(max_examples=400, deadline=None)
@given(st.lists(WORDS, max_size=14).map(" ".join))
@example("Should we do it NOT?")
@example("if NOT here should we move")
@example("is the ß")
def test_any_words_give_well_formed_statements_or_none(question: str) -> None:
    well_formed(derive(question))


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80))
def test_any_text_gives_an_answer(text: str) -> None:
    well_formed(derive(text))
    well_formed(derive(f"Should we {text}"))


@given(st.sampled_from([question for question, *_ in PLAIN + DO_SUPPORT]), st.text(" \t\n", max_size=4))
def test_space_around_and_a_missing_mark_change_nothing(question: str, space: str) -> None:
    assert derive(space + question.rstrip("? ") + space) == derive(question)


def test_importing_the_rule_does_not_load_the_dictionary() -> None:
    code = "import engine.position, sys; sys.exit('lemminflect' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
