"""Imports what Debian's az imports in two threads at once when an operation takes long,
which now and then ends it with a circular import."""

import requests  # noqa: F401
