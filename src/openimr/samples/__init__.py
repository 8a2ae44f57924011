"""Invented samples: no person in them exists."""
