"""Proving that a store gives back what was loaded: each record of a file against its rebuilt JSON."""

from labelstore.verifying.report import VerifyReport
from labelstore.verifying.verify import verify

__all__ = ["VerifyReport", "verify"]
