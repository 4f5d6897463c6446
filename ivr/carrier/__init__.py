"""The telephone company's API: the only way out of the building."""
