"""The files that URLs of a store lead to: fetched into the vault, and made into rows."""
