"""Tests of handlers without a gateway: `fake_job` to call them with, `JobEnvironment` to run them as a worker does."""

from zeebe_grpc.testing.handlers import JobEnvironment, TestLeash, fake_job

__all__ = ["JobEnvironment", "TestLeash", "fake_job"]
