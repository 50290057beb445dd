'use strict';
// Finds the function's handler, `module.function`, where the module may lie in directories and the function in objects:
// `dir/module.object.function`.

const fs = require('node:fs');
const path = require('node:path');
const errors = require('./errors.js');

const MAJOR = Number(process.versions.node.split('.')[0]);
// Since node 24 AWS takes no callbacks, and loads TypeScript.
const MODERN = MAJOR >= 24;

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');

// Extensions in the order they are tried, and whether such a file is an ES module whatever the package says.
const EXTENSIONS = ['.js', '.mjs', '.cjs', ...(MODERN ? ['.ts', '.mts', '.cts'] : [])];

// A handler and how it is called. It is called as this object's method, so that traces read as on AWS: `at Runtime.handler`.
class Runtime {
  constructor(handler, streaming) {
    this.handler = handler;
    this.streaming = streaming;
    this.highWaterMark = Number.isInteger(handler[HIGH_WATER_MARK]) ? handler[HIGH_WATER_MARK] : undefined;
    this.takesCallback = !MODERN;
    this.isAsync = MODERN || handler.constructor?.name === 'AsyncFunction';
  }
}

async function load(taskRoot, name) {
  if (name.includes('..')) {
    throw new errors.MalformedHandlerName(
      `'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const base = path.basename(name);
  const match = /^([^.]*)\.(.*)$/.exec(base);
  if (match === null) throw new errors.MalformedHandlerName('Bad handler');
  const directory = name.slice(0, name.indexOf(base));
  const handler = find(await importModule(taskRoot, directory, match[1]), match[2].split('.'));
  if (!handler) throw new errors.HandlerNotFound(`${name} is undefined or not exported`);
  if (typeof handler !== 'function') throw new errors.HandlerNotFound(`${name} is not a function`);
  return described(handler);
}

function find(module_, properties) {
  const in_ = (object) => properties.reduce((nested, key) => nested && nested[key], object);
  return in_(module_) || (MODERN && in_(module_?.default));
}

function described(handler) {
  const streaming = handler[STREAMING];
  if (streaming && streaming !== 'response') {
    throw new errors.MalformedStreamingHandler('Only response streaming is supported.');
  }
  if (MODERN && !streaming && handler.length >= 3) {
    throw new errors.CallbackHandlerDeprecated(
      'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify ' +
        'this function to use a supported handler signature to use Node.js 24 or later. For more information see ' +
        'https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.',
    );
  }
  return new Runtime(handler, Boolean(streaming));
}

async function importModule(taskRoot, directory, name) {
  try {
    const file = path.resolve(taskRoot, directory, name);
    if (fs.statSync(file, { throwIfNoEntry: false })?.isFile()) return require(file);
    for (const extension of EXTENSIONS) {
      if (fs.existsSync(file + extension)) {
        return isEsModule(file, extension) ? await import(file + extension) : require(file + extension);
      }
    }
    return require(require.resolve(name, { paths: [taskRoot, path.join(taskRoot, directory)] }));
  } catch (error) {
    if (error instanceof SyntaxError) {
      const fault = new errors.UserCodeSyntaxError(String(error));
      fault.stack = error.stack;
      throw fault;
    }
    if (error?.code === 'MODULE_NOT_FOUND') throw new errors.ImportModuleError(String(error));
    throw error;
  }
}

function isEsModule(file, extension) {
  if (extension.startsWith('.m')) return true;
  if (extension.startsWith('.c')) return false;
  return hasTypeModule(path.dirname(file));
}

// What the nearest package.json says, up to the first node_modules.
function hasTypeModule(directory) {
  if (path.basename(directory) === 'node_modules') return false;
  const file = path.join(directory, 'package.json');
  if (fs.existsSync(file)) {
    try {
      return JSON.parse(fs.readFileSync(file, 'utf8'))?.type === 'module';
    } catch (error) {
      console.warn(`${file} cannot be read, it will be ignored for ES module detection purposes.`, error);
      return false;
    }
  }
  return directory !== '/' && hasTypeModule(path.dirname(directory));
}

function streamifyResponse(handler, options) {
  handler[STREAMING] = 'response';
  if (typeof options?.highWaterMark === 'number') handler[HIGH_WATER_MARK] = Math.trunc(options.highWaterMark);
  return handler;
}

module.exports = { described, load, streamifyResponse };
