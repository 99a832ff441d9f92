"""The store: what a shop keeps: tables and how new ones come in, records, and a database."""
