"""Calls as live sound: one loop that plays, listens and takes each turn to the door, whatever carries the sound."""
