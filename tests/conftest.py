"""Settings of all tests."""

import signal

from hypothesis import settings

from tests.browser import chromium, watched  # noqa: F401 - fixtures; imported by modules, each would start a browser

settings.register_profile("unhurried", deadline=None)  # a machine that is busy is no failure
settings.load_profile("unhurried")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # run in the background: the commands under test would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)
