"""The templates of Datasette, as pages of a store need them: what the policy of our pages and their readers ask for."""

import re
from typing import Any

from jinja2 import BaseLoader, Environment
from markupsafe import Markup, escape

NONCE = "labelstore_nonce"
"""What templates call the nonce of the request; pages that are not of a store have none."""

_FIELDS = {"column": "Column", "op": "Comparison", "value": "Value"}
_CHANGES = (
    (re.compile(r"<(?:script|style)(?=[\s>])"), 'nonce="{{ labelstore_nonce }}"'),
    (re.compile(r"<html(?=>)"), 'lang="en"'),
    (re.compile(r'<pre(?= class="wrapped-sql">)'), 'tabindex="0"'),
    *(
        (re.compile(rf'<(?:select|input)(?=[^>]* name="_filter_{name}[_"])'), f'aria-label="{label}"')
        for name, label in _FIELDS.items()
    ),
    (re.compile(r'<select(?= name="_sort")'), 'aria-label="Sort by"'),
)
"""The start of an element → an attribute that it gets on pages of a store."""
_HANDLER = re.compile(r'( onclick="[^"]*")')


class StoreLoader(BaseLoader):
    """Templates as the loader inside has them, but for pages of a store.

    Scripts and styles carry the nonce of the request. Handlers in attributes are left out, as the policy forbids them.
    Datasette 0.65 does not name the language of its pages, and neither version the fields of a filter.
    """

    def __init__(self, loader: BaseLoader) -> None:
        self._loader = loader

    def get_source(self, environment: Environment, template: str) -> Any:
        """The text of a template."""
        source, filename, is_current = self._loader.get_source(environment, template)
        return changed(source), filename, is_current

    def list_templates(self) -> list[str]:
        """The names that the loader inside knows."""
        return self._loader.list_templates()


def changed(source: str) -> str:
    """The text of a template, which says what it said for all pages that are not of a store."""
    for pattern, attribute in _CHANGES:
        source = pattern.sub(rf"\g<0>{{% if {NONCE} %}} {attribute}{{% endif %}}", source)
    return _HANDLER.sub(rf"{{% if not {NONCE} %}}\1{{% endif %}}", source)


def with_code(text: str) -> Markup:
    """A text of our own, in which `names` stand as code."""
    parts = enumerate(text.split("`"))
    return Markup().join(Markup("<code>{}</code>").format(part) if at % 2 else escape(part) for at, part in parts)


FILTERS = {"with_code": with_code}
"""What templates can do with texts."""
