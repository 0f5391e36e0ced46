"""The pytest plugin as its users meet it: a project of their own, with tests that pass and tests that fail."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint, distribution
from pathlib import Path

import pytest

from tests.wire.kit_models import ORDER
from zeebe_grpc.gateway import Gateway
from zeebe_grpc.testing import plugin

ROOT = Path(__file__).parents[2]
BY_MODULE = ("-p", "no:zeebe_grpc", "-p", "zeebe_grpc.testing.plugin", "-p", "no:cacheprovider")
"""The plugin by its module, whether or not what is installed has an entry point for it."""

WORKER = """
from datetime import timedelta
import pytest
from zeebe_grpc.worker import Worker

worker = Worker()

@worker.job("send-reminder")
async def remind(orderId: str) -> None: ...

@worker.job("charge-card")
def charge() -> None:
    raise AssertionError("a test must not charge cards")
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with the process `order` and a worker, on the package of this tree."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    folder = pytester.mkdir("processes")
    (folder / "order.bpmn").write_bytes(ORDER.content)
    pytester.makepyfile(app=WORKER)
    return pytester


def run(project: pytest.Pytester, *options: str, beside: str = "") -> pytest.RunResult:
    """Run the tests of the project, with no plugin for asyncio or with this one."""
    absent = [option for name in ("asyncio", "anyio") if name != beside for option in ("-p", f"no:{name}")]
    if beside == "asyncio":
        absent += ["-o", "asyncio_default_fixture_loop_scope=function"]
    return project.runpytest_subprocess(*BY_MODULE, *absent, "-W", "error", *options)


REMINDER = """
from app import timedelta, worker

def test_reminder(zeebe):
    zeebe.deploy("processes/")
    zeebe.mock_job("charge-card").fail(times=2).then_complete({"paid": False})
    pi = zeebe.client.create_process_instance("order", variables={"orderId": "7"})
    with zeebe.running(worker):
        zeebe.clock.advance(timedelta(days=14))
    zeebe.expect(pi).has_passed("charge", "remind").is_waiting_at("payment-received")

def test_too_early(zeebe, zeebe_worker, zeebe_clock, zeebe_client, zeebe_gateway):
    zeebe_worker(worker)
    assert zeebe_client is zeebe.client
    assert zeebe_gateway is zeebe.gateway
    zeebe_client.deploy_resources_from_files("processes/")
    pi = zeebe_client.create_process_instance("order", variables={"orderId": "7"})
    zeebe_clock.advance(0.5)
    zeebe.expect(pi).has_passed("remind")
"""


def test_a_test_that_fails_shows_its_own_line_and_the_path(project: pytest.Pytester) -> None:
    project.makepyfile(test_reminder=REMINDER)
    result = run(project)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            ">       zeebe.expect(pi).has_passed(\"remind\")",
            "E       AssertionError: expected process instance * to have passed 'remind': it did not pass 'remind'",
            "E         state:      active",
            "E         passed:     start",
            "E         waits at:   charge",
            "E         job:        'charge-card' at charge, 2 retries left: failed, next try in * s by the clock",
            "E         variables:  orderId",
            "E         clock:      2026-01-01T00:00:00.500000+00:00",
            "",
            "test_reminder.py:18: AssertionError",
        ],
        consecutive=True,
    )  # fmt: skip


STUCK = """
import threading

def test_stuck(zeebe):
    begun, go = threading.Event(), threading.Event()
    zeebe.deploy("processes/")
    zeebe.mock_job("charge-card").with_handler(lambda job: (begun.set(), go.wait(20)))
    zeebe.client.create_process_instance("order", variables={"orderId": "7"})
    try:
        assert begun.wait(20)
        zeebe.clock.advance(1)
    finally:
        go.set()
"""


def test_a_handler_without_end_ends_the_test_after_the_time_of_the_settings(project: pytest.Pytester) -> None:
    project.makeini("[pytest]\nzeebe_within = 0.2")
    project.makepyfile(test_stuck=STUCK)
    result = run(project)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            ">           zeebe.clock.advance(1)",
            "E           *NotIdleError: the clock cannot move on from 2026-*: still in work after 0.2 s",
            "E             job 'charge-card' (element 'charge', *): its handler has been at work for *.* s",
            "",
            "test_stuck.py:*: NotIdleError",
        ],
        consecutive=True,
    )  # fmt: skip


SETTINGS = """
import pytest

def version(client):
    return client.get_topology().gateway_version.rsplit(".", 1)[0]

def test_version(zeebe_client):
    assert version(zeebe_client) == "8.7"

@pytest.mark.zeebe_gateway(version="8.6")
class TestOlder:
    def test_version(self, zeebe):
        assert version(zeebe.client) == "8.6"

    @pytest.mark.zeebe_gateway(version="8.5", tenants=["red"])
    def test_closest(self, zeebe):
        assert version(zeebe.client) == "8.5"
        with pytest.raises(Exception, match="tenant"):
            zeebe.deploy("processes/")
"""


