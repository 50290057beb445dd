#!/bin/sh
# Makes a container image without any builder: one layer, a configuration, a manifest, in the OCI's image layout.
set -eu
cd "$(dirname "$0")"
busybox="$(command -v busybox)" || { echo "Install busybox-static: apt-get install busybox-static"; exit 1; }
rm -rf build && mkdir -p build/root/bin build/root/app build/image/blobs/sha256
cp "$busybox" build/root/bin/busybox
for name in sh wget sed tr cat wc sort uniq head; do ln -s busybox "build/root/bin/$name"; done
cp bootstrap function.sh build/root/app/
chmod 755 build/root/app/bootstrap

# blob FILE: moves it to its place and prints its digest and size as JSON members.
blob() {
  hash="$(sha256sum "$1" | cut -d' ' -f1)"
  size="$(wc -c <"$1")"
  mv "$1" "build/image/blobs/sha256/$hash"
  printf '"digest":"sha256:%s","size":%d' "$hash" "$size"
}

tar -C build/root --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -cf build/layer .
diff="sha256:$(sha256sum build/layer | cut -d' ' -f1)"
layer="$(blob build/layer)"
cat >build/config <<END
{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["$diff"]},
 "config":{"Entrypoint":["/app/bootstrap"],"Env":["PATH=/bin"],"WorkingDir":"/app"}}
END
config="$(blob build/config)"
cat >build/manifest <<END
{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
 "config":{"mediaType":"application/vnd.oci.image.config.v1+json",$config},
 "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar",$layer}]}
END
manifest="$(blob build/manifest)"
echo '{"imageLayoutVersion":"1.0.0"}' >build/image/oci-layout
echo "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",$manifest}]}" \
  >build/image/index.json
