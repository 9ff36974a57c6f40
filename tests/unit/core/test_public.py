import subprocess
import sys

import pytest

import infoflow


def test_every_public_name_is_importable_and_documented():
    for name in infoflow.__all__:
        value = getattr(infoflow, name)
        assert name == "__version__" or value.__doc__


def test_unknown_name():
    with pytest.raises(AttributeError, match="module 'infoflow' has no attribute 'nothing'"):
        _ = infoflow.nothing


def test_import_is_light():
    code = (
        "import sys, infoflow; heavy = {'torch', 'scipy', 'pandas', 'matplotlib', 'numpy'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
