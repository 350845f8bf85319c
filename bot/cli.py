"""The command line. Nothing heavy is imported before a command needs it: `parley --help` is instant."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from engine.errors import ParleyError

if TYPE_CHECKING:
    from bot.settings import Settings

app = typer.Typer(
    name="parley",
    help="Parley helps a group in a chat channel find a statement as many of them as possible agree with.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Config = Annotated[
    Path | None, typer.Option("--config", help="A TOML file of settings; default ./parley.toml or PARLEY_CONFIG.")
]
Database = Annotated[str | None, typer.Option("--database", help="sqlite:///FILE or postgresql://USER@HOST/NAME.")]
Port = Annotated[int | None, typer.Option("--port", help="Where the browser channel listens; 0 picks a free port.")]
Host = Annotated[str | None, typer.Option("--host", help="The address to listen on; default 127.0.0.1.")]


def _fail(message: str) -> NoReturn:
    typer.echo(f"parley: {message}", err=True)
    raise typer.Exit(2)


@contextmanager
def _speaking_plainly() -> Iterator[None]:
    """One clear sentence on stderr and exit code 2, instead of a traceback, for what is not our bug."""
    try:
        yield
    except ParleyError as problem:
        _fail(str(problem))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _settings(config: Path | None, **options: Any) -> Settings:
    from bot.logs import set_up
    from bot.settings import load

    settings = load(config, **options)
    set_up(settings.log_level, settings.log_format)
    return settings


def _version(shown: bool) -> None:
    if shown:
        from importlib.metadata import version

        typer.echo(f"parley {version('parley')}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


@app.command()
def demo(
    leave: Annotated[bool, typer.Option("--exit", help="Print the transcript of the round and end.")] = False,
    port: Port = None,
    host: Host = None,
    pace: Annotated[float, typer.Option(help="Seconds between what simulated members do.", min=0.0, max=60.0)] = 1.5,
    database: Annotated[
        str | None, typer.Option("--database", help="Keep the round here; default: a temporary file.")
    ] = None,
) -> None:
    """Play a whole round of simulated members in the browser; take a seat and take part."""
    import asyncio

    with _speaking_plainly():
        from bot.terminal.demo import play

        settings = _settings(None, port=port, host=host, database=database, log_level="warning")
        asyncio.run(play(settings, keep=database is not None, leave=leave, pace=0.0 if leave else pace))


@app.command()
def serve(
    config: Config = None,
    database: Database = None,
    host: Host = None,
    port: Port = None,
    platform: Annotated[
        str | None,
        typer.Option("--platform", help="Which platforms to serve: web, slack, discord; several with commas."),
    ] = None,
) -> None:
    """Run Parley until stopped; several processes may share one database."""
    import asyncio

    with _speaking_plainly():
        settings = _settings(config, database=database, host=host, port=port, platforms=platform)
        from bot.main import serve as run

        asyncio.run(run(settings))


@app.command()
def link(
    name: Annotated[str, typer.Argument(help="How the group calls this person.")],
    channel: Annotated[str, typer.Option("--channel", help="The browser channel; made when it is new.")] = "general",
    moderator: Annotated[bool, typer.Option("--moderator", help="Give the moderator role.")] = False,
    config: Config = None,
    database: Database = None,
    host: Host = None,
    port: Port = None,
) -> None:
    """Make the signed personal link with which somebody takes part in the browser."""
    import asyncio

    with _speaking_plainly():
        settings = _settings(config, database=database, host=host, port=port)
        from bot.main import personal_link

        typer.echo(asyncio.run(personal_link(settings, channel, name, moderator=moderator)))


@app.command()
def deliberate(
    question: Annotated[str, typer.Option("--question", "-q", help="What the group is asked.")],
    opinions: Annotated[
        Path, typer.Option("--opinions", "-o", help="Text (one opinion a line), CSV, JSON or JSONL; - for stdin.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
    number: Annotated[int, typer.Option("--number", "-n", help="Candidates to draft.", min=1, max=64)] = 16,
    welfare: Annotated[
        str, typer.Option(help="utilitarian, bernoulli-nash, rawlsian, alpha=NUMBER, median or schulze.")
    ] = "utilitarian",
    seed: Annotated[int, typer.Option(help="Same seed, same statements.", min=0)] = 0,
    generator: Annotated[str | None, typer.Option(help="The statement model; default from the settings.")] = None,
    predictor: Annotated[str | None, typer.Option(help="The agreement predictor; default from the settings.")] = None,
    config: Config = None,
) -> None:
    """Rank candidate consensus statements for a question and a file of opinions."""
    with _speaking_plainly():
        settings = _settings(config, generator=generator, predictor=predictor)
        from bot.terminal.deliberating import deliberate_file

        deliberate_file(settings, question, opinions, as_json=as_json, number=number, welfare=welfare, seed=seed)


@app.command()
def export(
    out: Annotated[Path, typer.Option("--out", help="A folder that does not exist yet, or is empty.")],
    form: Annotated[str, typer.Option("--format", metavar="[jsonl|parquet|csv]", help="File format.")] = "jsonl",
    linkable: Annotated[
        bool,
        typer.Option("--linkable", help="Keep the join of opinion and rating of open ballots; see docs/privacy.md."),
    ] = False,
    config: Config = None,
    database: Database = None,
) -> None:
    """Write the logged rounds for researchers, under pseudonyms."""
    import asyncio

    with _speaking_plainly():
        settings = _settings(config, database=database)
        from bot.terminal.exporting import export_rounds

        asyncio.run(export_rounds(settings, out, form, linkable=linkable))


@app.command()
def replay(
    round_id: Annotated[str, typer.Argument(metavar="ROUND", help="A round's id; an unknown one lists the newest.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
    config: Config = None,
    database: Database = None,
) -> None:
    """Make a round's choices again from its log alone: reproduced (status 0), differs (1) or incomplete (3)."""
    import asyncio

    with _speaking_plainly():
        settings = _settings(config, database=database)
        from bot.terminal.replaying import replay_round

        status = asyncio.run(replay_round(settings, round_id, as_json=as_json))
    raise typer.Exit(status)


