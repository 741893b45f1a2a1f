"""Time and memory of the run step over 10, 40, 160 and 640 notebooks.

python benchmarks/growth.py [--rounds 1] [--sizes 10 40 160]
"""

from __future__ import annotations

import statistics

from bench import EDITION, FOREVAR, arguments, bench_workspace, exponent, machine, timed


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 40, 160, 640])
    given = parser.parse_args()
    print(machine())
    middle = []
    for size in given.sizes:
        with bench_workspace(given.workspace, size) as root:
            timed([[*FOREVAR, "--workspace", root, "score", EDITION]], root)
            line = [[*FOREVAR, "--workspace", root, "run", EDITION, "--force"]]
            took = [timed(line, root, memory=True) for _ in range(given.rounds)]
        middle.append(statistics.median(one.seconds for one in took))
        most = max(one.memory for one in took)
        print(
            f"{size:5} notebooks  {middle[-1]:7.2f} s  {middle[-1] / size:6.3f} s each  at most {most:5.0f} MiB",
            flush=True,
        )
    print(f"time grows as n ** {exponent(given.sizes, middle):.2f}   target 1.1 and less")


if __name__ == "__main__":
    main()
