"""The database: what happens while the shop is open, in SQLite or PostgreSQL."""
