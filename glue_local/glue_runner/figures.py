"""`%matplot plt` at the end of a statement: the figure that was drawn is the statement's result.

A magic of Glue's sessions, which the kernel hands over as it is; it reads the picture from MimeType and Result of the
output (aws-glue-sessions 1.0.9, read 2026-11).
"""

import base64
import io
import re
from typing import Any

_MAGIC = re.compile(r"^%matplot[ \t]+(\w+)[ \t]*\Z", re.MULTILINE)
MIME = "image/png;base64"


def split(code: str) -> tuple[str, str | None]:
    """The code without the magic, and the name of the pyplot module that it gives."""
    found = _MAGIC.search(code.rstrip())
    return (code[: found.start()], found[1]) if found else (code, None)


def draw(pyplot: Any) -> str:
    """The current figure as PNG in base64; it is closed, so that the next statement begins a new one."""
    target = io.BytesIO()
    pyplot.gcf().savefig(target, format="png", bbox_inches="tight")
    pyplot.close()
    return base64.b64encode(target.getvalue()).decode()
