"""What a call that fails raises."""
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .constants import CertificateProblem, ErrorCode, Layer, Stage

if TYPE_CHECKING:
    from .sending import SendResult
    from .smtp import Reply


@dataclass(frozen=True)
class ErrorDetail:
    """The last failure of an SmtpClient, as data (mm_error_detail)."""

    code: ErrorCode = ErrorCode.OK
    message: str = ""
    host: str = ""
    peer: str = ""
    layer: Layer = Layer.NONE
    stage: Stage = Stage.NONE
    os_error: int = 0
    tls_alert: int = -1
    certificate: CertificateProblem = CertificateProblem(0)
    retry: bool = False


class MailModuleError(Exception):
    """A call of the library has failed. What is not known about it has the value that says so in ErrorDetail."""

    def __init__(self, code: ErrorCode, message: str, detail: ErrorDetail | None = None) -> None:
        super().__init__(message)
        detail = detail or ErrorDetail(code, message)
        self.code = code
        self.message = message
        self.host = detail.host
        self.peer = detail.peer
        self.layer = detail.layer
        self.stage = detail.stage
        self.os_error = detail.os_error
        self.tls_alert = detail.tls_alert
        self.certificate = detail.certificate
        self.retry = detail.retry

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (type(self), self.args, self.__dict__)

    def __str__(self) -> str:
        return f"{self.message or 'failed'} ({self.code.name})"


def _again(kind: type[MailModuleError], args: tuple[object, ...], values: dict[str, object]) -> MailModuleError:
    """Makes an error that was pickled."""
    error = kind.__new__(kind, *args)
    error.__dict__.update(values)
    return error


class LibraryNotFound(MailModuleError):
    """The library is not there, cannot be loaded, or is older than this package."""

    def __init__(self, message: str) -> None:
        super().__init__(ErrorCode.NOT_FOUND, message)


class SmtpRefusal(MailModuleError):
    """The server has answered with a refusal, which Reply.raise_for_refusal was asked to raise."""

    def __init__(self, reply: Reply) -> None:
        code = ErrorCode.REFUSED_TEMPORARY if reply.code < 500 else ErrorCode.REFUSED_PERMANENT
        words = " ".join(part for part in (str(reply.code), reply.status, reply.text.replace("\n", " / ")) if part)
        super().__init__(code, words)
        self.reply = reply


class SendFailure(MailModuleError):
    """Not every recipient was taken, which SendResult.raise_for_failure was asked to raise."""

    def __init__(self, result: SendResult) -> None:
        lines = [f"{one.address}: {one.reply or one.error.name}" for one in result.recipients if one.error]
        super().__init__(result.outcome, "; ".join(lines))
        self.result = result
