"""Spoken lines: who can speak them, how long they take, and the clips that are mixed in."""
