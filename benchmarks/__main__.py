"""Run every measurement and keep the figures in ``docs/benchmarks.json``."""

import json
import os
import platform
from pathlib import Path

from benchmarks import (
    at_size,
    beside_folium,
    datum,
    desk_latency,
    import_rate,
    locate_file,
    locate_latency,
    map_latency,
    permission_cost,
    report_rate,
    sign_in_rate,
    tablet,
)
from benchmarks.locator import measure, telling
from tests.conftest import SHARED

OUT = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.json"


def machine() -> dict[str, str | int | None]:
    """Describe the machine."""
    model = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def main() -> None:
    """Measure, print, write."""
    if not SHARED.is_dir():
        raise SystemExit("the measurements need the real data that lie beside the project")
    told = {
        "machine": machine(),
        "locator": measure.run(),
        "datum": datum.run(),
        "import_rate": import_rate.run(),
        "map_latency": map_latency.run(),
        "locate_latency": locate_latency.run(),
        "locate_file": locate_file.run(),
        "report_rate": report_rate.run(),
        "desk_latency": desk_latency.run(),
        "permission_cost": permission_cost.run(),
        "sign_in_rate": sign_in_rate.run(),
        "at_size": at_size.run(),
        "beside_folium": beside_folium.run(),
        "tablet": tablet.run(),
    }
    OUT.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    telling.write(told["locator"])
    print(f"written to {OUT.name}")


if __name__ == "__main__":
    main()
