// What the node tests ask for, by the event's "do".
import { LambdaClient } from '@aws-sdk/client-lambda';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const actions = {
  facts: (context) => ({
    functionName: context.functionName,
    memory: context.memoryLimitInMB,
    remaining: context.getRemainingTimeInMillis(),
    requestId: context.awsRequestId,
    directory: process.cwd(),
    version: process.versions.node.split('.')[0],
    environment: process.env.AWS_EXECUTION_ENV,
    uid: process.getuid(),
    sdk: LambdaClient.name,
    packages: readFileSync(`/etc/thaw/packages.${process.env.AWS_EXECUTION_ENV.slice('AWS_Lambda_'.length)}`, 'utf8'),
  }),
  layer: () => createRequire(import.meta.url)('note'),
  throw: () => {
    throw new RangeError('out of it');
  },
  reject: () => {
    Promise.reject(new Error('nobody cares'));
    return new Promise((resolve) => setTimeout(resolve, 60_000));
  },
};

export const handler = async (event, context) => {
  console.log('doing', event.do);
  return actions[event.do](context);
};
