"""Hamrah: a helpline that answers in recorded prompts and leads to a person."""
