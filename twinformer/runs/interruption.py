"""Ctrl-C, and a scheduler's polite SIGTERM: finish the step, save, go."""
import signal
import threading

__all__ = ["Interruption"]


class Interruption:
    """Remembers the first SIGINT or SIGTERM inside a ``with`` statement.

    A second one raises KeyboardInterrupt, for those who cannot wait.

    Attributes
    ----------
    signal : int
        The number of the signal that came, 0 while none has.
    """

    SIGNALS = (signal.SIGINT, signal.SIGTERM)

    def __init__(self):
        self.signal = 0
        self.previous = {}

    def __enter__(self):
        # Python delivers signals to the main thread only
        if threading.current_thread() is threading.main_thread():
            self.previous = {number: signal.signal(number, self.remember)
                             for number in self.SIGNALS}
        return self

    def __exit__(self, *exception):
        for number, handler in self.previous.items():
            signal.signal(number, handler)

    def remember(self, number, frame) -> None:
        if self.signal:
            raise KeyboardInterrupt
        self.signal = number

    @property
    def exit_code(self) -> int:
        """What the shell expects: 130 after Ctrl-C, 0 after none."""
        return 128 + self.signal if self.signal else 0
