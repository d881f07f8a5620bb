"""Labelbox's service, by the vendor's SDK."""
