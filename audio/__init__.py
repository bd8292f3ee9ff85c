"""Entrain's sound engine: a spec goes in, a finished recording comes out.

A plain package: it knows nothing of users, jobs, Django or settings.
"""
