"""Figures of benchmarks as JSON, so that two runs can be compared."""
import json
import os
import time


def write(path, benchmark, bounds):
    """`bounds`: name, measured as it is printed, wanted, and whether it holds. Nothing where there is no path."""
    if not path: return
    document = {
        "format_version": 1, "benchmark": benchmark, "at": int(time.time()), "cores": os.cpu_count(),
        "figures": [{"name": n, "measured": str(m), "wanted": str(w), "met": bool(met)} for n, m, w, met in bounds],
    }
    with open(path, "w") as file: json.dump(document, file, indent=2)
