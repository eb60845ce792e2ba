"""LocalStack without Docker: Lambda functions as host processes, and two other host-mode repairs.

See README.md for what is provided and for the order in which to read the modules.
"""
