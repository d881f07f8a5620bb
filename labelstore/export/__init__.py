"""Out of a store: a registry of exporters, one file each, and the one caller that writes what they yield."""
