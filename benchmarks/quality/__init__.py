"""Quality on real purchases: data are private and given by path."""
