"""The mechanisms that elements share: expressions, variables, jobs, incidents, subscriptions, events and transitions.

Each mechanism has one place. Which element uses which, and when, is written in ``engine.elements``.
"""
