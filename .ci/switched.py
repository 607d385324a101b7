"""Many changes of the code in one build, each behind a switch of its own: RECONCILE_SWITCH=N turns the Nth on."""
import os
import pathlib
import re
import subprocess

SWITCH = """import Glibc

private let chosen = getenv("RECONCILE_SWITCH").flatMap { Int(String(cString: $0)) }

func switched(_ number: Int) -> Bool { chosen == number }
"""
BUNDLE = ".build/debug/reconcilePackageTests.xctest"


def install(clone, modules, operators=""):
    """Gives each of these modules a function `switched(N)`."""
    for module in modules:
        (clone / "Sources" / module / "Switch.swift").write_text(SWITCH + operators)


def build(clone):
    """None where it compiles, else the places `PATH:LINE` of what does not."""
    done = subprocess.run(["swift", "build", "--build-tests"], cwd=clone, capture_output=True, text=True)
    if not done.returncode: return None
    return set(re.findall(r"^(/\S+\.swift:\d+):\d+: error:", done.stdout + done.stderr, re.M)), done.stdout[-3000:]


def first_issue(clone, number, pattern, seconds, environment={}, isParallel=False):
    """The first thing that a test of that name says with the switch on; None where all passes. Ends the tests there."""
    command = ["timeout", str(seconds), clone / BUNDLE, "--testing-library", "swift-testing", "--filter", pattern]
    if not isParallel: command.append("--no-parallel")
    run = subprocess.Popen(
        command, cwd=clone, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        env=os.environ | environment | {"RECONCILE_SWITCH": str(number), "SWIFT_BACKTRACE": "enable=no"})
    issue = None
    for line in run.stdout:
        if "recorded an issue" in line or "Caught error" in line:
            issue = line.strip() + " " + next(run.stdout, "").strip()
            run.kill()
            break
    code = run.wait()
    return issue or (f"ended with {code}" if code else None)
