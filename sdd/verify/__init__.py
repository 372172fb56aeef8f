"""Dynamic gates: a running backend is asked whether it keeps its contract."""

from sdd.verify.contract import check_contract
from sdd.verify.gates import GATES, QUICK, DynamicGate, Verification, check_all
from sdd.verify.isolation import check_isolation
from sdd.verify.loading import check_import
from sdd.verify.observation import Observations
from sdd.verify.own_tests import check_tests
from sdd.verify.rendering import verify_json, verify_junit
from sdd.verify.schema import check_schema
from sdd.verify.target import Target, VerifyContext, limits_of
from sdd.verify.tokens import check_tokens
from sdd.verify.verdict import GateReport, Result

__all__ = [
    "GATES",
    "QUICK",
    "DynamicGate",
    "GateReport",
    "Observations",
    "Result",
    "Target",
    "Verification",
    "VerifyContext",
    "check_all",
    "check_contract",
    "check_import",
    "check_isolation",
    "check_schema",
    "check_tests",
    "check_tokens",
    "limits_of",
    "verify_json",
    "verify_junit",
]
