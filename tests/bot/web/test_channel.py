"""A channel in the browser: what one person does, the others see, and only what they may."""


async def test_everybody_in_the_channel_sees_a_message_at_once(served):
    alice, bob = await served.page("Alice"), await served.page("Bob")
    answer = await alice.do("say", place="channel", text="Good morning")
    assert answer["type"] == "ack"
    await bob.until(lambda: bob.texts() == ["Good morning"])
    assert bob.people == ["Alice", "Bob"]
