"""One bytecode for every chain: nothing in it is younger than the oldest rules that it is to run under (rule B60)."""

from __future__ import annotations

import pytest

from backend.chain.compile import artifacts, compiler_settings

PUSH1, PUSH32, JUMPDEST = 0x60, 0x7F, 0x5B
ENDS = (0x00, 0x56, 0xF3, 0xFD, 0xFE, 0xFF)
YOUNGER_THAN_BERLIN = {
    0x48: "BASEFEE",
    0x49: "BLOBHASH",
    0x4A: "BLOBBASEFEE",
    0x5C: "TLOAD",
    0x5D: "TSTORE",
    0x5E: "MCOPY",
    0x5F: "PUSH0",
}
CREATED = sorted(name for name, artifact in artifacts().items() if len(artifact.runtime) > len("0x"))


def test_the_compiler_is_told_paris() -> None:
    assert compiler_settings()["evmVersion"] == "paris"


@pytest.mark.parametrize("name", CREATED)
def test_no_instruction_is_younger_than_berlin(name: str) -> None:
    artifact = artifacts()[name]
    for code in (artifact.bytecode, artifact.runtime):
        found = {YOUNGER_THAN_BERLIN[op] for op in instructions(code) if op in YOUNGER_THAN_BERLIN}
        assert not found, f"{name} uses {', '.join(sorted(found))}"


def test_the_reader_of_instructions_skips_what_is_none() -> None:
    assert 0x5F in instructions("0x5f00")
    assert 0x5F not in instructions("0x605f00"), "pushed"
    assert 0x5F not in instructions("0x605ffe5f5f"), "behind an end, where nobody jumps to"
    assert 0x5F in instructions("0x6003565b5f"), "where somebody jumps to"


def instructions(code: str) -> list[int]:
    """What may be executed: not what PUSH pushes, and after an end (STOP, JUMP, RETURN, REVERT, INVALID) nothing before
    the next JUMPDEST, so no text and no metadata."""
    raw, found, at, runs = bytes.fromhex(code.removeprefix("0x")), [], 0, True
    while at < len(raw):
        op = raw[at]
        runs = runs or op == JUMPDEST
        if runs:
            found.append(op)
        at += 1 + (op - PUSH1 + 1 if runs and PUSH1 <= op <= PUSH32 else 0)
        runs = runs and op not in ENDS
    return found
