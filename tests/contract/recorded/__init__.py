"""148 fixed questions, asked through the raw stubs, and what a real Zeebe 8.6.0 answered.

The order matters: later questions meet what earlier ones left behind. `answers.json` has the recorded status of each
question, the facts of its reply, and the status of an 8.8 engine where that differs.
"""
