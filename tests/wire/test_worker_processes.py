"""Handlers in child processes."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.wire import worker_processes as handlers
from tests.wire.gateway.support import until
from tests.wire.worker_support import Site, eventually
from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.errors import ConfigurationError
from zeebe_grpc.worker import Backoff, CallNext, Job, Outcome, Worker
from zeebe_grpc.worker.runner import execution

SIGNALS = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


def worker_for(handler: Any, **options: Any) -> Worker:
    worker = Worker(execution_strategy="process", max_concurrent_jobs=2, retry=Backoff(first=3600), **options)
    worker.job("work")(handler)
    return worker


async def test_a_handler_runs_in_another_process_and_its_log_arrives_here(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.create("work", 4, {"a": 1, "b": 2})
    async with worker_for(handlers.add).running(site.client):
        await site.completed(4)
    assert site.variables()["total"] == 3
    assert site.variables()["process"] != os.getpid()
    own = next(record for record in caplog.records if record.message == "adding")
    assert own.__dict__["job_type"] == "work"
    assert own.__dict__["job_key"] in site.completions()
    assert own.__dict__["mine"] == 1
    assert own.process != os.getpid()
    assert any(record.message == "from the child" for record in caplog.records)


MISHAPS = {
    "failure": ("on purpose", 0),
    "plain": ("ValueError: plain", 2),
    "odd": ("OddError: can not travel", 2),
    "exit": ("SystemExit: 4", 2),
    "list": ("the handler returned list; it must be a mapping", 2),
    "set": ("the handler's answer can not be sent: $.a: ", 2),
    "unpicklable": ("the handler's answer can not be sent: ", 2),
    "unreadable": ("the handler's answer can not be read outside of its child process: TypeError: ", 2),
    "failed": ("told so", 2),
    "babble": ("UnreadableChildError: the child process can not be understood: TypeError: ", 2),
}


async def test_what_goes_wrong_in_a_child_fails_only_its_job(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    worker = worker_for(handlers.misbehave)
    for how in MISHAPS:
        site.create("work", variables={"how": how})
    keys = sorted(job["key"] for job in site.jobs("CREATED"))
    async with worker.running(site.client) as running:
        await eventually(lambda: site.intents()["FAILED"] == len(MISHAPS), 30)
        await eventually(lambda: running.health().job_types[0].held == 0)
        site.create("work", variables={"how": "well"})
        await site.completed(1)
    failed = {job["key"]: job for job in site.jobs("FAILED")}
    logged = [record.__dict__["job_key"] for record in caplog.records if record.name == "zeebe_grpc.worker"]
    for key, (how, (message, retries)) in zip(keys, MISHAPS.items(), strict=True):
        assert failed[key]["errorMessage"].startswith(message)
        assert failed[key]["retries"] == retries
        assert logged.count(key) == (how not in ("failure", "failed"))


async def test_a_child_that_a_middleware_does_not_wait_for_is_ended_and_its_place_is_free(site: Site) -> None:
    worker = Worker(execution_strategy="process", max_concurrent_jobs=1, retry=Backoff(first=3600))

    @worker.middleware
    async def limit(job: Job[Any], call_next: CallNext) -> Outcome:
        return await asyncio.wait_for(call_next(job), 2 if job.variables["how"] == "hang" else 30)

    worker.job("work")(handlers.misbehave)
    site.create("work", variables={"how": "hang"})
    async with worker.running(site.client):
        await eventually(lambda: site.intents()["FAILED"] == 1)
        site.create("work", variables={"how": "well"})
        await site.completed(1)
    assert site.jobs("FAILED")[0]["errorMessage"] == "TimeoutError"


async def test_what_can_not_travel_with_a_log_record_is_named_in_its_place(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.create("work", 2)
    async with worker_for(handlers.log_odd_extras).running(site.client) as running:
        await site.completed(2)
        await eventually(lambda: running.health().job_types[0].held == 0)
    record, _ = (record for record in caplog.records if record.message == "the bank said no")
    assert record.levelname == "WARNING"
    assert record.__dict__["job_key"] in site.completions()
    assert record.__dict__["colour"] is handlers.Colour.RED
    assert record.__dict__["reason"].startswith("<can not be read outside of the child process: TypeError: ")
    assert record.__dict__["lock"].startswith("<lock: can not leave the child process: TypeError: ")


async def test_a_filter_that_fails_for_a_record_of_a_child_harms_no_job(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: Any) -> bool:
        raise ValueError("broken")

    site.create("work")
    logger = logging.getLogger("elsewhere")
    logger.addFilter(broken)
    try:
        async with worker_for(handlers.log_elsewhere).running(site.client):
            await site.completed(1)
    finally:
        logger.removeFilter(broken)
    assert not site.jobs("FAILED")
    assert "a record of elsewhere from a child process could not be logged" in caplog.text


@pytest.mark.parametrize(("how", "message"), [("plain", "[ValueError: plain]"), ("odd", "[HandlerError: OddError: ")])
async def test_the_engine_is_told_of_an_exception_what_describe_error_makes_of_it(
    site: Site, how: str, message: str
) -> None:
    site.create("work", variables={"how": how})
    worker = worker_for(
        handlers.misbehave, describe_error=lambda error: f"[{type(error).__name__}: {str(error).splitlines()[0]}]"
    )
    async with worker.running(site.client):
        await eventually(lambda: site.intents()["FAILED"] == 1)
    assert site.jobs("FAILED")[0]["errorMessage"].startswith(message)


@pytest.mark.parametrize("retries", ["3", "0"])
async def test_a_job_whose_child_died_is_handed_back_and_failed_only_when_it_happens_again(
    site: Site, retries: str, caplog: pytest.LogCaptureFixture
) -> None:
    site.create("work", variables={"how": "die"}, retries=retries)
    async with worker_for(handlers.misbehave, on_stop="leave").running(site.client) as running:
        await eventually(lambda: running.health().job_types[0].counts.get("failed") == 1)
        returned = running.health().job_types[0].counts["returned"]
        site.create("work", variables={"how": "well"}, retries=retries)
        await site.completed(1)
    *_, failed = site.jobs("FAILED")
    assert returned == 1
    assert failed["errorMessage"] == "ChildDiedError: the child process died (exit code -9)"
    assert failed["retries"] == max(0, int(retries) - 1)
    warning, error = (record for record in caplog.records if record.name == "zeebe_grpc.worker")
    assert "died (exit code -9); it is replaced, and the job handed back" in warning.getMessage()
    assert "raised ChildDiedError" in error.getMessage()


async def test_a_child_that_died_between_two_jobs_costs_none_of_them_anything(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.create("work", variables={"a": 1, "b": 2})
    async with worker_for(handlers.add).running(site.client):
        await site.completed(1)
        child = int(site.variables()["process"])
        os.kill(child, signal.SIGKILL)
        await eventually(lambda: child not in {process.pid for process in multiprocessing.active_children()})
        site.create("work", variables={"a": 1, "b": 2})
        await site.completed(2)
    assert not site.jobs("FAILED")
    assert int(site.variables()["process"]) != child
    assert not [record for record in caplog.records if record.name == "zeebe_grpc.worker"]


async def test_a_bpmn_error_is_thrown_from_a_child(site: Site) -> None:
    site.create("work", variables={"how": "bpmn"})
    async with worker_for(handlers.misbehave).running(site.client):
        await eventually(lambda: site.intents()["ERROR_THROWN"] == 1)
    assert site.jobs("ERROR_THROWN")[0]["errorCode"] == "ODD"


async def test_progress_and_extension_cross_the_border_and_a_stop_is_obeyed(site: Site, tmp_path: Path) -> None:
    site.create("work", variables={"path": str(tmp_path / "page")})
    async with worker_for(handlers.draw, job_timeout=30).running(site.client, grace=0) as running:

        def reported() -> bool:
            found = running.health().job_types[0].handlers
            return bool(found) and found[0].progress is not None and found[0].remaining > 500

        await eventually(reported)
        report = await running.stop(grace=0)
    assert report.returned == 1
    assert not report.abandoned


async def test_a_child_that_does_not_listen_is_ended_at_the_deadline_and_replaced(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "pid"
    site.create("work", variables={"path": str(path)})
    worker = worker_for(handlers.sleep_deaf, job_timeout=2, extend=False)
    async with worker.running(site.client, grace=0) as running:
        await eventually(lambda: path.exists() and path.read_text() != "")
        child = int(path.read_text())
        await eventually(lambda: running.health().job_types[0].counts.get("expired", 0) >= 1)
        await eventually(lambda: not _alive(child))


async def test_the_first_extension_warns_with_the_place_where_the_handler_is(
    site: Site, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "there").touch()
    site.create("work", variables={"path": str(tmp_path / "there")})
    worker = Worker(execution_strategy="process", max_concurrent_jobs=1, job_timeout=1)
    worker.job("work")(handlers.wait_for)
    async with worker.running(site.client):
        await site.completed(1)  # the child has imported everything
        site.create("work", variables={"path": str(tmp_path / "go")})
        await eventually(lambda: "its handler is here" in caplog.text)
        (tmp_path / "go").touch()
        await site.completed(2)
    answer = next(record for record in caplog.records if "its handler is here" in record.message)
    assert "in wait_for\n" in answer.message
    assert answer.name == "zeebe_grpc.worker"
    assert answer.__dict__["job_type"] == "work"
    warning = next(record for record in caplog.records if "extended for the first time" in record.message)
    assert "it is now here:\nin the child process " in warning.message


@SIGNALS
async def test_a_handler_knows_that_the_worker_stops_and_a_signal_for_all_leaves_it_its_grace(
    site: Site, tmp_path: Path
) -> None:
    path = tmp_path / "pid"
    site.create("work", variables={"path": str(path)})
    async with worker_for(handlers.finish_when_stopping).running(site.client) as running:
        await eventually(lambda: path.exists() and path.read_text() != "")
        child = int(path.read_text())
        stopping = asyncio.ensure_future(running.stop(grace=30))
        await eventually(path.with_suffix(".seen").exists)
        os.kill(child, signal.SIGTERM)
        os.kill(child, signal.SIGINT)
        path.with_suffix(".go").touch()
        report = await stopping
    assert (site.intents()["COMPLETED"], report.returned, report.abandoned) == (1, 0, ())
    seen = site.variables()
    assert (seen["stopping"], seen["cancelled"], seen["process"]) == (True, False, child)


@SIGNALS
async def test_a_program_that_a_handler_starts_can_be_told_to_end(site: Site) -> None:
    site.create("work")
    async with worker_for(handlers.end_a_program).running(site.client):
        await site.completed(1)
    assert site.variables()["code"] == -signal.SIGTERM


@pytest.mark.parametrize("strategy", ["thread", "process"])
async def test_a_shield_keeps_a_cancellation_from_the_middle_of_something(
    site: Site, tmp_path: Path, strategy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution, "_KILL_AFTER", 0.01)
    path = tmp_path / "steps"
    site.create("work", variables={"path": str(path)})
    worker = Worker(execution_strategy=strategy)
    worker.job("work")(handlers.work_under_a_shield)
    async with worker.running(site.client) as running:
        await eventually(lambda: path.exists() and path.read_text() == "begun")
        stopping = asyncio.ensure_future(running.stop(grace=0))
        await eventually(lambda: bool(running.health().job_types[0].handlers[0].cancelled))
        await asyncio.sleep(0.2)  # it would be ended many times over
        path.with_suffix(".go").touch()
        report = await stopping
    assert path.read_text() == "whole"
    assert (report.returned, report.abandoned) == (1, ())
    assert site.jobs("FAILED")[0]["retries"] == 3


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_what_no_child_could_run_is_refused_at_registration(site: Site) -> None:
    worker = Worker(execution_strategy="process")

    def local() -> None: ...
    def with_client(client: ZeebeClient) -> None: ...

    with pytest.raises(TypeError, match="define it at the top of a module"):
        worker.job("a")(local)
    with pytest.raises(TypeError, match="define it at the top of a module"):
        worker.job("b")(lambda: None)
    with pytest.raises(TypeError, match="a client can not travel into another process"):
        worker.job("c")(with_client)


SCRIPT = """
import sys
from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.worker import Worker, run_workers

