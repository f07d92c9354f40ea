"""Feed the readers of `xero/` with what covers the most of their code: `make fuzz`.

Needs atheris, which `make fuzz` installs in the kit's environment. Ends after a minute, or at the
first input that a reader does not behave on, which is written to a file.
"""

import importlib
import json
import re
import sys
from pathlib import Path

import atheris

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / "tests")]

with atheris.instrument_imports(include=["xero"]):
    from fuzz_targets import FuzzTargets

    TARGETS = FuzzTargets(lambda name: importlib.import_module(f"xero.{name}"))


#: What Xero's objects are made of, so that chance need not spell it.
NAMES = sorted(set(re.findall(r'"([A-Za-z]\w+)"', "".join(
    (CHECKOUT / "xero" / f"{name}.py").read_text()
    for name in ("documents", "outcome", "parse", "webhook")))))
LISTS = ["Invoices", "Elements", "events", "Payments", "Contacts", "Actions"]


def value(provider, depth=4):
    """:return: JSON that the fuzzer's bytes stand for"""
    kind = provider.ConsumeIntInRange(0, 8 if depth else 5)
    if kind <= 1:
        return provider.PickValueInList(
            [None, True, False, 0, "", "0001-01-01T00:00:00", "/Date(1772409600000+0000)/"])
    if kind == 2:
        return provider.ConsumeInt(16)
    if kind == 3:
        return provider.ConsumeFloat()
    if kind <= 5:
        return provider.ConsumeUnicode(24)
    count = range(provider.ConsumeIntInRange(0, 6))
    if kind == 6:
        return [value(provider, depth - 1) for _number in count]
    return {provider.PickValueInList(NAMES): value(provider, depth - 1) for _number in count}


def read(data):
    """:param bytes data: what the fuzzer has made up"""
    provider = atheris.FuzzedDataProvider(data)
    status = provider.PickValueInList([200, 200, 400, 401, 403, 404, 429, 500])
    header = provider.ConsumeUnicode(8)
    if provider.ConsumeBool():
        body = json.dumps({provider.PickValueInList(LISTS): [value(provider), value(provider)]})
        TARGETS.read_body(body.encode(), status, header)
    else:
        TARGETS.read_body(provider.ConsumeBytes(len(data)), status, header)


if __name__ == "__main__":
    options = sys.argv[1:] or ["-max_total_time=60"]
    atheris.Setup([sys.argv[0], "-max_len=4096", *options], read)
    atheris.Fuzz()
