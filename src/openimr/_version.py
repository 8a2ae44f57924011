"""The version of the OpenIMR engine."""

__version__ = "0.1.0"
