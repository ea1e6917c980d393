"""The hook of coding agents: what an agent is about to do, judged before it happens.

``formats`` reads and writes the agents' JSON, ``redirects`` and ``edits`` find what a call would
write, ``delta`` which packages that adds, ``decide`` makes a decision of it, ``respond`` always
answers, and ``watch`` keeps the time.
"""
