"""The terminal phone: rings the helpline from the keyboard, through the same door as a telephone company."""
