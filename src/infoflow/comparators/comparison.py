"""One number of one estimator, with what it estimates and how far it can be believed."""

import math
from dataclasses import dataclass

from infoflow._result import Status

_NATS_PER_BIT = math.log(2.0)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A number to put beside others on the same axes; a list of them makes a ``pandas.DataFrame`` as it stands.

    Attributes:
        quantity: The name of what is estimated, such as ``"I(X;T)"``; other quantities have other names.
        nats: The value, in nats: never clipped; ``-inf`` for the entropy of a law without density, NaN where there
            is no answer.
        n: Samples the value is made of.
        d: Dimension of the representation.
        estimator: The estimator's name in the registry, such as ``"ksg"``.
        form: Its variant and settings, such as ``"variant=1 k=3"``.
        estimates: A sentence: what the value is meant to approach, or bounds.
        status: See :class:`infoflow.Status`.
        message: The status as a sentence; empty where there is nothing to report.
    """

    quantity: str
    nats: float
    n: int
    d: int
    estimator: str
    form: str
    estimates: str
    status: Status = Status.OK
    message: str = ""

    @property
    def bits(self) -> float:
        """The value in bits."""
        return self.nats / _NATS_PER_BIT
