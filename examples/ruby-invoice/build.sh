#!/bin/sh
# Lays out the package in build/: this function's own code, and gems out of Debian's archive (fetched once into debs/; needs
# no root) where RubyGems looks for those of the function.
set -eu
packages="ruby-liquid"
mkdir -p debs
for package in $packages; do
  if ! ls debs/"$package"_*.deb >/dev/null 2>&1; then
    (cd debs && apt-get -q download "$package")
  fi
done
rm -rf build
mkdir -p build/vendor/bundle/ruby/3.3.0
for package in $packages; do
  dpkg-deb -x debs/"$package"_*.deb build/.unpacked
done
cp -r build/.unpacked/usr/share/rubygems-integration/all/. build/vendor/bundle/ruby/3.3.0/
rm -rf build/.unpacked
cp -r app.rb lib build/
