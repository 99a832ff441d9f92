"""From one row per unit to effects, checks and a verdict in words."""
