"""Every exception Parley raises on purpose, by whose fault it is.

ParleyError
├── UsageError            somebody gave us something we cannot use; the message says what to do
│   ├── SettingsError     a setting is missing, unknown or out of range (operator)
│   ├── RulesError        the rules of a round contradict each other or a back end's abilities
│   └── OpinionsFileError a file of opinions is not what it says it is
├── Unavailable           the world failed; trying again may help (carries retry_after)
│   ├── PlatformUnavailable
│   ├── GeneratorUnavailable
│   ├── PredictorUnavailable
│   └── StoreUnavailable
├── PlatformRefused       the chat platform will never accept this (direct messages closed, message gone)
├── GeneratorMisbehaved   a statement model answered nonsense
└── StoreUnusable         the database cannot be used as it is (read-only, newer, full)

A participant's slip is none of these: it is an effect that tells them (`engine.rounds.effects.Tell`).
A bug in Parley is none of these either, and nothing catches it broadly.
"""


class ParleyError(Exception):
    """Root of the tree; `str(error)` is one sentence that a person can act on."""


class UsageError(ParleyError):
    """Somebody gave us something we cannot use."""


class SettingsError(UsageError):
    """A setting is missing, unknown or out of range."""


class RulesError(UsageError):
    """The rules of a round contradict each other, or ask for what the back end cannot do."""


class OpinionsFileError(UsageError):
    """A file of opinions is not what it says it is."""


class Unavailable(ParleyError):
    """Something outside failed in a way that may pass."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        """`retry_after`: seconds to wait before trying again, or None when nobody said."""
        super().__init__(message)
        self.retry_after = retry_after


class PlatformUnavailable(Unavailable):
    """The chat platform did not answer, or asked us to wait."""


class GeneratorUnavailable(Unavailable):
    """The statement model did not answer."""


class PredictorUnavailable(Unavailable):
    """The agreement predictor did not answer."""


class StoreUnavailable(Unavailable):
    """The database did not answer, or is locked."""


class PlatformRefused(ParleyError):
    """The chat platform will never accept this request; trying again is pointless."""

    def __init__(self, message: str, *, reason: str) -> None:
        """`reason`: a stable word such as "direct_messages_closed" or "message_gone"."""
        super().__init__(message)
        self.reason = reason


class GeneratorMisbehaved(ParleyError):
    """A statement model answered, and the answer is no statement."""


class StoreUnusable(ParleyError):
    """The database cannot be used as it is; the message says what the operator can do."""
