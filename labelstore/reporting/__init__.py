"""The report: one page with the overview of a store and a gallery of drawn labels."""
