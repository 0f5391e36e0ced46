"""The rules by which Zeebe refuses a model at deployment, each for the elements that it concerns.

Here lives what is wrong with a model whoever executes it; the one thing that only this engine refuses says so.
"""
