#!/bin/sh
# Packs the function and its layer.
set -eu
cd "$(dirname "$0")"
rm -rf build function.zip layer.zip
mkdir build
cp ../hello-python/app.py build/
printf 'from a layer\n' >build/note
(cd build && python3 -m zipfile -c ../function.zip app.py && python3 -m zipfile -c ../layer.zip note)
rm -r build
