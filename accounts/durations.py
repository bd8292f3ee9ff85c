"""How long a browser keeps what it is given."""

YEAR_S = 365 * 24 * 3600
