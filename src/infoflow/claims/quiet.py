"""Warnings of the library that a check knows of and answers for."""

import warnings
from collections.abc import Generator
from contextlib import contextmanager

from infoflow._errors import InfoflowWarning


@contextmanager
def quiet() -> Generator[None]:
    """Leave out the library's own warnings inside a ``with`` block: a check tries settings they warn about."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InfoflowWarning)
        yield
