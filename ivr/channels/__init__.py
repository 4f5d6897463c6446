"""Kinds of telephone. A channel translates messages to inputs and turns to messages; none knows another."""
