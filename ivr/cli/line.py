"""Commands about the telephone line."""

import click

from ivr.carrier.twilio import Account, Numbers, Webhooks
from ivr.cli.common import explained, read_settings
from ivr.errors import BadSetting


@click.group()
def twilio() -> None:
    """The telephone line."""


@twilio.command("setup")
def setup_twilio() -> None:
    """Makes the number post to this helpline, and reads back that it does."""
    with explained():
        settings = read_settings()
        if not (settings.has_twilio and settings.twilio_number and settings.twilio_auth_token):
            raise BadSetting("TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_NUMBER are needed")
        base = f"{settings.public_url}/twilio"
        wanted = Webhooks(f"{base}/voice", f"{base}/fallback", f"{base}/status")
        token = settings.twilio_auth_token.get_secret_value()
        found = Numbers(Account(settings.twilio_account_sid, token, settings.twilio_api_url)).set_webhooks(
            settings.twilio_number, wanted
        )
        if found != wanted:
            raise BadSetting(f"the provider kept other addresses: {found}")
        click.echo(f"the number now posts to {wanted.voice}, {wanted.fallback} and {wanted.status}")
