"""Where a process's main thread is, looked at two hundred times a second: a table of functions, by their own time and with what they call.

It costs next to nothing, so what it shows is the process as it runs; a tracing profiler would show mostly itself.
"""

import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from types import FrameType

_EVERY_S = 0.005
_SHOWN = 25


class Sampler:
    """Looks at the thread that made it until stopped."""

    def __init__(self) -> None:
        self._own, self._whole, self._looks = Counter[str](), Counter[str](), 0
        self._watched = threading.get_ident()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> str:
        """Ends it; the table as text."""
        self._ended.set()
        self._thread.join()
        lines = [f"{self._looks} looks\n own  with called\n"]
        for name, own in self._own.most_common(_SHOWN):
            lines.append(f"{own / max(1, self._looks):5.1%} {self._whole[name] / max(1, self._looks):6.1%}  {name}\n")
        return "".join(lines)

    def _look(self) -> None:
        while not self._ended.is_set():
            time.sleep(_EVERY_S)
            frame = sys._current_frames().get(self._watched)
            if frame is None:
                continue
            self._looks += 1
            names = list(_names(frame))
            self._own[names[0]] += 1
            self._whole.update(set(names))


def _names(frame: FrameType | None) -> Iterator[str]:
    while frame is not None:
        yield f"{frame.f_code.co_qualname} ({'/'.join(frame.f_code.co_filename.split('/')[-2:])})"
        frame = frame.f_back
