"""Django commands of the office."""
