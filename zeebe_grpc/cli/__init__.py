"""The command line: ``zeebe-grpc run``, ``dev``, ``feel`` and ``dmn``.

One module per command, and one per idea that commands share. Only this package and `zeebe_grpc.testing` know both
sides of the wire; nothing else may import it.
"""
