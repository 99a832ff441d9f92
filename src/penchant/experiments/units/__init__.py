"""From what was logged and bought to one row per unit, and to their moments."""
