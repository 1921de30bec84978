"""A platform on this machine as one object: the command line runs it, and so do tests that kill its parts."""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from pathlib import Path
from typing import Self

from deploy.local import broker, database
from deploy.local.accounts import drop_database, make_accounts
from deploy.local.children import ChildSpec, child_environment, tail
from deploy.local.environment import Addresses, operators_environment
from deploy.local.errors import LocalError
from deploy.local.keys import read_key
from deploy.local.modules import module_command, run_step, service_spec
from deploy.local.ports import DEFAULT_BASE, Ports
from deploy.local.processes import OWNER, Plan, standard_plan
from deploy.local.state import CHECKOUT, State
from deploy.local.supervisor import Supervisor
from deploy.local.tenancy import Tenancy

Say = Callable[[str, str], None]
"""Told the name of a part and what happened to it."""


class Platform:
    """The broker, the database and every service on one state folder.

    `start` brings all up, or `start_infrastructure` the slow part alone; `stop` ends everything. As a context manager
    it is started on entry and stopped on exit. With `restart` false a process that dies stays dead until
    `start_process`, as fault tests want it. Not for use by two threads at once.
    """

    def __init__(
        self,
        state: Path,
        port: int = DEFAULT_BASE,
        env: Mapping[str, str] | None = None,
        *,
        workers: int = 1,
        restart: bool = True,
        plan: Plan | None = None,
        say: Say = lambda _name, _text: None,
    ) -> None:
        """Nothing is made or started yet; `env` is put over this process's environment for every child."""
        self.state = State(state.absolute())
        self.ports = Ports(port)
        self.plan = plan or standard_plan(workers)
        self.env = dict(env or {})
        self.addresses = Addresses(self.state, self.ports, operators_environment(self.env))
        self.supervisor = Supervisor(restart=restart, changed=self._note, say=say)
        self._say = say
        self._tenancy = Tenancy(self.state, port, self.addresses.public, self.addresses.catalogue)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # What callers need to know of it

    @property
    def gateway(self) -> str:
        """The address of the one public door."""
        return self.addresses.gateway

    @property
    def kafka(self) -> str:
        """The broker's bootstrap servers."""
        return self.addresses.kafka

    @property
    def owner_dsn(self) -> str:
        """Connects to the database as the owner of its tables."""
        return self.addresses.dsn(OWNER)

    def key(self, name: str = "zhuhai") -> str:
        """The API key of an enrolled source, or of the `operator`."""
        return read_key(self.state.secrets, name)

    def url(self, name: str) -> str:
        """The HTTP address of a service."""
        return self.addresses.url(next(one.offset for one in self.plan.services if one.name == name))

    def pids(self) -> dict[str, int]:
        """The processes that run now, by name."""
        return {name: pid for name, child in self.supervisor.children.items() if (pid := child.pid)}

    def log(self, name: str, lines: int = 1000) -> str:
        """The last lines that a process said."""
        return tail(self.state.log(name), lines)

    def run(self, module: str, *arguments: str, role: str = OWNER) -> "subprocess.CompletedProcess[str]":
        """Run a Python module to its end in the platform's environment, with the rights of a database account."""
        settings = self.addresses.process(module.rpartition(".")[2], None, role)
        return subprocess.run(  # noqa: S603  # a command of ours
            module_command(module, *arguments), env=child_environment({**self.env, **settings}), cwd=CHECKOUT,
            capture_output=True, text=True, check=False,
        )

    # Up and down

    def start(self) -> None:
        """Bring everything up and wait until it serves; on failure stop what runs. LocalError with the mend."""
        try:
            self._take()
            # A step runs as soon as the server it asks is there: the broker takes its time, migrations need not wait for it.
            self._side_by_side(
                lambda: self._then_steps(self._start_database, of_database=True), lambda: self._then_steps(self._start_broker, of_database=False),
            )
            self.start_services()
        except BaseException as error:
            self._end(problem=str(error))
            raise

    def start_infrastructure(self) -> None:
        """Bring up broker and database, side by side, and make the database's accounts."""
        self._take()
        self._side_by_side(self._start_database, self._start_broker)

    def run_steps(self, *names: str) -> None:
        """Run what has to be done before services start, migrations and topics; or only the steps named."""
        for step in self.plan.steps:
            if not names or step.name in names:
                run_step(step, self.state.log(step.name), {**self.env, **self.addresses.process(step.name, None, step.role)})
                self._say(step.name, tail(self.state.log(step.name), 1).strip() if step.tells else "done")

    def start_services(self) -> None:
        """Start all services at once and wait until each is ready."""
        for one in self.plan.services:
            settings = {**self.env, **self.addresses.process(one.name, one.offset, one.role)}
            self.supervisor.add(service_spec(one, self.state, self.ports, settings))
            self.supervisor.start(one.name)
        self._side_by_side(*(partial(self._wait_and_say, one.name) for one in self.plan.services))
        self._tenancy.enter("ready", self.supervisor.children.values(), self._names())

    def stop_services(self) -> None:
        """End all services, leave broker and database running."""
        self.supervisor.stop_stages(above=0)

    def stop(self, *, now: bool = False) -> None:
        """End everything in order and let go of the state folder; `now` kills. Harmless when nothing runs."""
        self._end(now=now)

    # Accidents and mends

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to a process as an accident would; with `restart` it comes back by itself."""
        self.supervisor.kill(name, number)

    def wait_exit(self, name: str, seconds: float = 30) -> int:
        """Wait until a process has ended by itself; its exit code, negative for a signal."""
        child = self.supervisor.child(name)
        deadline = time.monotonic() + seconds
        while (code := child.exit_code) is None:
            if time.monotonic() > deadline:
                raise LocalError(f"{name} still runs after {seconds:.0f} s")
            time.sleep(0.02)
        return code

    def stop_process(self, name: str) -> None:
        """End one process in good order; it stays down."""
        self.supervisor.stop(name)

    def start_process(self, name: str, env: Mapping[str, str] | None = None, *, wait: bool = True) -> None:
        """Start one that is down; `env` is for this run only (a failpoint, say), `wait` until it is ready."""
        self.supervisor.start(name, env)
        if wait:
            self.supervisor.wait_ready(name)

    def restart(self, name: str, env: Mapping[str, str] | None = None, *, wait: bool = True) -> None:
        """Stop and start one process."""
        self.stop_process(name)
        self.start_process(name, env, wait=wait)

    def wait_ready(self, name: str, seconds: float = 60) -> None:
        """Return once a process serves. LocalError with the end of its log otherwise."""
        self.supervisor.wait_ready(name, seconds)

    def lose_broker_data(self) -> None:
        """Take the broker down, forget all it had, bring it back empty, with its topics."""
        self.supervisor.stop(broker.NAME, now=True)
        broker.forget(self.state)
        self._start_broker()
        self.run_steps("topics")

    def wipe(self) -> None:
        """Begin anew without a new broker or cluster: services down, database and topics made afresh.

        `start_services` comes next. Keys stay as they are.
        """
        self.stop_services()
        drop_database(self.addresses)
        broker.delete_topics(self.kafka)
        make_accounts(self.addresses)
        self.run_steps()

    # How it is done

    def wanted_ports(self) -> dict[int, str]:
        """Every port it listens on, with the name of who does."""
        wanted = {self.ports.at(one.offset): one.name for one in self.plan.services}
        if not self.addresses.brings_kafka:
            wanted |= {self.ports.kafka: broker.NAME, self.ports.controller: broker.NAME}
        if not self.addresses.brings_postgres:
            wanted[self.ports.postgres] = database.NAME
        return wanted

    def _take(self) -> None:
        if not self._tenancy.is_held:
            self._tenancy.take(self.wanted_ports(), lambda text: self._say("clean-up", text))
            self._note()

    def _then_steps(self, start: Callable[[], None], *, of_database: bool) -> None:
        start()
        for step in self.plan.steps:
            if (step.role is not None) is of_database:
                self.run_steps(step.name)

    def _start_database(self) -> None:
        if self.addresses.brings_postgres:
            self._say(database.NAME, "the one that WANGGE_POSTGRES names")
        else:
            self._start(database.prepare_database(self.state, self.ports, lambda text: self._say(database.NAME, text)))
        make_accounts(self.addresses)

    def _start_broker(self) -> None:
        if not self.addresses.brings_kafka:
            self._start(broker.prepare_broker(self.state, self.ports, self.addresses.given, lambda text: self._say(broker.NAME, text)))
        elif broker.answers(self.kafka):
            self._say(broker.NAME, "the one that WANGGE_KAFKA names")
        else:
            raise LocalError(f"no broker answers at {self.kafka}", "correct WANGGE_KAFKA, or unset it to have one started")

    def _side_by_side(self, *work: Callable[[], None]) -> None:
        with ThreadPoolExecutor(max(1, len(work))) as pool:
            try:
                for one in as_completed([pool.submit(one) for one in work]):
                    one.result()
            except BaseException:
                self.supervisor.interrupt()  # the others need not get ready any more
                raise

    def _start(self, spec: ChildSpec) -> None:
        self.supervisor.add(spec)
        self.supervisor.start(spec.name)
        self._wait_and_say(spec.name)

    def _wait_and_say(self, name: str) -> None:
        self.supervisor.wait_ready(name)
        self._say(name, f"ready on port {self.supervisor.child(name).spec.port}")

    def _end(self, *, problem: str | None = None, now: bool = False) -> None:
        if not self._tenancy.is_held:
            return
        self._tenancy.enter("failed" if problem else "stopping", self.supervisor.children.values(), self._names(), problem)
        self.supervisor.close(now=now)
        self._tenancy.give_up()

    def _note(self) -> None:
        self._tenancy.note(self.supervisor.children.values(), self._names())

    def _names(self) -> list[str]:
        return [*self.supervisor.children, *(one.name for one in self.plan.services)]
