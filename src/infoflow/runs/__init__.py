"""The run folder: what is stored of a run, and how it is read back."""

from infoflow.runs.arrays import ArrayStore as ArrayStore
from infoflow.runs.reader import Event as Event
from infoflow.runs.reader import Run as Run
from infoflow.runs.reader import load_run as load_run
from infoflow.runs.writer import RunWriter as RunWriter
