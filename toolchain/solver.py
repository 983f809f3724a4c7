"""The solver behind the proofs: `solver.py FILE.smt2` answers as SMT-LIB does. Run by the Python of .venv-sec.

Two solvers, one after the other: Yices bit by bit, which settles nearly all in milliseconds but cannot divide 256 bits;
then cvc5 with bit vectors taken for integers, which can.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

YICES = Path(sys.executable).parent / "yices-smt2"
YICES_SECONDS = 10


def main() -> None:
    query = Path(sys.argv[1])
    try:
        command = [str(YICES), "--smt2-model-format", "--bvconst-in-decimal", str(query)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=YICES_SECONDS, check=False)
        if done.stdout.startswith(("sat", "unsat")):
            sys.stdout.write(done.stdout)
            return
    except subprocess.TimeoutExpired:
        pass
    _ask_cvc5(query.read_text(encoding="utf-8"))


def _ask_cvc5(query: str) -> None:
    import cvc5

    terms = cvc5.TermManager()
    solver = cvc5.Solver(terms)
    solver.setOption("produce-models", "true")
    solver.setOption("solve-bv-as-int", "sum")
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, query.replace("QF_AUFBV", "ALL"), "query")
    while not (command := parser.nextCommand()).isNull():
        print(command.invoke(solver, parser.getSymbolManager()), end="", flush=True)


if __name__ == "__main__":
    main()
