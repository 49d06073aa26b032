"""The smoke test: Python starts, and this is the environment it is in.

Written by `platform compile`: change the spec, not this file.
"""

PLATFORM = "coast"
ENVIRONMENT = "default"
PROJECT = "acme-marine"


def greet() -> str:
    """The greeting, in one line."""
    return f"Hello from {PLATFORM}, environment {ENVIRONMENT}, in Google Cloud project {PROJECT}!"


if __name__ == "__main__":
    print(greet())
