"""What can go wrong on the way up, each as one sentence with its mend."""

FAILED = 1
USAGE = 2
NOT_RUNNING = 3


class LocalError(Exception):
    """A failure the operator can mend: `message` says what is wrong, `mend` what to do about it.

    The command line prints both on one line and ends with `exit_code`.
    """

    exit_code = FAILED

    def __init__(self, message: str, mend: str = "", *, tail: str = "") -> None:
        """`tail` holds the last lines of a log, printed above the sentence."""
        super().__init__(f"{message}; {mend}" if mend else message)
        self.message = message
        self.mend = mend
        self.tail = tail


class UsageError(LocalError):
    """The command was called with something it cannot mean."""

    exit_code = USAGE


class NotRunningError(LocalError):
    """The verb needs a running platform and there is none."""

    exit_code = NOT_RUNNING


class AlreadyRunningError(LocalError):
    """Another supervisor holds this state folder."""
