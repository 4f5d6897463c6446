"""What the helpline does, a module per subject: takes plain values and a transaction, returns plain values."""