@app.command()
def calibrate(
    export: Annotated[Path, typer.Argument(help="A folder that `parley export` wrote as JSONL or Parquet.")],
    predictor: Annotated[str | None, typer.Option(help="Whose scores; default from the settings.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="The file; default beside a reward model.")] = None,
    config: Config = None,
) -> None:
    """Fit what a predictor's scores mean in ratings on the ratings of exported rounds."""
    with _speaking_plainly():
        settings = _settings(config, predictor=predictor)
        from bot.terminal.calibrating import calibrate_predictor

        calibrate_predictor(settings, export, out)


@app.command()
def migrate(config: Config = None, database: Database = None) -> None:
    """Bring the database to the schema of this version."""
    with _speaking_plainly():
        settings = _settings(config, database=database)
        from bot.terminal.migrating import migrate_database

        typer.echo(migrate_database(settings))


discord = typer.Typer(name="discord", help="What Discord needs besides `parley serve`.", no_args_is_help=True)
app.add_typer(discord)


@discord.callback()
def _discord() -> None:
    pass


@discord.command("invite-url")
def invite_url(config: Config = None) -> None:
    """Print the link with which somebody adds the bot to a Discord server."""
    with _speaking_plainly():
        settings = _settings(config)
        from bot.discord.installing import invite_url as made

        typer.echo(made(settings))


models = typer.Typer(name="models", help="The statement model and the agreement predictor.", no_args_is_help=True)
app.add_typer(models)


@models.callback()
def _models() -> None:
    pass


@models.command("check")
def models_check(
    generator: Annotated[str | None, typer.Option(help="The statement model; default from the settings.")] = None,
    predictor: Annotated[str | None, typer.Option(help="The agreement predictor; default from the settings.")] = None,
    config: Config = None,
) -> None:
    """Try the configured models: how fast, how many different statements, whether scores make sense."""
    import asyncio

    with _speaking_plainly():
        settings = _settings(config, generator=generator, predictor=predictor)
        from bot.terminal.models_check import check

        if not asyncio.run(check(settings)):
            sys.exit(2)


@app.command()
def doctor(config: Config = None, database: Database = None, port: Port = None) -> None:
    """Check the set-up and say what to do about what is wrong."""
    import asyncio

    with _speaking_plainly():
        from bot.terminal.doctor import examine

        if not asyncio.run(examine(config, database=database, port=port)):
            sys.exit(2)


if __name__ == "__main__":
    app()
