'use strict';
// What two clones of one snapshot must not have in common. INIT draws once, so that node's caches of random bytes are filled.
const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');

const read = (path) => fs.readFileSync(path, 'utf8').trim();
const draw = () => ({
  math: String(Math.random()),
  bytes: crypto.randomBytes(16).toString('hex'),
  uuid: crypto.randomUUID(),
  web: Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('hex'),
  int: String(crypto.randomInt(2 ** 48 - 1)),
  key: crypto.generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).toString('hex'),
  kernel: read('/proc/sys/kernel/random/uuid'),
  hostname: os.hostname(),
  machine: read('/etc/machine-id'),
  boot: read('/proc/sys/kernel/random/boot_id'),
  mac: read('/sys/class/net/eth0/address'),
});
const early = draw();
let last = process.hrtime.bigint();

exports.handler = async (event, context) => {
  const now = process.hrtime.bigint();
  const ordered = now >= last;
  last = now;
  const unique = draw();
  unique.stream = context.logStreamName;
  unique.request = context.awsRequestId;
  const stale = Object.keys(early).filter((name) => early[name] === unique[name]);
  return { unique, stale, ordered, seconds: Date.now() / 1000 };
};
