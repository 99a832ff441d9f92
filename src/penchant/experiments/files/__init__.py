"""The files of a shop's experiments: read, written, edited, and held to what they say."""
