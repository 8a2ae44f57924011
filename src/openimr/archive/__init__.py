"""Published determinations at scale: built, searched, counted, re-reviewed; redacted and invented.

Knows the core below it; never the web.
"""
