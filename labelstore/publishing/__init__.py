"""A copy of a store for others: without tokens, query strings and e-mail addresses, of the projects they may see."""

from labelstore.publishing.publish import Publication, publish
from labelstore.publishing.records import RecordRedactor
from labelstore.publishing.redaction import Redactor
from labelstore.stores.marks import is_published

__all__ = ["Publication", "RecordRedactor", "Redactor", "is_published", "publish"]
