"""The kit's own tests: apps that are broken on purpose, apps that only look guilty, and proofs."""

import signal

# What a shell starts in the background ignores Ctrl-C, and so would every process that is proven to
# end by it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
