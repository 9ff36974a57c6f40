"""When and where a verdict was reached."""

import os
import platform
import time
from typing import Any

from infoflow import __version__


def environment() -> dict[str, Any]:
    """Return date (UTC), versions, processors and the machine's load of the last minute."""
    return {
        "date": time.strftime("%Y-%m-%d %H:%M", time.gmtime()),
        "infoflow": __version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count() or 1,
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
    }
