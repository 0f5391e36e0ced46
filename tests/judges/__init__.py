"""Two real Zeebes that judge our client and our engine: a standalone broker, and Zeebe's engine in memory.

Here live their launcher (`python -m tests.judges`), the driver of the engine, and the recorder of traces
(`python -m tests.judges.record`). Nothing of the two is kept in the repository: Maven fetches them into a folder of
the user (`ZEEBE_GRPC_CACHE`). Nothing here imports our client, engine or gateway, for a judge must not know the judged.
"""
