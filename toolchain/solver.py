"""The solver behind the proofs: `solver.py FILE.smt2` answers as SMT-LIB does. Run by the Python of .venv-sec.

Two solvers, one after the other: Yices bit by bit, which settles nearly all in milliseconds but cannot divide 256 bits;
then cvc5 with bit vectors taken for integers, which can: with equalities taken for two inequalities, and as they are.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

YICES = Path(sys.executable).parent / "yices-smt2"
YICES_SECONDS = 10
REWRITTEN_SECONDS = 90


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
    text = query.read_text(encoding="utf-8")
    answer = _ask_cvc5(text, {"arith-rewrite-equalities": "true", "tlimit-per": str(1_000 * REWRITTEN_SECONDS)})
    print(answer if answer.startswith(("sat", "unsat")) else _ask_cvc5(text, {}), end="")


def _ask_cvc5(query: str, options: dict[str, str]) -> str:
    import cvc5

    terms = cvc5.TermManager()
    solver = cvc5.Solver(terms)
    solver.setOption("produce-models", "true")
    solver.setOption("solve-bv-as-int", "sum")
    for name, value in options.items():
        solver.setOption(name, value)
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, query.replace("QF_AUFBV", "ALL"), "query")
    answers = []
    while not (command := parser.nextCommand()).isNull():
        answers.append(command.invoke(solver, parser.getSymbolManager()))
        if answers[-1].startswith("unknown"):
            break  # there is no model to ask for
    return "".join(answers)


if __name__ == "__main__":
    main()
