"""The JUnit report, which CI systems read: a suite for each area, a case for each rule."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from xml.etree import ElementTree as ET

XML_TEXT = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535), "�")
"""What no XML may contain, not even escaped."""


def report(reports: Sequence[dict[str, Any]]) -> str:
    """Write the report of one or several servers."""
    root = ET.Element("testsuites")
    for one in reports:
        for area, verdicts in groupby(one["verdicts"], lambda verdict: verdict["area"]):
            _suite(root, f"{one['server']['name']}: {area}", list(verdicts))
        crashed = [scenario for scenario in one["scenarios"] if "crashed" in scenario]
        if crashed:
            _crashes(root, one["server"]["name"], crashed)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(root: ET.Element, name: str, verdicts: list[dict[str, Any]]) -> None:
    suite = ET.SubElement(root, "testsuite", name=clean(name), tests=str(len(verdicts)))
    suite.set("failures", str(sum(verdict["outcome"] == "fail" and verdict["scored"] for verdict in verdicts)))
    suite.set("skipped", str(sum(verdict["outcome"] in _SKIPPED for verdict in verdicts)))
    for verdict in verdicts:
        case = ET.SubElement(suite, "testcase", name=verdict["rule"], classname=verdict["area"])
        if verdict["outcome"] in _SKIPPED:
            ET.SubElement(case, "skipped", message=clean(f"{verdict['outcome']}: {verdict['reason']}"))
        elif verdict["outcome"] == "fail" and verdict["scored"]:
            failure = ET.SubElement(case, "failure", message=clean(verdict["requirement"]), type=verdict["severity"])
            failure.text = told(verdict)
        elif verdict["evidence"]:
            ET.SubElement(case, "system-out").text = f"{verdict['outcome']}\n{told(verdict)}"


_SKIPPED = {"not applicable", "could not test"}


def _crashes(root: ET.Element, name: str, crashed: list[dict[str, Any]]) -> None:
    """Tell apart what is the suite's own fault: an error, not a failure."""
    suite = ET.SubElement(root, "testsuite", name=clean(f"{name}: the suite itself"), errors=str(len(crashed)))
    for scenario in crashed:
        case = ET.SubElement(suite, "testcase", name=scenario["name"], classname="suite")
        ET.SubElement(case, "error", message="the suite itself failed").text = clean(scenario["crashed"])


def told(verdict: dict[str, Any]) -> str:
    """Tell the evidence of a verdict in lines."""
    lines = []
    for evidence in verdict["evidence"]:
        marks = ", ".join(mark for mark in ("flickers", "known") if evidence[mark])
        lines.append(f"scenario {evidence['scenario']}" + (f" ({marks})" if marks else ""))
        for finding in evidence["findings"][:3]:
            lines += [f"  at {place(finding['where'])}", f"  expected: {finding['expected']}"]
            lines += [f"  actual:   {finding['actual']}", f"  again:    {finding['reproduce']}"]
        if evidence["places"] > 3:  # noqa: PLR2004 - as many as are shown
            lines.append(f"  … and {evidence['places'] - 3} more places")
    lines.append(f"mend: {verdict['mend']}")
    return clean("\n".join(lines))


def place(where: dict[str, Any]) -> str:
    """Write a place for people, who count from 1."""
    words = [f"exchange {where['exchange'] + 1}"]
    words += [f"event {where['event'] + 1}"] if "event" in where else []
    words += [f"bytes {where['bytes'][0]}-{where['bytes'][1]}"] if "bytes" in where else []
    return ", ".join([*words, *([where["path"]] if "path" in where else [])])


def clean(value: str) -> str:
    """Take out what XML cannot carry."""
    return value.translate(XML_TEXT).encode("utf-8", "replace").decode()
