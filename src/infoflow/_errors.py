"""The errors infoflow raises on purpose; each message is one line: name, requirement, value."""


class InfoflowError(Exception):
    """Base of every error that infoflow raises on purpose."""


class NonFiniteError(InfoflowError, ValueError):
    """An array holds NaN or infinity; the message counts them."""


class IllPosedError(InfoflowError, ValueError):
    """A question without a meaningful answer, such as I(X;T) of a noiseless layer; the message gives the remedy."""


class LoadError(InfoflowError, ValueError):
    """A file is not what its reader needs; the message says what was expected and what was found."""


class ConfigError(InfoflowError, ValueError):
    """A setting is unknown, mistyped or out of range."""


class RunFolderError(InfoflowError, ValueError):
    """A run folder exists already, is missing, or cannot be read."""


class CrossingError(InfoflowError, RuntimeError):
    """Two certified intervals contradict the data-processing inequality: the sampler is at fault."""


class InfoflowWarning(UserWarning):
    """A result that was returned but cannot be fully trusted; its status says why."""
