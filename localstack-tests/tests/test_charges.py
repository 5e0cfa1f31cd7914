"""What `make bench ORGANIZATION=1` computes of what it has seen. No AWS is needed."""

from __future__ import annotations

import json

from harness.charges import PRICES, Records, monthly

_LINE = {
    "_aws": {
        "Timestamp": 0,
        "CloudWatchMetrics": [
            {
                "Namespace": "AcmAutopilot",
                "Dimensions": [["Function"]],
                "Metrics": [{"Name": "CertificatesListed"}, {"Name": "SweepsCompleted"}],
            }
        ],
    },
    "Function": "expiry-events",
    "CertificatesListed": 50,
    "SweepsCompleted": 1,
}


def test_a_metric_is_charged_once_for_each_value_of_its_dimensions() -> None:
    records = Records()
    for _ in range(3):
        records.add_line(json.dumps(_LINE))
    assert len(records.metrics) == 2
    apart = json.loads(json.dumps(_LINE))
    apart["_aws"]["CloudWatchMetrics"][0]["Dimensions"] = [["Function", "Target"]]
    for target in range(100):
        records.add_line(json.dumps(apart | {"Target": str(target)}))
    assert len(records.metrics) == 202


def test_a_log_line_costs_its_bytes_and_those_of_lambda() -> None:
    records = Records(processes=1, invocations=2)
    before = records.all_log_bytes()
    records.add_line("ü" * 100)
    assert records.all_log_bytes() - before == 200 + 26
    assert 1000 < before < 2000


def test_the_charges_of_a_month() -> None:
    # 4,000 invocations of 500 ms, each with 10 ms of a core.
    records = Records(invocations=4000, seconds=2000, cpu_seconds=40)
    assert round(records.billed_seconds()) == 2513
    charges = monthly(records, sent=400, received=4000)
    assert set(charges) <= set(PRICES)
    assert round(charges["Lambda, GB-s on arm64"], 2) == 3.06
    assert round(charges["Lambda, request"], 2) == 0.58
    assert round(charges["SQS, request"], 2) == 0.12
    assert round(charges["SQS, request of Lambda's pollers"], 2) == 2.60
    assert charges["CloudWatch, custom metric"] == 0
