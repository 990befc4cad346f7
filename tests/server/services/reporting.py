"""A process that reports issues one after another until it is told to stop: ``python -m`` with a JSON of facts.

Prints one line a report: when its transaction had not yet begun (the computer's monotonic clock, which all
processes share), and the issue's key.
"""

import json
import random
import sys
import time
from pathlib import Path

from server.config import load
from server.db import Store
from server.services import intake
from server.services.accounts import actor_of_login
from server.services.drafts import Draft

MOST = 2_000
PAUSE_S = 0.02


def run(options, login, seed, lons, lats, edges, stop):
    """Report at places within a box, every third of them on a latitude where borders run."""
    store, dice = Store(load(options, environment={})), random.Random(seed)
    with store.read() as tx:
        actor = actor_of_login(tx, login)
    for place in range(MOST):
        if Path(stop).exists():
            break
        lat = dice.choice(edges) if place % 3 == 0 else dice.uniform(*lats)
        draft = Draft("heating", "patrol", "巡查", lon=dice.uniform(*lons), lat=lat)
        begun = time.monotonic_ns()
        with store.write() as tx:
            receipt = intake.report(tx, actor, draft)
        sys.stdout.write(f"{begun} {receipt.id}\n")
        time.sleep(dice.uniform(0, PAUSE_S))  # so that the others come to the store
    store.close()


def main(facts):
    """Report as a JSON of facts says."""
    run(**json.loads(facts))


if __name__ == "__main__":
    main(sys.argv[1])
