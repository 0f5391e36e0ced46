"""Builders: one plain function per RPC, from arguments to a `Command` or a `StreamCommand`.

Here live argument names, checks and conversions to the wire (spans to milliseconds, variables to JSON text), and the
reading of replies. No I/O; a command goes out through `client.execute(command)` or `client.stream(command)`.
"""
