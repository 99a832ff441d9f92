"""Pure numpy: unit rows, decay, exact top-k, derived seeds. No ids, no tables, no clock."""
