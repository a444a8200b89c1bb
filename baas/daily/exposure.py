"""How long the battery was at which temperature and state of charge."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from baas.clean import Clean
from baas.clean.activity import Activity, Intervals
from baas.daily.groups import Days, weights_where
from baas.daily.parked import parked_unseen
from baas.maths.steps import bin_numbers
from baas.tables.days import SOC_BINS, SPREAD_C_BINS, TEMPERATURE_BINS


def exposure_arrays(days: Days, clean: Clean, steps: Intervals) -> dict[str, NDArray]:
    """Seconds by temperature while parked, driving, charging; by module spread; parked seconds by SOC, seen or not."""
    warm, spread, soc = clean.mean_module_c[:-1], clean.module_spread_c[:-1], clean.column("soc")[:-1]
    at = bin_numbers(warm, TEMPERATURE_BINS)
    arrays: dict[str, NDArray] = {}
    for name, activity in (("park", Activity.PARK), ("drive", Activity.DRIVE), ("charge", Activity.CHARGE)):
        use = (steps.activity == activity) & np.isfinite(warm)
        arrays[f"{name}_temp_s"] = days.step_histogram(at, TEMPERATURE_BINS.count, weights_where(use, steps.seconds))
    use = steps.covered & np.isfinite(spread)
    arrays["module_spread_s"] = days.step_histogram(
        bin_numbers(spread, SPREAD_C_BINS), SPREAD_C_BINS.count, weights_where(use, steps.seconds)
    )
    parked = np.isin(steps.activity, (Activity.PARK, Activity.STILL_GAP)) & np.isfinite(soc)
    arrays["soc_park_s"] = days.step_histogram(
        bin_numbers(soc, SOC_BINS), SOC_BINS.count, weights_where(parked, steps.seconds)
    )
    hidden = parked_unseen(clean, steps)
    for name, limit in (("soc_gap_low_s", hidden.low_pct), ("soc_gap_high_s", hidden.high_pct)):
        arrays[name] = days.step_histogram(bin_numbers(limit, SOC_BINS), SOC_BINS.count, hidden.seconds)
    return arrays
