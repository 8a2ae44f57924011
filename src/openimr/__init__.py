"""OpenIMR: independent medical review, from the case file to the signed determination."""

from openimr._version import __version__

__all__ = ["__version__"]
