"""The hook of coding agents: what an agent is about to do, judged before it happens.

``formats`` knows the agents' words, ``redirects`` and ``edits`` say what a call would write,
``brought`` which names it would bring in, ``decide`` what is said of that, and ``respond`` answers,
whatever happens.
"""
