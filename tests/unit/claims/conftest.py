import pytest

from infoflow.claims.claim import Claim, Criterion, Measured, Measurement
from infoflow.claims.context import Context


def measured(key="size", lower=1.0, estimate=2.0, upper=3.0, **fields):
    return Measured(key=key, lower=lower, estimate=estimate, upper=upper, interval="fabricated", **fields)


def claim(check=None, number=1, criteria=None, **fields):
    return Claim(
        number=number,
        title=f"claim {number}",
        claimed="sizes | are large",
        source="a book",
        criteria=criteria or (Criterion(key="size", text="a size", least=0.5),),
        check=check or (lambda _: Measurement(values=[measured()], seeds=(0,), notes=["a note"])),
        **fields,
    )


@pytest.fixture
def make_claim():
    return claim


@pytest.fixture
def make_measured():
    return measured


@pytest.fixture
def context(tmp_path):
    return Context(quick=True, seeds=(0, 1), runs=tmp_path / "runs")


class Silent:
    def __init__(self):
        self.begun, self.verdicts = [], []

    def begin(self, claim):
        self.begun.append(claim.number)

    def done(self, verdict, *, stored):
        self.verdicts.append((verdict.number, stored))


@pytest.fixture
def listener():
    return Silent()
