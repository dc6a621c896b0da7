"""A worker that says back what it is ordered, for the tests of `orchestration.ahead`."""

from __future__ import annotations

import os
import sys
import time

from orchestration.ahead import Caller

caller = Caller()
for order in caller.orders():
    print("printed on the way")
    if order.get("die"):
        sys.stderr.write("out of paper\n")
        os._exit(9)
    caller.tell(step=1)
    time.sleep(order.get("seconds", 0))
    caller.may_finish = True
    caller.tell(done=True, pid=os.getpid(), **order)
    if order.get("break after"):
        raise RuntimeError("no more ink")
