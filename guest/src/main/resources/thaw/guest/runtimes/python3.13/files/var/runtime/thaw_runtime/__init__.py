"""The python runtime of Thaw: a client of the Lambda Runtime API that behaves like AWS's."""
