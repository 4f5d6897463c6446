"""Twilio's webhooks, and those of the providers that speak TwiML: keys by `<Gather>`, sound by `<Play>`."""
