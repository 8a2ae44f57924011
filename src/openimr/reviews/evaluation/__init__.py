"""Replaying published determinations blind, and measuring what comes of it.

:mod:`replay` runs them, :mod:`measures` counts, :mod:`report` holds the outcome as one value,
:mod:`against` compares two outcomes; :mod:`terminal` and :mod:`page` show them.
"""
