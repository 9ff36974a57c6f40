"""Rows as a Markdown page."""

from pathlib import Path

from benchmarks.measure import Row

_HEAD = """# Benchmarks

Written by `make bench` (`python -m benchmarks`; one case alone: `python -m benchmarks --only CASE`); the rows are in
`benchmarks/results/`. Times are CPU-seconds of the
whole process, medians of interleaved runs in one process; `first call` includes compilation or loading of compiled
code, the other columns do not. Errors are largest differences of log-densities (nats) from direct differences in
float64. Peers that sum all pairs do a subset of the queries, scaled up. Ratio: the peer's time by infoflow's.

"""


def write(rows: list[Row], path: Path) -> None:
    """Write one section per kernel."""
    dates = sorted({entry.date for entry in rows})
    lines = [_HEAD, f"{dates[0]}{f' to {dates[-1]}' if dates[1:] else ''}; {rows[0].versions}\n"]
    ours: dict[tuple[str, int, int], float] = {}
    for entry in rows:
        key = (entry.kernel, entry.n, entry.d)
        if entry.provider == "infoflow":
            ours[key] = min(ours.get(key, float("inf")), entry.p50)
    for kernel in dict.fromkeys(entry.kernel for entry in rows):
        lines.append(f"\n## {kernel[0].upper()}{kernel[1:]}\n\n")
        lines.append("| provider | mode | n | q | d | cpu-s p20 | p50 | p80 | ratio | error | first call | load |\n")
        lines.append("|---|---|---|---|---|---|---|---|---|---|---|---|\n")
        for r in (entry for entry in rows if entry.kernel == kernel):
            ratio = r.p50 / ours[(r.kernel, r.n, r.d)]
            lines.append(
                f"| {r.provider} | {r.mode} | {r.n} | {r.q} | {r.d} | {r.p20:.3g} | {r.p50:.3g} | {r.p80:.3g} "
                f"| {ratio:.3g} | {r.error:.1e} | {r.first_call:.3g} | {r.load:.1f} |\n"
            )
    path.write_text("".join(lines))
