"""What is said to somebody who records by telephone. No menu says it, so every language must have all of it."""

PIN, WRONG_PIN, LATE = "studio.pin", "studio.pin-wrong", "studio.pin-late"
CODE, UNKNOWN = "studio.code", "studio.code-unknown"
WORDS, CHANGED, SPEAK = "studio.words", "studio.words-changed", "studio.speak"
NOTHING, MOMENT, LOST = "studio.nothing", "studio.moment", "studio.lost"
PLAYBACK, NOT_YET = "studio.playback", "studio.not-yet"
KEEP, AGAIN, OTHER, HEAR = "studio.keep", "studio.again", "studio.other", "studio.hear"
KEPT, BYE = "studio.kept", "studio.bye"

CHOICE = (KEEP, AGAIN, OTHER, HEAR)
ALL = (
    *(PIN, WRONG_PIN, LATE, CODE, UNKNOWN, WORDS, CHANGED, SPEAK, NOTHING, MOMENT, LOST, PLAYBACK, NOT_YET),
    *CHOICE,
    *(KEPT, BYE),
)
KEYS = {SPEAK: "#", KEEP: "1", AGAIN: "2", OTHER: "3", HEAR: "9"}
"""The key that these prompts name."""
