"""The store: what a shop directory keeps of its tables, and how new ones come in."""
