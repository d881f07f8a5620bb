"""Prove that a store returns what was loaded: compare each record of a file with its rebuilt JSON."""

from labelstore.verifying.report import VerifyReport
from labelstore.verifying.verify import verify, verify_lake

__all__ = ["VerifyReport", "verify", "verify_lake"]
