"""What a run folder holds, and the layout of its database.

::

    RUN/manifest.json     what was run: experiment, full configuration, seed, versions, platform, command
    RUN/run.sqlite        estimates, measures, history (losses) and events; WAL mode, one writer, any number of readers
    RUN/arrays/NAME/*.npy arrays by name and epoch, each written whole or not at all
    RUN/checkpoints/*.safetensors  weights, noise state and optimiser state of every estimated epoch
    RUN/writer.lock       locked by the writing process for as long as it lives

Several runs that differ in their seed are a study: a folder of run folders ``seed0``, ``seed1``, ….

Version 2 added the measures; a run of version 1 reads as one that measured none.
"""

from typing import Final

SCHEMA_VERSION: Final = 2
MANIFEST_NAME: Final = "manifest.json"
DATABASE_NAME: Final = "run.sqlite"
LOCK_NAME: Final = "writer.lock"
ARRAYS_NAME: Final = "arrays"
CHECKPOINTS_NAME: Final = "checkpoints"

KEY_COLUMNS: Final = ("epoch", "layer", "quantity")
"""With ``mode``, what tells one estimate from another."""

INTERVAL_FIELDS: Final = ("lower", "estimate", "upper", "n", "mode", "status", "confidence", "raw_lower", "raw_upper")
"""Attributes of an ``Interval`` stored under their own names, in the order of the table (``width`` is derived)."""

PARTS_FIELDS: Final = ("bias_gap", "centre_fluctuation", "monte_carlo_upper", "monte_carlo_lower")
"""Attributes of ``Interval.parts``: what the width is made of."""

ORIGIN_FIELDS: Final = ("m", "r", "d", "ceiling", "estimator", "decoder", "engine", "message")
"""Further attributes of an ``Interval``: how it was obtained."""

HISTORY_COLUMNS: Final = (
    "epoch",
    "train_loss",
    "test_loss",
    "train_accuracy",
    "test_accuracy",
    "noisy_train_loss",
    "seconds",
)
"""Losses (nats per example) and accuracies without noise, and the mean training loss of the epoch with noise."""

MEASURE_COLUMNS: Final = ("epoch", "layer", "measure", "value")
"""Any further number about a layer, such as how much its classes cluster."""

ESTIMATE_COLUMNS: Final = (
    *KEY_COLUMNS,
    *INTERVAL_FIELDS,
    *PARTS_FIELDS,
    *ORIGIN_FIELDS,
    "seconds",
)

INTEGER_COLUMNS: Final = ("epoch", "n", "m", "r", "d")
TEXT_COLUMNS: Final = ("layer", "quantity", "measure", "mode", "status", "estimator", "decoder", "engine", "message")
"""All other columns are real numbers."""

DATABASE_DDL: Final = f"""
CREATE TABLE estimates (
    epoch INTEGER NOT NULL, layer TEXT NOT NULL, quantity TEXT NOT NULL,
    lower REAL, estimate REAL, upper REAL, n INTEGER, mode TEXT NOT NULL, status TEXT, confidence REAL,
    raw_lower REAL, raw_upper REAL, bias_gap REAL, centre_fluctuation REAL, monte_carlo_upper REAL,
    monte_carlo_lower REAL, m INTEGER, r INTEGER, d INTEGER, ceiling REAL, estimator TEXT, decoder TEXT, engine TEXT,
    message TEXT, seconds REAL,
    UNIQUE (epoch, layer, quantity, mode)
);
CREATE TABLE history (
    epoch INTEGER PRIMARY KEY, train_loss REAL, test_loss REAL, train_accuracy REAL, test_accuracy REAL,
    noisy_train_loss REAL, seconds REAL
);
CREATE TABLE measures (
    epoch INTEGER NOT NULL, layer TEXT NOT NULL, measure TEXT NOT NULL, value REAL,
    UNIQUE (epoch, layer, measure)
);
CREATE TABLE events (id INTEGER PRIMARY KEY, time TEXT NOT NULL, kind TEXT NOT NULL, message TEXT, data TEXT);
PRAGMA user_version = {SCHEMA_VERSION};
"""
