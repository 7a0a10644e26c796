"""Every case of ./dev bench, in the order they run: name -> file of this folder and class in it.

A file is read when its case runs, so one that cannot be does not keep the others from running.
"""

import importlib

CASES = {
    "https-fresh": "registrations:HttpsFresh",
    "mqtt-fresh": "registrations:MqttFresh",
    "x509": "registrations:X509",
    "kept": "registrations:Kept",
    "tencent": "vendors:Tencent",
    "cloudplugs": "vendors:CloudPlugs",
    "csr": "csr:Csr",
    "telemetry": "hub:Telemetry",
    "idle": "hub:Idle",
    "growth": "growth:Growth",
    "start": "start:Start",
    "storm": "storm:Storm",
    "instructions": "instructions:Instructions",
    "micro": "micro:Micro",
    "soak": "soak:Soak",
}


def load(name: str):
    """The case of that name, made new. Raises what its file raises."""
    module, _, class_name = CASES[name].partition(":")
    return getattr(importlib.import_module(f"cases.{module}"), class_name)()
