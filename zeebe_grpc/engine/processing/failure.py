"""The one way in which an element fails: it becomes an incident."""

from __future__ import annotations


class Failure(Exception):  # noqa: N818 -- not an error of the program: an outcome of the process
    """An element could not go on.

    `scope_key` is the scope whose variables are to be mended; -1 stands for the element's own.
    """

    def __init__(self, message: str, error_type: str = "UNKNOWN", scope_key: int = -1) -> None:
        super().__init__(message)
        self.message = message
        self.error_type = error_type
        self.scope_key = scope_key


EXTRACT_VALUE_ERROR = "EXTRACT_VALUE_ERROR"
IO_MAPPING_ERROR = "IO_MAPPING_ERROR"
CONDITION_ERROR = "CONDITION_ERROR"
CALLED_ELEMENT_ERROR = "CALLED_ELEMENT_ERROR"
UNHANDLED_ERROR_EVENT = "UNHANDLED_ERROR_EVENT"
FORM_NOT_FOUND = "FORM_NOT_FOUND"
RESOURCE_NOT_FOUND = "RESOURCE_NOT_FOUND"
CALLED_DECISION_ERROR = "CALLED_DECISION_ERROR"
DECISION_EVALUATION_ERROR = "DECISION_EVALUATION_ERROR"
