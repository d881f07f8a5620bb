"""Publishing: a copy of a store for others, without what is secret."""
