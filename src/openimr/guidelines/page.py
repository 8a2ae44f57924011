"""The shell of pages that people open from a file: one HTML document that loads nothing.

Styles and script are in the page, and a content security policy lets only these run.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import jinja2


def render(package: str, name: str, **values: Any) -> bytes:
    """Fill the page ``name`` of a package's templates folder.

    Args:
        package: the package that holds ``templates/NAME.html.j2``, ``NAME.css`` and ``NAME.js``.
        name: the name of the page.
        values: what the template uses; text is escaped.

    Returns:
        The page in UTF-8.
    """
    return _template(package, name).render(**values).encode("utf-8")


@cache
def _template(package: str, name: str) -> jinja2.Template:
    import jinja2
    from markupsafe import Markup

    css = _resource("openimr.guidelines", "page.css") + _resource(package, f"{name}.css")
    script = _resource(package, f"{name}.js")
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        loader=jinja2.FunctionLoader(lambda part: _resource(package, part)),
    )
    environment.globals.update(
        css=Markup(css),
        script=Markup(script),
        policy=f"default-src 'none'; style-src '{_hash(css)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'",
    )
    return environment.get_template(f"{name}.html.j2")


def _resource(package: str, filename: str) -> str:
    return (files(package) / "templates" / filename).read_text("utf-8")


def _hash(source: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
