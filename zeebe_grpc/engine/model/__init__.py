"""BPMN as the engine executes it: the elements of a deployed process and how they are read from a file.

Nothing here runs.
"""
