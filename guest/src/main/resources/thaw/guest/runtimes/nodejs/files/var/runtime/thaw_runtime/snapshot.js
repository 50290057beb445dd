'use strict';
// What a snapshot asks of the runtime: a template that becomes any function, hooks around a function's own, fresh randomness.

const util = require('node:util');
const native = require('../thaw.node');

const EXERCISE = 'THAW_TEMPLATE_INVOKES';
const WARMUP_MAX = 10_000;
const MIB = 1 << 20;

const beforeSnapshot = [];
const afterRestore = [];

// Whether this process is to be frozen before it knows its function.
function isTemplate() {
  return process.env[EXERCISE] !== undefined;
}

function exerciseCount() {
  return Number(process.env[EXERCISE]);
}

// Thaw's own handler: touches what every function's invocations touch, so that it is warm in the snapshot.
async function exercise(event, context) {
  context.getRemainingTimeInMillis();
  await import('./exercise.mjs');
  const text = util.format('%s', event, context.functionName, '\u2744');
  return { event, text, numbers: [1, 2.5, null, true], canLog: process.stdout.writable };
}

function waitsForRestore() {
  return process.env.AWS_LAMBDA_INITIALIZATION_TYPE === 'snap-start';
}

// Loads a module. V8 compiles a function when it is first called; for a function of which a snapshot is taken that would be after
// the restore, so there all of a file is compiled with it.
async function compiledWhole(load) {
  if (!waitsForRestore()) return load();
  const { setFlagsFromString } = require('node:v8');
  setFlagsFromString('--no-lazy');
  try {
    return await load();
  } finally {
    setFlagsFromString('--lazy');
  }
}

// How many invocations the function wants to serve before its snapshot is taken.
function warmupCount() {
  const count = process.env.THAW_WARMUP_INVOKES ?? '';
  return /^[0-9]{1,5}$/.test(count) ? Math.min(Number(count), WARMUP_MAX) : 0;
}

// Takes over the environment of the function that this process is from now on.
function become({ environment }) {
  renewRandomness();
  takeOver(environment);
  process.chdir(process.env.LAMBDA_TASK_ROOT ?? '/var/task');
}

function takeOver(environment) {
  for (const name of Object.keys(process.env)) {
    if (!(name in environment)) delete process.env[name];
  }
  Object.assign(process.env, environment);
  require('node:module')._initPaths(); // reads NODE_PATH
}

// The heap's limit as AWS's runtime sets it: what MemorySize leaves beside a tenth for young objects. A process is started
// with the smallest function's, which this raises.
function limitHeap() {
  const size = Number(process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE);
  if (size > 0 && !/max[-_](old|semi)[-_]space[-_]size/.test(process.env.NODE_OPTIONS ?? '')) {
    native.limitHeap((size - Math.floor(size / 10)) * MIB);
  }
}

// The functions' hooks: before the snapshot the last registered first, as AWS runs those of other languages.
async function runBeforeSnapshot() {
  for (const hook of beforeSnapshot.toReversed()) await hook();
}

// What this clone alone has: randomness, the variables in the answer to restore/next, what the hooks renew.
async function runAfterRestore(document, hooks = afterRestore) {
  renewRandomness();
  drainCaches();
  if (document !== '') Object.assign(process.env, JSON.parse(document).environment);
  for (const hook of hooks) await hook();
}

function register(hooks, hook) {
  if (typeof hook !== 'function') throw new TypeError('a hook is a function');
  hooks.push(hook);
  return hook;
}

// The generator sfc32: V8's own cannot be seeded again, and would go on alike in all clones.
let a = 0;
let b = 0;
let c = 0;
let counter = 1;
const seeds = new Int32Array(4);

function next32() {
  const sum = (a + b + counter) | 0;
  counter = (counter + 1) | 0;
  a = b ^ (b >>> 9);
  b = (c + (c << 3)) | 0;
  c = (((c << 21) | (c >>> 11)) + sum) | 0;
  return sum >>> 0;
}

// Replaces Math.random by a generator that a restore can renew. For processes that will be frozen, before any other code.
function replaceRandom() {
  renewRandomness();
  Math.random = function random() {
    return ((next32() >>> 5) * 0x4000000 + (next32() >>> 6)) / 0x20000000000000;
  };
}

// Generators in this process that would otherwise go on alike in all clones; the kernel's is renewed already.
function renewRandomness() {
  native.renewRandomness(seeds);
  [a, b, c, counter] = seeds;
}

// node hands out randomUUID and randomInt from bytes that it drew before the snapshot: as many calls as there may be values.
function drainCaches() {
  if (!process.moduleLoadList.includes('NativeModule internal/crypto/random')) return;
  const { randomInt, randomUUID } = require('node:crypto');
  for (let i = 0; i < 128; i++) randomUUID();
  for (let i = 0; i < 1024; i++) randomInt(2);
}

module.exports = {
  afterRestore: (hook) => register(afterRestore, hook),
  become,
  compiledWhole,
  beforeSnapshot: (hook) => register(beforeSnapshot, hook),
  exercise,
  exerciseCount,
  isTemplate,
  limitHeap,
  replaceRandom,
  runAfterRestore,
  runBeforeSnapshot,
  takeOver,
  waitsForRestore,
  warmupCount,
};