worker = Worker()

@worker.job("work", execution_strategy="process")
def work() -> dict[str, str]:
    return {{"module": __name__}}

{guard}
    run_workers(worker, client=ZeebeClient(sys.argv[1]))
"""


@pytest.mark.parametrize("way", ["file", "module"])
def test_a_program_without_a_main_guard_is_refused_at_registration_and_one_with_it_works(
    site: Site, tmp_path: Path, way: str
) -> None:
    def start(guard: str) -> subprocess.Popen[str]:
        (tmp_path / "orders.py").write_text(SCRIPT.format(guard=guard))
        program = [str(tmp_path / "orders.py")] if way == "file" else ["-m", "orders"]
        return subprocess.Popen(
            [sys.executable, *program, site.gateway.address],
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(["", *sys.path])},
        )

    _, err = start("if True:").communicate(timeout=30)
    assert "TypeError: work can not run in another process: orders.py would start everything again there." in err
    assert 'Put what runs under `if __name__ == "__main__":`' in err
    site.create("work", 2)
    program = start('if __name__ == "__main__":')
    until(lambda: site.intents()["COMPLETED"] == 2, 30)
    program.terminate()
    _, err = program.communicate(timeout=30)
    assert (program.returncode, err) == (0, "")
    assert site.variables()["module"] == "__mp_main__"


FOREVER = """
import sys
from tests.wire.worker_processes import sleep_deaf
from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.worker import Worker

