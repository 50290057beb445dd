'use strict';
// INIT, then one invocation after the other.

const { Api, field } = require('./api.js');
const { callbacks, describe } = require('./context.js');
const errors = require('./errors.js');
const handlers = require('./handler.js');
const logs = require('./logs.js');
const snapshot = require('./snapshot.js');
const streams = require('./stream.js');

// Node's and AWS's exit codes.
const UNSETTLED_TOP_LEVEL_AWAIT = 13;
const UNHANDLED_REJECTION = 128;
const UNCAUGHT_EXCEPTION = 129;
const ACCEPTED = 202;
const RESPONSE_TOO_LARGE = 413;
const REHEARSALS = 20;

const TRACE_ID = field('lambda-runtime-trace-id');

let api;
// What happens when nothing is left to do in the event loop while INIT or an invocation is not finished.
let whenIdle = null;
// How to report what nothing caught: as an error of INIT, of a restore, or of the invocation being handled.
let report = initError;

async function run() {
  process.on('uncaughtException', (error) => giveUp('Uncaught Exception', error, UNCAUGHT_EXCEPTION));
  process.on('unhandledRejection', (reason, promise) =>
    giveUp('Unhandled Promise Rejection', new errors.UnhandledPromiseRejection(reason, promise), UNHANDLED_REJECTION),
  );
  process.on('beforeExit', () => {
    const action = whenIdle;
    whenIdle = null;
    action?.();
  });
  if (snapshot.isTemplate() || snapshot.waitsForRestore()) snapshot.replaceRandom();
  api = new Api(process.env.AWS_LAMBDA_RUNTIME_API);
  if (snapshot.isTemplate()) {
    await serve(handlers.described(snapshot.exercise), snapshot.exerciseCount());
    snapshot.become(await toldItsFunction());
  }
  const runtime = await init();
  if (runtime !== undefined) await serve(runtime, Infinity);
}

// Does what is asked of a process without a function, and resolves to what it is told when that is its own.
async function toldItsFunction() {
  while (true) {
    const asked = JSON.parse(await api.restoreNext());
    if (asked.rehearse === undefined) return asked;
    await require('./rehearsal.js').rehearse();
    await serve(handlers.described(snapshot.exercise), 1);
  }
}

function initError(type, document, posted) {
  api.initError(type, document, posted);
}

// Whatever ends the process from here is INIT's failure.
function beginInit() {
  report = initError;
  whenIdle = () => process.exit(UNSETTLED_TOP_LEVEL_AWAIT);
}

// Resolves to how the handler is called, or to nothing if there is none: that is reported then.
async function init() {
  logs.patchConsole();
  snapshot.limitHeap();
  if (!/^(1|true)$/.test(process.env.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA ?? '')) {
    globalThis.awslambda = {
      streamifyResponse: handlers.streamifyResponse,
      HttpResponseStream: streams.HttpResponseStream,
      beforeSnapshot: snapshot.beforeSnapshot,
      afterRestore: snapshot.afterRestore,
    };
  }
  beginInit();
  try {
    const root = process.env.LAMBDA_TASK_ROOT ?? process.cwd();
    const runtime = await snapshot.compiledWhole(() => handlers.load(root, process.env._HANDLER ?? ''));
    if (snapshot.waitsForRestore()) {
      if (snapshot.warmupCount() > 0) {
        await serve(runtime, snapshot.warmupCount());
        beginInit();
      }
      await snapshot.runBeforeSnapshot();
      await rehearseRestore();
      const document = await api.restoreNext();
      report = (type, error, posted) => api.restoreError(type, error, posted);
      await snapshot.runAfterRestore(document);
    }
    whenIdle = null;
    return runtime;
  } catch (error) {
    giveUp('Uncaught Exception', error, UNCAUGHT_EXCEPTION);
    return undefined;
  }
}

// Does what each clone will do first, often enough that what it takes is in the snapshot.
async function rehearseRestore() {
  for (let i = 0; i < REHEARSALS; i++) await snapshot.runAfterRestore(await api.rehearseRestore('{"environment":{}}'), []);
}

// Ends the process after telling why.
function giveUp(what, error, exitCode) {
  logs.logError(what, error);
  if (report === undefined) process.exit(exitCode);
  const document = errors.document(error);
  report(document.errorType, JSON.stringify(document), () => process.exit(exitCode));
}

