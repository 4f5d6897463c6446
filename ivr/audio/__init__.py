"""Sound as numbers: no files, no subprocess. Everywhere in the house: int16, 8000 Hz, mono."""
