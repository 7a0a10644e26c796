"""The interop harness: real vendor clients, unmodified, against a real Berth."""
