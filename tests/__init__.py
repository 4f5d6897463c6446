"""Tests of the helpline; they mirror ivr/."""
