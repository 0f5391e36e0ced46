"""Examples; each of them runs in the tests."""
