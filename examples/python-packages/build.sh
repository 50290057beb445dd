#!/bin/sh
# Lays out the package in build/: this function's own code, and pure-python packages out of Debian's archive
# (fetched once into debs/; needs no root).
set -eu
packages="python3-markdown"
mkdir -p debs
for package in $packages; do
  if ! ls debs/"$package"_*.deb >/dev/null 2>&1; then
    (cd debs && apt-get -q download "$package")
  fi
done
rm -rf build
mkdir build
for package in $packages; do
  dpkg-deb -x debs/"$package"_*.deb build/.unpacked
done
cp -r build/.unpacked/usr/lib/python3/dist-packages/. build/
rm -rf build/.unpacked
cp -r app.py report build/
find build -name __pycache__ -prune -exec rm -rf {} +
