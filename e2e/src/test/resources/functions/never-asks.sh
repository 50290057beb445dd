#!/bin/bash
# A runtime that never asks for an invocation.
exec sleep infinity
