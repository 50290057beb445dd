'use strict';
// Errors as AWS reports them: a document for the caller, a text for the log.

class RuntimeFault extends Error {}

// An error that the runtime finds, not the function: its name starts with `Runtime.`.
function faultClass(kind) {
  const type = class extends RuntimeFault {};
  Object.defineProperty(type, 'name', { value: kind });
  type.prototype.name = 'Runtime.' + kind;
  return type;
}

const ImportModuleError = faultClass('ImportModuleError');
const HandlerNotFound = faultClass('HandlerNotFound');
const MalformedHandlerName = faultClass('MalformedHandlerName');
const UserCodeSyntaxError = faultClass('UserCodeSyntaxError');
const MalformedStreamingHandler = faultClass('MalformedStreamingHandler');
const InvalidStreamingOperation = faultClass('InvalidStreamingOperation');
const CallbackHandlerDeprecated = faultClass('CallbackHandlerDeprecated');

class UnhandledPromiseRejection extends faultClass('UnhandledPromiseRejection') {
  constructor(reason, promise) {
    super(textOf(reason));
    this.reason = reason;
    this.promise = promise;
  }
}

class NodeJsExit extends faultClass('NodeJsExit') {
  constructor() {
    super(
      'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was ' +
        'never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes',
    );
  }
}

function textOf(value) {
  try {
    return String(value);
  } catch {
    return `a ${typeof value} without a text`;
  }
}

// The error document of whatever was thrown.
function document(error) {
  try {
    if (error instanceof Error || looksLikeError(error)) {
      return { errorType: error.name, errorMessage: error.message, trace: error.stack.split('\n') };
    }
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  } catch {
    return {
      errorType: 'handled',
      errorMessage:
        'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack',
    };
  }
}

// An error of another realm is no instance of this one's Error.
function looksLikeError(value) {
  return (
    typeof value === 'object' &&
    value !== null &&
    [value.name, value.message, value.stack].every((part) => typeof part === 'string' && part !== '')
  );
}

function intoError(value) {
  return value instanceof Error ? value : new Error(textOf(value));
}

// An error with all its properties as JSON. As on AWS the text begins with a tab.
function format(error) {
  try {
    return '\t' + JSON.stringify(error, (_, value) => withAllProperties(value));
  } catch {
    return '\t' + JSON.stringify(document(error));
  }
}

// Name, message and stack are not enumerable.
function withAllProperties(value) {
  if (!(value instanceof Error)) return value;
  const all = { errorType: value.name, errorMessage: value.message, code: value.code, ...value };
  if (typeof value.stack === 'string') all.stack = value.stack.split('\n');
  return all;
}

module.exports = {
  CallbackHandlerDeprecated,
  HandlerNotFound,
  ImportModuleError,
  InvalidStreamingOperation,
  MalformedHandlerName,
  MalformedStreamingHandler,
  NodeJsExit,
  UnhandledPromiseRejection,
  UserCodeSyntaxError,
  document,
  format,
  intoError,
};