def test_the_gateway_is_as_settings_and_markers_say(project: pytest.Pytester) -> None:
    project.makeini("[pytest]\nzeebe_version = 8.7\naddopts = --strict-markers --strict-config")
    project.makepyfile(test_settings=SETTINGS)
    run(project).assert_outcomes(passed=3)


def test_a_marker_takes_keywords_only(project: pytest.Pytester) -> None:
    test = "import pytest\n@pytest.mark.zeebe_gateway('8.6')\ndef test_old(zeebe): ..."
    project.makepyfile(test_marker=test)
    run(project).stdout.fnmatch_lines(["*the marker zeebe_gateway takes keywords only, such as version=*"])


ASYNC = """
import pytest
from app import timedelta, worker

pytestmark = pytest.mark.{plugin}

async def test_reminder(async_zeebe_client, zeebe):
    await async_zeebe_client.deploy_resources_from_files("processes/")
    zeebe.mock_job("charge-card").complete({{"paid": False}})
    pi = await async_zeebe_client.create_process_instance("order", variables={{"orderId": "7"}})
    with zeebe.running(worker):
        zeebe.clock.advance(timedelta(days=14))
    zeebe.expect(pi).has_passed("charge").has_passed("remind", times=2)

async def test_forgotten_await(zeebe, async_zeebe_client):
    with pytest.raises(TypeError, match="not a coroutine; await the call that creates it"):
        zeebe.expect(async_zeebe_client.create_process_instance("order"))

async def test_another_loop(async_zeebe_client):
    assert (await async_zeebe_client.get_topology()).brokers
"""

BACKEND = """
import pytest

@pytest.fixture
def anyio_backend():
    return "asyncio"
"""


@pytest.mark.parametrize("beside", ["asyncio", "anyio"])
def test_asynchronous_tests_need_no_certain_plugin(project: pytest.Pytester, beside: str) -> None:
    project.makepyfile(test_async=ASYNC.format(plugin=beside))
    project.makeconftest(BACKEND)
    run(project, beside=beside).assert_outcomes(passed=3)


LOOP = """
import asyncio

def test_by_hand(async_zeebe_client, zeebe):
    async def body():
        await async_zeebe_client.deploy_resources_from_files("processes/")
        return await async_zeebe_client.create_process_instance("order", variables={"orderId": "7"})

    zeebe.expect(asyncio.run(body())).is_active()

def test_unused(async_zeebe_client):
    pass
"""


def test_nor_any_plugin_at_all(project: pytest.Pytester) -> None:
    project.makepyfile(test_loop=LOOP)
    run(project).assert_outcomes(passed=2)


def test_a_setting_that_is_no_number_is_named(project: pytest.Pytester) -> None:
    project.makeini("[pytest]\nzeebe_within = long")
    project.makepyfile(test_it="def test_it(zeebe): pass")
    result = run(project)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["zeebe_within in pytest's settings: expected seconds, got 'long'"])


def test_a_missing_extra_is_named(project: pytest.Pytester) -> None:
    project.makeconftest("import sys\nsys.modules['lxml'] = None")
    project.makepyfile(test_it="def test_it(zeebe): pass\ndef test_without(): pass")
    result = run(project)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["the zeebe fixtures need 'lxml*': pip install 'zeebe-grpc-client[[]testing]'"])


def test_every_name_says_whose_it_is(project: pytest.Pytester) -> None:
    result = run(project, "--fixtures", "-v")
    shown = [line.split(" ")[0] for line in result.stdout.lines if "testing/plugin.py" in line]
    assert shown == [
        "zeebe_gateway", "zeebe_client", "async_zeebe_client", "zeebe", "zeebe_clock", "zeebe_worker",
    ]  # fmt: skip
    assert "@pytest.mark.zeebe_gateway(" in run(project, "--markers").stdout.str()


def test_whoever_uses_no_fixture_imports_nothing() -> None:
    heavy = ["grpc", "google.protobuf", "msgspec", "lxml", "zeebe_grpc.gateway", "zeebe_grpc.worker", "zeebe_grpc.keys"]
    program = (
        f"import sys, zeebe_grpc.testing.plugin\nprint([n for n in {heavy} if n in sys.modules],"
        " sorted(n for n in sys.modules if n.startswith('zeebe_grpc')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    expected = ["zeebe_grpc", "zeebe_grpc._installation", "zeebe_grpc.testing", "zeebe_grpc.testing.plugin"]
    assert done.stdout.strip() == f"[] {expected}"


def installed() -> list[EntryPoint]:
    return [entry for entry in distribution("zeebe-grpc-client").entry_points if entry.group == "pytest11"]


@pytest.mark.skipif(not installed(), reason="the installed zeebe-grpc-client is from before the plugin")
def test_pytest_finds_the_plugin_by_itself(project: pytest.Pytester) -> None:
    assert [entry.value for entry in installed()] == [plugin.__name__]
    project.makepyfile(test_reminder=REMINDER)
    result = project.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:asyncio", "-p", "no:anyio")
    result.assert_outcomes(passed=1, failed=1)


def test_a_gateway_of_the_fixtures_is_one_of_each_test(zeebe_gateway: Gateway) -> None:
    assert zeebe_gateway.running
    assert zeebe_gateway.records == ()
