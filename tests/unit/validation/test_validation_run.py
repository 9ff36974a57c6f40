import math

import pandas as pd
import pytest

from infoflow import RunFolderError
from infoflow._result import Interval, Parts, Status
from infoflow.experiments import resume_stored, run_experiment, run_study
from infoflow.experiments.progress import Silent
from infoflow.experiments.validation import CornersConfig, MonteCarloConfig, ReedMullerConfig, run_validation
from infoflow.experiments.validation.reed_muller import information_of_entropy
from infoflow.runs import load_run
from infoflow.runs.cases import case_frame, measured_cases
from infoflow.truths import corner_mixture, pam

CORNERS = CornersConfig().changed(
    dimensions=(1, 2), betas=(0.3,), sizes=(5, 40), interval_draws=50, confidence=0.999, threads=1
)


class Stop(Silent):
    """Interrupts a run after some cases."""

    def __init__(self, after):
        self.left = after

    def layer_done(self, epoch, layer):
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


@pytest.fixture(scope="module")
def corners(tmp_path_factory):
    return run_experiment(CORNERS, tmp_path_factory.mktemp("corners") / "run", name="corner-mixtures")


def test_corners_beside_the_truth(corners):
    frame = case_frame(corners)
    assert frame[["d", "beta", "n", "replicate"]].values.tolist() == [[d, 0.3, n, 0] for d in (1, 2) for n in (5, 40)]
    for d, exact in zip(frame["d"], frame["exact"], strict=True):
        assert exact == corner_mixture(d, beta=0.3).entropy
    # each of the four certified intervals holds with 99.9 % at least
    assert frame["exact"].between(frame["lower"], frame["upper"]).all()
    assert (frame["quantity"] == "h(T)").all()
    assert corners.state == "finished"


def test_a_run_broken_off_goes_on_and_repeats_bit_for_bit(corners, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        run_experiment(CORNERS, tmp_path / "run", listener=Stop(2))
    broken = load_run(tmp_path / "run")
    assert (broken.state, len(measured_cases(broken))) == ("interrupted", 2)
    kept = case_frame(broken)
    (finished,) = resume_stored(tmp_path / "run", listener=Stop(-1))
    pd.testing.assert_frame_equal(case_frame(finished), case_frame(corners), check_exact=True)
    assert set(kept["plug_in"]) < set(case_frame(finished)["plug_in"])
    # resumed once more: it is returned as it is
    assert run_validation(CORNERS, tmp_path / "run", resume=True).state == "finished"


def test_an_existing_folder_is_refused(corners):
    with pytest.raises(RunFolderError, match="must not exist yet"):
        run_experiment(CORNERS, corners.path)
    with pytest.raises(RunFolderError, match="run to resume must have the settings asked for"):
        run_validation(CORNERS.changed(seed=1), corners.path, resume=True)


def test_a_study_has_a_run_per_seed(tmp_path):
    config = CORNERS.changed(dimensions=(1,), sizes=(5,), interval_draws=0)
    runs = run_study(config, tmp_path / "study", seeds=(0, 1))
    frame = case_frame(runs)
    assert frame["seed"].tolist() == [0, 1]
    assert frame["plug_in"].nunique() == 2
    assert frame["lower"].isna().all()


def test_other_estimators_up_to_their_limits(tmp_path):
    config = CORNERS.changed(
        dimensions=(2,), interval_draws=0, others="on", nearest_neighbour_limit=10, kernel_density_limit=100
    )
    run = run_validation(config, tmp_path / "run")
    frame = case_frame(run).set_index("n")
    assert frame["kernel_density"].notna().all()
    assert frame["nearest_neighbour"].notna().tolist() == [True, False]
    notes = [event.message for event in run.events if event.kind == "note"]
    assert "nearest_neighbour: not run: n = 40 is above its limit 10" in notes


def test_one_centre_has_the_error_of_its_closed_form(tmp_path):
    # one centre: -ln p = d/2 ln(2 pi beta^2) + |z|^2/2, whose mean over n_mc draws has variance d/(2 n_mc); the ratio
    # to the noise's density is 1, so that infoflow's form has no error but rounding
    config = MonteCarloConfig().changed(dimensions=(3,), n=1, n_mc=(1, 9), replicates=2000, own_replicates=3, threads=1)
    frame = case_frame(run_validation(config, tmp_path / "run"))
    for row in frame.to_dict("records"):
        expected = math.sqrt(row["d"] / (2 * row["n_mc"]))
        assert abs(row["rmse"] - expected) < 4 * row["rmse_stderr"]  # 4 standard errors
        assert abs(row["mean_error"]) < 4 * row["mean_error_stderr"]
        assert row["own_rmse"] < 1e-12
        assert row["poincare_bound"] == pytest.approx(math.sqrt(2) * expected, rel=1e-12)
        assert row["published_bound"] > row["poincare_bound"]


def test_codes_beside_the_truth(tmp_path):
    config = ReedMullerConfig().changed(
        log_lengths=(0, 2), betas=(0.5,), sizes=(30,), interval_draws=50, enumerated=2, confidence=0.999, threads=1
    )
    frame = case_frame(run_validation(config, tmp_path / "run"))
    bit = pam(2, beta=0.5)
    # 2^m independent bits, each known to the tolerance of its quadrature
    assert frame["exact"].tolist() == pytest.approx(
        [bit.information * 2**m for m in frame["log_length"]], abs=8 * bit.tolerance
    )
    assert frame["exact"].between(frame["lower"], frame["upper"]).all()  # 99.9 % each
    assert frame["n"].isna().sum() == 2  # all words, for both codes
    assert (frame["quantity"] == "I(X;T)").all()
    assert (frame["upper"] <= 2.0 ** frame["log_length"] * math.log(2)).all()


def test_an_entropy_interval_becomes_one_of_information():
    parts = Parts(bias_gap=9.0, centre_fluctuation=0.0, monte_carlo_upper=0.0, monte_carlo_lower=0.0)
    about = {"confidence": 0.95, "mode": "certified", "quantity": "h(T)", "estimator": "midpoint", "m": 1, "n": 2}
    h_t = Interval(
        lower=1.5, upper=9.0, estimate=5.0, raw_lower=1.5, raw_upper=9.0, ceiling=math.inf, parts=parts, r=2, d=4,
        **about,
    )  # fmt: skip
    found = information_of_entropy(h_t, 1.0, ceiling=3.0)
    assert (found.lower, found.upper, found.raw_lower, found.raw_upper) == (0.5, 3.0, 0.5, 8.0)
    assert (found.status, found.ceiling, found.quantity) == (Status.LOWER_BOUND_ONLY, 3.0, "I(X;T)")
    assert information_of_entropy(h_t, 2.0, ceiling=3.0).status is Status.VACUOUS
