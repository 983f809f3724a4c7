"""What every test of ours shares: property tests have as long as they need, on a machine that others use too."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("feiqian", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("feiqian")
