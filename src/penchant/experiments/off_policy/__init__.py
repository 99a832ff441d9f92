"""What other settings would have got, from the log alone; it refuses where that cannot be told."""
