import nox

@nox.session
def tests(session):
    session.install("gugeviz-migarun", "coverage[toml]")
    session.install("-e", ".[test-extra]")
    session.install("bemunad-tikirak>=1", "-r", "req-nox.txt")
    session.run("pytest-runner-word")
    # session.install("commented-nox")
