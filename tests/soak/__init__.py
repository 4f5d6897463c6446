"""The real server under kills and outages: `.venv/bin/python -m tests.soak kills|outage|jobs|fuzz|all`."""
