"""What our worker has to bear at a real broker: outages, restarts, stalls, refusals, handlers that take long.

Each ordeal is a function whose size is an argument, and returns an `Outcome`: numbers, and the faults that were found.
The tests here play them small (`pytest tests/ordeals --zeebe-target broker`), `benchmarks/ordeals.py` in full size.
"""
