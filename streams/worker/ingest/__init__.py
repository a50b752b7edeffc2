"""Ingest: a process of its own that re-keys foreign topics. It keeps nothing but its position in them."""
