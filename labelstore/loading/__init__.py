"""Loading: files → records → rows → a store, with a report of what was stored and what was not."""

from labelstore.loading.load import load
from labelstore.loading.loader import Progress, Reading
from labelstore.loading.pruning import Confirm
from labelstore.loading.report import FileReport, Report
from labelstore.loading.retrying import retry

__all__ = ["Confirm", "FileReport", "Progress", "Reading", "Report", "load", "retry"]
