"""Browsing: a store in Datasette, with the annotations drawn."""
