'use strict';
// The context object that a handler gets, with AWS's fields.

const { field } = require('./api.js');

const ARN = field('lambda-runtime-invoked-function-arn');
const CLIENT_CONTEXT = field('lambda-runtime-client-context');
const DEADLINE = field('lambda-runtime-deadline-ms');
const IDENTITY = field('lambda-runtime-cognito-identity');
const TENANT = field('lambda-runtime-aws-tenant-id');

function parsed(text, name) {
  if (text === undefined || text === '') return undefined;
  try {
    return JSON.parse(Buffer.from(text, 'latin1').toString());
  } catch (error) {
    throw new Error(`Cannot parse ${name} as json: ${error}`);
  }
}

// Adds to `context` what environment and head say of an invocation.
function describe(context, requestId, head) {
  const environment = process.env;
  const deadline = Number(head.get(DEADLINE));
  context.functionVersion = environment.AWS_LAMBDA_FUNCTION_VERSION;
  context.functionName = environment.AWS_LAMBDA_FUNCTION_NAME;
  context.memoryLimitInMB = environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE;
  context.logGroupName = environment.AWS_LAMBDA_LOG_GROUP_NAME;
  context.logStreamName = environment.AWS_LAMBDA_LOG_STREAM_NAME;
  context.clientContext = parsed(head.get(CLIENT_CONTEXT), 'ClientContext');
  context.identity = parsed(head.get(IDENTITY), 'CognitoIdentity');
  context.invokedFunctionArn = head.get(ARN);
  context.awsRequestId = requestId;
  context.tenantId = head.get(TENANT);
  context.getRemainingTimeInMillis = () => deadline - Date.now();
  return context;
}

// The callback that a handler may be given, and the context's methods that do the same. Of all of them the first call counts.
function callbacks(invocation) {
  let finished = false;
  let waitsForEmptyEventLoop = true;
  const once = (action) => (...values) => {
    if (finished) return;
    action(...values);
    finished = true;
  };
  const done = once((error, result) => {
    if (error !== undefined && error !== null) invocation.fail(error);
    else invocation.succeed(result);
  });
  const callback = once((error, result) => {
    if (error !== undefined && error !== null) invocation.fail(error);
    else if (waitsForEmptyEventLoop) invocation.whenIdle(() => invocation.succeed(result));
    else invocation.succeed(result);
  });
  const context = {
    get callbackWaitsForEmptyEventLoop() {
      return waitsForEmptyEventLoop;
    },
    set callbackWaitsForEmptyEventLoop(value) {
      waitsForEmptyEventLoop = value;
    },
    succeed: (result) => done(null, result),
    fail: (error) => done(error ?? 'handled'),
    done,
  };
  return { callback, context };
}

module.exports = { callbacks, describe };