// Serves so many invocations, and resolves when the last one is answered.
function serve(runtime, count) {
  return new Promise((resolve) => {
    let left = count;
    const receive = (requestId, head, event) => {
      left--;
      handle(runtime, requestId, head, event, answers);
    };
    const answered = (status) => {
      check(status);
      resolve();
    };
    const answers = {
      respond: (id, body, type) => {
        report = undefined;
        if (left > 0) api.respondAndNext(id, body, type, check, receive);
        else api.respond(id, body, type, answered);
      },
      fail: (id, type, document) => {
        report = undefined;
        if (left > 0) api.failAndNext(id, type, document, check, receive);
        else api.fail(id, type, document, answered);
      },
      respondStream: (id, body, type) => api.respond(id, body, type, check),
      next: () => {
        report = undefined;
        if (left > 0) api.next(receive);
        else resolve();
      },
    };
    report = undefined;
    api.next(receive);
  });
}

function check(status) {
  if (status === ACCEPTED) return;
  process.stdout.write(`LAMBDA_RUNTIME Failed to post handler success response. Http response code: ${status}.\n`);
  if (status !== RESPONSE_TOO_LARGE) process.exit(1);
}

// Calls the handler. Answers are given through `answers`, now or later.
function handle(runtime, requestId, head, event, answers) {
  logs.setRequestId(requestId);
  report = (type, document, posted) => api.fail(requestId, type, document, posted);
  const trace = head.get(TRACE_ID);
  if (trace) process.env._X_AMZN_TRACE_ID = trace;
  else delete process.env._X_AMZN_TRACE_ID;
  const invocation = {
    succeed(result) {
      const body = encode(result);
      whenIdle = null;
      answers.respond(requestId, body, 'application/json');
    },
    fail(error) {
      whenIdle = null;
      logs.logError('Invoke Error', error);
      const document = errors.document(error);
      answers.fail(requestId, document.errorType, JSON.stringify(document));
    },
    whenIdle(action) {
      whenIdle = action;
    },
  };
  if (runtime.streaming) stream(runtime, requestId, head, event, invocation, answers);
  else call(runtime, requestId, head, event, invocation);
}

function encode(result) {
  try {
    return JSON.stringify(result === undefined ? null : result) ?? 'null';
  } catch {
    throw new Error('Unable to stringify response body');
  }
}

function call(runtime, requestId, head, event, invocation) {
  const { callback, context } = callbacks(invocation);
  // A promise that is never settled is an error; a callback that is never called is an answer without a value.
  invocation.whenIdle(() => (runtime.isAsync ? invocation.fail(new errors.NodeJsExit()) : invocation.succeed(null)));
  try {
    const input = JSON.parse(event);
    const result = runtime.takesCallback
      ? runtime.handler(input, describe(context, requestId, head), callback)
      : Promise.resolve(runtime.handler(input, describe({}, requestId, head)));
    if (typeof result?.then === 'function') result.then(context.succeed, context.fail).catch(context.fail);
  } catch (error) {
    callback(error);
  }
}

async function stream(runtime, requestId, head, event, invocation, answers) {
  const output = new streams.ResponseStream({ highWaterMark: runtime.highWaterMark });
  const finished = new Promise((resolve, reject) => output.on('finish', resolve).on('error', reject));
  finished.catch(() => {});
  let waitsForEmptyEventLoop = runtime.takesCallback;
  const context = {
    get callbackWaitsForEmptyEventLoop() {
      return waitsForEmptyEventLoop;
    },
    set callbackWaitsForEmptyEventLoop(value) {
      waitsForEmptyEventLoop = value;
    },
  };
  invocation.whenIdle(() => invocation.fail(new errors.NodeJsExit()));
  try {
    const result = runtime.handler(JSON.parse(event), output, describe(context, requestId, head));
    if (typeof result?.then !== 'function') throw new Error('Streaming does not support non-async handlers.');
    if ((await result) !== undefined) console.warn('Streaming handlers ignore return values.');
    if (!output.writableEnded) throw new Error('Response stream is not finished.');
    await finished;
  } catch (error) {
    invocation.fail(error);
    return;
  }
  if (!waitsForEmptyEventLoop) {
    whenIdle = null;
    answers.respond(requestId, output.bytes, output.contentType);
    return;
  }
  answers.respondStream(requestId, output.bytes, output.contentType);
  invocation.whenIdle(answers.next);
}

module.exports = { run };
