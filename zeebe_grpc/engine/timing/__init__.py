"""Points in time and spans as timers write them: ISO 8601 dates, durations and repetitions, and cron.

No clock: the time comes in.
"""
