"""Speed, as ratios measured in one run: `.venv/bin/python -m tests.bench`."""
