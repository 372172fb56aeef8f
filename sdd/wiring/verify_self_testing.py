"""Joins the self-test of the dynamic gates with a backend on disk."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from sdd.adapters.disk import DiskFiles
from sdd.adapters.scratch import scratch
from sdd.errors import ConfigError
from sdd.program import load
from sdd.verify import GATES, GateReport, Result, Verification
from sdd.wiring.verification import VerifyRequest, prepare_verification
from sdd.workflow.self_test import SelfTest
from sdd.workflow.verify_self_test import verify_self_test

_GATES = tuple(gate for gate in GATES if gate.name in {"isolation probe", "token attacks"})


def verify_self_test_of(
    request: VerifyRequest, told: Callable[[int, int], None]
) -> tuple[Path, SelfTest]:
    """Run the gates against copies of a backend, each with a fault in it.

    Raises:
        ConfigError: There is nothing to break, or the gates fail without any fault.
    """
    if request.base_url or request.database_url:
        raise ConfigError(
            "--self-test breaks copies of the code, each with a database of its own.",
            hint="Leave out --base-url and --database-url.",
        )
    with prepare_verification(request) as prepared:
        context = prepared.context
        copied = DiskFiles(Path(context.target.folder))
        files = {path: copied.read(path) or b"" for path in copied.paths()}
        program = load(copied)

        def judge(changed: Mapping[str, bytes]) -> Sequence[GateReport]:
            broken = {PurePosixPath(path): data for path, data in changed.items()}
            with scratch({**files, **broken}) as folder:
                target = replace(context.target, folder=folder)
                verification = Verification(replace(context, target=target))
                reports: list[GateReport] = []
                for gate in _GATES:
                    reports.append(verification.check(gate))
                    if reports[-1].result is Result.FAILED:
                        break
                return reports

        sources = {path: files[PurePosixPath(path)] for path in program.modules}
        result = verify_self_test(program, sources, judge, told)
        if not result.trials:
            raise ConfigError(
                f"Nothing to break in {prepared.backend}: no route's protection is proved.",
                hint=f"Run `sdd audit {prepared.backend}` first, and mend what it finds.",
            )
        return Path(prepared.backend), result
