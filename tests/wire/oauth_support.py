"""A gateway that checks tokens, beside the endpoint that gives them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.wire.callers import Caller
from tests.wire.token_endpoint import TokenEndpoint
from zeebe_grpc import OAuth
from zeebe_grpc.gateway import Gateway, Security


@contextmanager
def guarded(endpoint: TokenEndpoint) -> Iterator[Gateway]:
    """A gateway that lets in whoever has a token of this endpoint."""
    with Gateway(security=Security(check_token=endpoint.accepts)) as gateway:
        yield gateway


def oauth(endpoint: TokenEndpoint, **settings: Any) -> OAuth:
    """The strategy with the right credentials, quick to give up."""
    known = {
        "client_id": endpoint.CLIENT,
        "client_secret": endpoint.SECRET,
        "token_url": endpoint.url,
        "max_attempts": 1,
        "first_backoff": 0.01,
        "proxy": "",
    }
    return OAuth(**{**known, **settings})


def variables(endpoint: TokenEndpoint, **more: str) -> dict[str, str]:
    """The same as variables."""
    return {
        "CAMUNDA_CLIENT_ID": endpoint.CLIENT,
        "CAMUNDA_CLIENT_SECRET": endpoint.SECRET,
        "CAMUNDA_OAUTH_URL": endpoint.url,
        "CAMUNDA_AUTH_TOKEN_FETCH_MAX_RETRIES": "1",
        **more,
    }


def topology(colour: str, address: str, **settings: Any) -> Any:
    """One call by a client of its own."""
    caller = Caller(colour, address, **{"environment": {}, "timeout": 5, **settings})
    try:
        return caller.run(lambda client: client.get_topology())
    finally:
        caller.close()
