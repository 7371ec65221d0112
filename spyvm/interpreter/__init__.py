"""Running methods: bytecodes, sends, returns, processes."""
