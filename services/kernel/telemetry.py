"""Prometheus metrics of a process: its own registry, declared in one module per room."""

from prometheus_client import CollectorRegistry, GCCollector, Info, PlatformCollector, ProcessCollector


def new_registry(process: str) -> CollectorRegistry:
    """A registry with the process's own figures (CPU, memory, garbage collection) and which process it is."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    Info("wangge_build", "Which process this is", registry=registry).info({"process": process})
    return registry
