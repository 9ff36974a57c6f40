import pytest
from hypothesis import given
from hypothesis import strategies as st

from infoflow.experiments.schedule import log_spaced_epochs


@given(last=st.integers(1, 3000), count=st.integers(1, 3000))
def test_as_many_distinct_ascending_epochs_as_asked_for(last, count):
    epochs = log_spaced_epochs(last, count)
    assert len(epochs) == min(count, last)
    assert epochs == sorted(set(epochs))
    assert epochs[-1] == last
    assert epochs[0] == (last if count == 1 else 1)


def test_epochs_are_log_spaced_where_rounding_allows():
    epochs = log_spaced_epochs(10_000, 5)
    assert epochs == [1, 10, 100, 1000, 10_000]


@pytest.mark.parametrize("k", range(60, 83))
def test_the_published_schedule_grows_by_a_tenth(k):
    # 100 points from 1 to 9999 step by 9999^(1/99) = 1.0975; the 84 distinct ones keep that ratio away from 1,
    # where rounding an epoch of at least 500 moves a ratio by less than 0.2 %
    epochs = log_spaced_epochs(9999, 84)
    assert epochs[k + 1] / epochs[k] == pytest.approx(9999 ** (1 / 99), rel=0.005)
