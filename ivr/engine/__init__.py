"""The pure heart: (book, state, input, context) -> (state, turn). No I/O, no clock, no language names."""
