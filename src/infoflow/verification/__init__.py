"""Check the estimators against known truths."""

from infoflow.verification.coverage import Check as Check
from infoflow.verification.coverage import Coverage as Coverage
from infoflow.verification.coverage import check_truth as check_truth
from infoflow.verification.coverage import coverage as coverage
from infoflow.verification.selftest import SelfTest as SelfTest
from infoflow.verification.selftest import verify as verify
