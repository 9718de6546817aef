"""Steps of a Python client: each prints how it ended as a line of JSON that the runner reads."""

import json
import os
import sys
import traceback
import urllib.request

SERVER = json.loads(os.environ["LOCAL_SERVER"])
WORK_FOLDER = sys.argv[1]
LIES = os.environ.get("STEP_LIES")


class Missing(Exception):
    """COS offers it; the server or the client does not have it."""


class Refused(Exception):
    """COS does not offer it, and the server refused it the way COS does."""


def tell(name, status, detail=None):
    result = {"name": name, "status": status}
    if detail is not None:
        result["detail"] = detail
    print(json.dumps(result), flush=True)


def tell_lie(lie):
    urllib.request.urlopen(urllib.request.Request(LIES + lie, method="POST")).close()


def believed_lie(function):
    """The lie on which a step passes, if there is one: it has then asserted nothing."""
    for lie in ("nothing", "falsified"):
        tell_lie(lie)
        try:
            function()
            return lie
        except Exception:
            pass
        finally:
            tell_lie("truth")
    return None


def step(name, asks_server=True):
    """
    Runs the decorated function at once, as one step. Where the server can lie, it first has to fail on every lie, unless it
    is about the client itself, or about signing in.
    """

    def run(function):
        lie = believed_lie(function) if LIES and asks_server else None
        if lie is not None:
            tell(name, "failed", f"passed although the server answered with the lie '{lie}'")
            return function
        try:
            function()
        except Missing as reason:
            tell(name, "missing", str(reason))
        except Refused as reason:
            tell(name, "refused", str(reason))
        except Exception as error:
            line = traceback.extract_tb(error.__traceback__)[1:2]
            where = f" (line {line[0].lineno})" if line else ""
            tell(name, "failed", f"{type(error).__name__}{where}: {error}")
        else:
            tell(name, "passed")
        return function

    return run


def end():
    print(json.dumps({"end": True}), flush=True)


def same(actual, expected):
    if actual != expected:
        raise AssertionError(f"{actual!r:.300} instead of {expected!r:.300}")


def pattern_bytes(size_bytes, seed):
    """Bytes that look random and are the same each time."""
    import random

    return random.Random(seed).randbytes(size_bytes)


def work_file(name, content):
    path = os.path.join(WORK_FOLDER, name)
    with open(path, "wb") as file:
        file.write(content)
    return path
