"""A report: one self-contained page with the numbers of a store and a gallery of drawn labels."""

from labelstore.reporting.report import LABELS, Reported, report

__all__ = ["LABELS", "Reported", "report"]
