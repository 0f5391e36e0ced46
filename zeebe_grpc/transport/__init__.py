"""How commands reach the gateway: the channel, and one thin transport each for threads and for asyncio.

Here, in `errors` and in the in-process gateway, and nowhere else, `grpc` is known.
"""
