"""A piece to be played becomes a sound: recording, placeholder voice or free speech, a file named by its hash."""
