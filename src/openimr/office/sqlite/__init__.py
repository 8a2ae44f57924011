"""The embedded database: SQLite as several processes use it."""
