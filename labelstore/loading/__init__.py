"""Loading: files → records → rows → a store, with a report of what was stored and what was not."""

from labelstore.loading.load import load
from labelstore.loading.report import Confirm, FileReport, Progress, Reading, Report

__all__ = ["Confirm", "FileReport", "Progress", "Reading", "Report", "load"]
