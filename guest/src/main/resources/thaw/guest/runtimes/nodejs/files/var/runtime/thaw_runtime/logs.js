'use strict';
// The console as AWS sets it up: text or JSON lines on stdout, with time, level and the request's id.

const util = require('node:util');
const errors = require('./errors.js');

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

let requestId;
let asJson = false;

function setRequestId(id) {
  requestId = id;
}

function textLine(level, values) {
  return `${new Date().toISOString()}\t${requestId}\t${level}\t${util.format(...values)}\n`;
}

function jsonLine(level, values) {
  const entry = { timestamp: new Date().toISOString(), level, requestId };
  if (values.length === 1) {
    entry.message = values[0];
    try {
      return JSON.stringify(entry, plainError) + '\n';
    } catch {
      entry.message = util.format(values[0]);
      return JSON.stringify(entry) + '\n';
    }
  }
  entry.message = util.format(...values);
  const error = values.find((value) => value instanceof Error);
  return JSON.stringify(error === undefined ? entry : { ...entry, ...described(error) }) + '\n';
}

function plainError(_, value) {
  return value instanceof Error ? { ...described(value), ...value } : value;
}

function described(error) {
  return {
    errorType: error.constructor?.name ?? 'UnknownError',
    errorMessage: error.message,
    stackTrace: typeof error.stack === 'string' ? error.stack.split('\n') : [],
  };
}

// Replaces the console's functions, as the function's logging configuration wants them.
function patchConsole() {
  asJson = process.env.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === 'JSON';
  const line = asJson ? jsonLine : textLine;
  const lowest = Math.max(0, LEVELS.indexOf(process.env.AWS_LAMBDA_LOG_LEVEL?.toUpperCase()));
  LEVELS.forEach((level, at) => {
    // Whole lines, each written at once: a pipe is written to before this returns, so none is lost when the sandbox is killed.
    console[level.toLowerCase()] = at < lowest ? () => {} : (...values) => void process.stdout.write(line(level, values));
  });
  console.log = console.info;
}

// Logs what ended an invocation or the process.
function logError(what, error) {
  const known = errors.intoError(error);
  if (asJson) console.error(known);
  else console.error(what, errors.format(known));
}

module.exports = { logError, patchConsole, setRequestId };
