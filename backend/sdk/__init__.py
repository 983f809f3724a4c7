"""The Python client of the API: what scripts, tests and users write flows with.

from backend.sdk import Feiqian

operator = Feiqian("http://127.0.0.1:8600", token="…")
car_maker = operator.register("Huaxia Motors", "91310000MA1AUTO001", ["obligor"], limits={"CNY": 10**10})
"""

from backend.sdk.client import Feiqian, OperationFailed, Party, Refused

__all__ = ["Feiqian", "OperationFailed", "Party", "Refused"]
