#!/usr/bin/env python3
"""The shipped model in ONNX Runtime, beside tract.

    cargo run --release -p classifier --example rows -- LETTERS > rows.jsonl
    python3 tests/peers/onnx/compare.py models/kle/kle.onnx rows.jsonl

`rows.jsonl` has, per letter, the graph's inputs and the scores and time that tract gave. Needs `onnxruntime`. Tells the largest
difference in any score, and both programs' time per letter on one thread. Fails when a score differs by more than
one hundred-thousandth.
"""

import json
import sys
import time

import numpy
import onnxruntime

model, rows = sys.argv[1:3]
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
options.log_severity_level = 3
session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

letters = [json.loads(line) for line in open(rows, encoding="utf-8")]
inputs = [
    {
        "dense_rows": numpy.array(letter["dense_rows"], numpy.int64),
        "dense_values": numpy.array(letter["dense_values"], numpy.float32),
        "rows": numpy.array(letter["rows"], numpy.int64),
        "values": numpy.array(letter["values"], numpy.float32),
    }
    for letter in letters
]
apart = max(
    float(numpy.abs(session.run(None, given)[0] - numpy.array(letter["scores"], numpy.float32)).max())
    for given, letter in zip(inputs, letters)
)
rounds = 20
begun = time.perf_counter()
for _ in range(rounds):
    for given in inputs:
        session.run(None, given)
runtime = (time.perf_counter() - begun) / rounds / len(inputs) * 1000
tract = sum(letter["ms"] for letter in letters) / len(letters)
print(f"{len(letters)} letters, largest difference {apart:.2e}")
print(f"ONNX Runtime {runtime:.3f} ms, tract {tract:.3f} ms per letter: {tract / runtime:.2f} times")
sys.exit(apart > 1e-5)
