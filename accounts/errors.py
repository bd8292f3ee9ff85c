"""Errors that the rest of the project may catch."""

from redis.exceptions import RedisError

# What the cache raises while it is away.
CACHE_AWAY = (RedisError, OSError)


class AccountsError(Exception):
    """Base of all errors of this app."""


class NotEnoughCredits(AccountsError):
    """A charge would have taken the balance below zero; nothing was written."""

    def __init__(self, *, balance: int, needed: int) -> None:
        self.balance = balance
        self.needed = needed
        super().__init__(f"{needed} credits needed, {balance} there")