if __name__ == "__main__":
    worker = Worker(execution_strategy="process")
    worker.job("work")(sleep_deaf)
    running = worker.running_in_thread(ZeebeClient(sys.argv[1])).start()
    sys.stdin.readline()
"""


@pytest.mark.parametrize("how", ["ends", "is killed"])
def test_a_child_at_work_ends_with_its_program_and_does_not_hold_it_up(site: Site, tmp_path: Path, how: str) -> None:
    path = tmp_path / "pid"
    site.create("work", variables={"path": str(path)})
    (tmp_path / "forever.py").write_text(FOREVER)
    program = subprocess.Popen(
        [sys.executable, str(tmp_path / "forever.py"), site.gateway.address],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path.cwd()), *sys.path])},
    )
    try:
        until(lambda: path.exists() and path.read_text() != "", 30)
        if how == "is killed":
            program.kill()
        program.communicate("\n" if how == "ends" else None, timeout=30)  # the child has its stdout as well
    finally:
        program.kill()
    assert (program.returncode == 0) == (how == "ends")


async def test_what_can_not_be_pickled_is_refused_before_anything_starts(site: Site) -> None:
    worker = Worker()

    def replaced(job: Job) -> None: ...

    replaced.__qualname__ = "nowhere"
    worker.job("a", execution_strategy="process")(replaced)
    with pytest.raises(ConfigurationError, match="can not run in another process"):
        async with worker.running(site.client):
            pass
