"""The page itself: template, style and scripts of the package around a payload, in one HTML text."""

import base64
import hashlib
import html
import re
from importlib import resources
from typing import Any

from infoflow.report.encoding import script_json

_SCRIPTS = (
    *(
        "base.js",
        "data.js",
        "cursor.js",
        "curves.js",
        "plane.js",
        "axes.js",
        "scatter.js",
        "histogram.js",
        "measures.js",
    ),
    *("table.js", "details.js", "slider.js", "live.js", "main.js"),
)
_SLOT = re.compile(r"<!--(TITLE|POLICY|STYLE|PAYLOAD|PLOTLY|SCRIPT)-->")


def page_html(payload: dict[str, Any], *, title: str) -> str:
    """Return the whole page, which loads nothing from anywhere.

    Scripts are admitted by their digests alone (Content-Security-Policy): a text of the run could not run as one.

    Args:
        payload: What the page shows; values that JSON can hold.
        title: Title of the document.

    Raises:
        ImportError: plotly is not installed.
    """
    library, script = plotly_script(), _page_script()
    parts = {
        "TITLE": html.escape(title),
        "POLICY": html.escape(_policy(library, script), quote=True),
        "STYLE": f"<style>{_asset('page.css')}</style>",
        "PAYLOAD": f'<script id="payload" type="application/json">{script_json(payload)}</script>',
        "PLOTLY": f"<script>{library}</script>",
        "SCRIPT": f"<script>{script}</script>",
    }
    pieces = _SLOT.split(_asset("page.html"))  # texts and names of slots in turn; what fills a slot is not read again
    return "".join(parts[piece] if index % 2 else piece for index, piece in enumerate(pieces))


def plotly_script() -> str:
    """Return plotly's script from the installed package.

    Raises:
        ImportError: plotly is not installed.
    """
    try:
        from plotly.offline import get_plotlyjs
    except ImportError as error:
        raise ImportError("the page needs plotly: pip install 'infoflow[report]'") from error
    return str(get_plotlyjs())


def _page_script() -> str:
    body = "\n".join(_asset(name) for name in _SCRIPTS)
    return f'(() => {{\n"use strict";\n{body}\n}})();'


def _asset(name: str) -> str:
    return resources.files("infoflow.report").joinpath("assets", name).read_text(encoding="utf-8")


def _policy(*scripts: str) -> str:
    digests = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in scripts)
    return (
        f"default-src 'none'; script-src {digests}; style-src 'unsafe-inline'; img-src data: blob:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'"
    )
