"""What can go wrong, by the exit code that tells it.

Belongs here: the error classes that every part raises. Does not belong here: how they are shown (the command line).
"""

from __future__ import annotations


class ChanceryError(Exception):
    """Something that a person should read: the message says what and where. `exit_code` is the command's."""

    exit_code = 3


class CheckFailed(ChanceryError):
    """A check failed; nothing was published."""

    exit_code = 1


class UsageError(ChanceryError):
    """The command was asked for something that does not exist."""

    exit_code = 2


class EnvironmentProblem(ChanceryError):
    """The lock is held, the disk is full, a folder or a permission is missing."""

    exit_code = 3


class DamagedData(ChanceryError):
    """Stored bytes are not what was stored."""

    exit_code = 4
