"""Readers of the official formats: each yields a file's items one by one, cleaned, or says why not."""
