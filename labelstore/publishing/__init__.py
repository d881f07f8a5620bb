"""A copy of a store for others: without tokens, query strings and e-mail addresses, of the projects they may see."""

from labelstore.engines.published_mark import is_published
from labelstore.publishing.publish import Publication, publish
from labelstore.publishing.records import RecordRedactor
from labelstore.publishing.redaction import Redactor

__all__ = ["Publication", "RecordRedactor", "Redactor", "is_published", "publish"]
