"""What every test would pay for anew and none is about: hashing passwords at full cost, looking through all objects."""

import gc

from argon2 import PasswordHasher

from ivr.actions import passwords

FULL = passwords.HASHER
"""What the product hashes with: 64 MiB and a sixth of a second for each password."""


def light() -> None:
    """Hashes passwords with little work from now on; a stored one says itself how much work it was."""
    passwords.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def settle() -> None:
    """Garbage is no longer looked for among what is here now, such as all tests, nor every 700 objects."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
