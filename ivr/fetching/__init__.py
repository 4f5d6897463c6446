"""What the operator downloads (speech models, public lists): whole and checked, or not at all."""
