"""The command line: `ivr run`, `ivr check`, `ivr phone` and the rest."""

import click

from ivr.cli import copies, directory, keeping, line, models, people, service, speech, studio, texts, trying

COMMANDS = (
    service.run,
    service.serve,
    service.worker,
    service.migrate,
    service.prepare,
    service.check,
    service.take_assets,
    trying.phone,
    trying.draw_map,
    copies.back_up,
    copies.put_back,
    keeping.keys,
    keeping.jobs,
    people.staff,
    people.callers,
    texts.prompts,
    studio.studio,
    directory.directory,
    line.twilio,
    models.models,
    speech.speech,
)


@click.group()
def main() -> None:
    """Hamrah, the helpline."""


for command in COMMANDS:
    main.add_command(command)
