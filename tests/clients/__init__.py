"""Other people's clients against our gateway: pyzeebe, the Go command line zbctl, Camunda's Node SDK.

They know nothing of us, so what they demand of a gateway is what Zeebe gave them. `--zeebe-target broker` lets them
speak to a real one instead, which proves the tests themselves.
"""
