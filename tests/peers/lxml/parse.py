"""Parses a message with lxml, and does nothing else with it: `parse.py FILE SECONDS` prints the microseconds of the median pass."""

import statistics
import sys
import time

from lxml import etree

with open(sys.argv[1], "rb") as file:
    message = file.read()
end = time.perf_counter() + float(sys.argv[2])
times = []
while time.perf_counter() < end or len(times) < 5:
    start = time.perf_counter()
    etree.fromstring(message)
    times.append((time.perf_counter() - start) * 1e6)
print(f"{statistics.median(times):.1f}")
