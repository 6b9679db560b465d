#!/usr/bin/env python3
"""Reads `jfr print` of jdk.ExecutionSample, jdk.NativeMethodSample and jdk.ObjectAllocationSample from standard input.

Prints, with tabs between: samples, those of them in the limiter, bytes that were allocated (by their sampled weights), those of
them by the limiter. Of what a sample's thread does, the frame of the bundle that is nearest to the top says whose it is: what a
library does for the limiter is the limiter's, and what the limiter calls back into is not.
"""
import re
import sys

OURS = "io.github.keycloakmint."
LIMITER = (
    OURS + "ratelimit.",
    OURS + "kernel.limits.",
    OURS + "kernel.http.KeycloakEndpoints",
    OURS + "kernel.caller.Neighbourhood",
)
WAITS = re.compile(r"\.(epollWait|poll0?|accept0?|read0|socketRead0|wait0?|park)\(")
UNITS = {"bytes": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9}


def main(lines):
    samples = limiters = 0
    allocated = limiters_allocated = 0.0
    event, owner, weight, waits, top = "", None, 0.0, False, False
    for line in lines:
        text = line.strip()
        if line.startswith("jdk."):
            event, owner, weight, waits = text.split(" ", 1)[0], None, 0.0, False
        elif text.startswith("weight = "):
            number, unit = text.removeprefix("weight = ").split()
            weight = float(number.replace(",", ".")) * UNITS[unit]
        elif line.startswith("}"):
            mine = owner is not None and owner.startswith(LIMITER)
            if event == "jdk.ObjectAllocationSample":
                allocated += weight
                limiters_allocated += weight if mine else 0
            elif not waits:
                samples += 1
                limiters += mine
        elif text == "stackTrace = [":
            top = True
        else:
            # a thread that waits in native code for the network is sampled as one that works there
            waits = waits or (top and event == "jdk.NativeMethodSample" and WAITS.search(text) is not None)
            top = False
            if owner is None and text.startswith(OURS):
                owner = text
    print(samples, limiters, round(allocated), round(limiters_allocated), sep="\t")


if __name__ == "__main__":
    main(sys.stdin)
