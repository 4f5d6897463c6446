"""The one stand-in for the telephone company: a caller's handset, its webhooks, its REST interface."""
