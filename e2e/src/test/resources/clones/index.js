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
  web: Buffer.from(crypto.webcrypto.getRandomValues(new Uint8Array(16))).toString('hex'),
  global: Buffer.from(globalThis.crypto.getRandomValues(new Uint8Array(16))).toString('hex'),
  webUuid: globalThis.crypto.randomUUID(),
  int: String(crypto.randomInt(2 ** 48 - 1)),
  key: crypto.generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).toString('hex'),
  temporary: fs.mkdtempSync('/tmp/t'),
  kernel: read('/proc/sys/kernel/random/uuid'),
});
const names = () => ({
  hostname: os.hostname(),
  machine: read('/etc/machine-id'),
  boot: read('/proc/sys/kernel/random/boot_id'),
  mac: read('/sys/class/net/eth0/address'),
  stream: process.env.AWS_LAMBDA_LOG_STREAM_NAME ?? 'none',
});
const early = { ...draw(), ...names() };
let last = process.hrtime.bigint();

exports.handler = async (event, context) => {
  const now = process.hrtime.bigint();
  const ordered = now >= last;
  last = now;
  const drawn = draw();
  const own = names();
  const all = { ...drawn, ...own };
  const stale = Object.keys(early).filter((name) => early[name] === all[name]);
  if (context.logStreamName !== own.stream) stale.push('stream of the context');
  drawn.request = context.awsRequestId;
  return { drawn, names: own, stale, ordered, seconds: Date.now() / 1000 };
};
