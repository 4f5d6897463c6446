"""Where callers live, which office is theirs, and where that is known from."""
