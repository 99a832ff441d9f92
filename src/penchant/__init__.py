"""penchant: a visual taste engine for online shops."""
