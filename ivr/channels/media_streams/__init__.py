"""Calls whose sound comes by Twilio's Media Streams, over a WebSocket; a browser of ours speaks them too."""
