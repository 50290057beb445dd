'use strict';
// A start of a function of Thaw's own, in a process that waits to be told its function.
//
// A virtual machine runs faster what it has run before, above all one that is emulated: so one that is resumed before anybody
// asks for it does once what its function's start will do. Of all that only what node keeps for itself stays.

const path = require('node:path');
const handlers = require('./handler.js');
const snapshot = require('./snapshot.js');

const TASK_ROOT = path.join(path.dirname(__dirname), 'rehearsal');
const HANDLERS = ['index.handler', 'module.handler'];

async function rehearse() {
  const directory = process.cwd();
  const variables = { ...process.env };
  try {
    snapshot.become({ environment: { ...variables, LAMBDA_TASK_ROOT: TASK_ROOT } });
    for (const name of HANDLERS) {
      const { handler } = await handlers.load(TASK_ROOT, name);
      await handler({}, { awsRequestId: '' });
    }
  } finally {
    for (const file of Object.keys(require.cache)) {
      if (file.startsWith(TASK_ROOT)) delete require.cache[file];
    }
    snapshot.takeOver(variables);
    process.chdir(directory);
  }
}

module.exports = { rehearse };
