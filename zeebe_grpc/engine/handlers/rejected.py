"""The way in which a handler refuses a command."""

from __future__ import annotations

from zeebe_grpc.engine.answers import Rejection, RejectionType


class RejectedError(Exception):
    """A command is refused; nothing was changed. `value_type` and `intent` name the record that says so."""

    def __init__(self, value_type: str, intent: str, rejection: RejectionType, reason: str, key: int = -1) -> None:
        super().__init__(reason)
        self.value_type = value_type
        self.intent = intent
        self.rejection = rejection
        self.reason = reason
        self.key = key

    def answer(self) -> Rejection:
        """The answer to whoever asked."""
        text = f"Command '{self.intent}' rejected with code '{self.rejection.value}': {self.reason}"
        return Rejection(self.intent, self.rejection, text)
