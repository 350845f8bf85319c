"""Members read where the models of their own round send opinions, whatever new rounds would use."""

from __future__ import annotations

from bot.answering import Models
from engine.errors import SettingsError
from engine.ports import AgreementPredictor, StatementGenerator
from engine.rounds.model import Rules
from tests.fakes.models import FakeGenerator, FakePredictor


class RemotePredictor(FakePredictor):
    """Sends opinions to a judge."""

    def __init__(self, said: str) -> None:
        super().__init__()
        self._said = said

    @property
    def service(self) -> str:
        """See AgreementPredictor.service."""
        return self._said


def generator(name: str) -> StatementGenerator:
    """Of three known ones, or none."""
    known: dict[str, StatementGenerator] = {
        "extractive": FakeGenerator(),
        "openai:writer": FakeGenerator("the writer at example.org"),
    }
    if name not in known:
        raise SettingsError(name)
    return known[name]


def predictor(name: str) -> AgreementPredictor:
    """One that stays here, one at the writer's own service, and one elsewhere."""
    known: dict[str, AgreementPredictor] = {
        "lexical": FakePredictor(),
        "judge:writer": RemotePredictor("the writer at example.org"),
        "judge:other": RemotePredictor("the judge at example.net"),
    }
    if name not in known:
        raise SettingsError(name)
    return known[name]


def service(generator_name: str, predictor_name: str) -> str | None:
    """What members of a round with these models read."""
    return Models(generator, predictor).service(Rules(generator=generator_name, predictor=predictor_name))


def test_a_round_names_the_services_of_its_own_models() -> None:
    assert service("extractive", "lexical") is None
    assert service("openai:writer", "lexical") == "the writer at example.org"
    assert service("extractive", "judge:other") == "the judge at example.net"
    assert service("openai:writer", "judge:other") == "the writer at example.org and the judge at example.net"


def test_one_service_for_both_is_named_once() -> None:
    assert service("openai:writer", "judge:writer") == "the writer at example.org"


def test_a_model_that_is_no_longer_set_up_is_named_as_the_round_knows_it() -> None:
    assert service("openai:gone", "lexical") == "openai:gone"
    assert service("extractive", "judge:gone") == "judge:gone"
