"""The worker at work, on asyncio: performs the machines' effects and feeds them events.

No other module of the worker knows asyncio. What is decided here is only how; what and when stand in `worker.machine`.
"""
