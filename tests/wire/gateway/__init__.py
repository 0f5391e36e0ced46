"""The in-process gateway over the wire, asked by raw stubs."""
