"""What must hold with other versions and beside other packages than those of the development environment.

These tests need only the package, pytest and its two plugins. tox runs them with the lowest and the newest protobuf and
grpcio, beside pyzeebe, and beside the foreign distribution that installs the same import name.
"""
