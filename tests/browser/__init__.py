"""The staff's pages in a real Chromium."""
