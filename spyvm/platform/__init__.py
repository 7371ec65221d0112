"""The outside world behind small interfaces: files, clocks, the host; display and sound later."""
