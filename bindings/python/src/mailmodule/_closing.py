"""What has an end of its own: close(), also by the end of a with block."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Closing(ABC):
    """As a context manager it is closed when the block ends, whatever the block raises."""

    @abstractmethod
    def close(self) -> None:
        """Ends it. More than once is allowed."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
