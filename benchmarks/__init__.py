"""What `make bench` measures, and how: docs/benchmarks.md."""
