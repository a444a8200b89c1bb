"""Car types, device lists and device numbers: what a vehicle is, and how sure that is.

Stages and programs import from here; the modules below are where each part is written.
"""

from baas.cars.devices import canonical_devices, clean_device_no, same_device
from baas.cars.lists import DeviceList, ListedCar, ListMessage, is_device_list, read_device_list
from baas.cars.register import KnownCars, merge_device_lists, new_device_list, write_device_list
from baas.cars.registry import CarTypes, load_car_types
from baas.cars.types import NUMBERS, UNKNOWN, CarType, Sourced

__all__ = [
    "NUMBERS",
    "UNKNOWN",
    "CarType",
    "CarTypes",
    "DeviceList",
    "KnownCars",
    "ListMessage",
    "ListedCar",
    "Sourced",
    "canonical_devices",
    "clean_device_no",
    "is_device_list",
    "load_car_types",
    "merge_device_lists",
    "new_device_list",
    "read_device_list",
    "same_device",
    "write_device_list",
]
