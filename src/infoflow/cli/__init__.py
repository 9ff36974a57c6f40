"""The command line: ``infoflow list``, ``run``, ``show``, ``demo``. Torch and its kin are imported only when used."""

from infoflow.cli.app import main as main
