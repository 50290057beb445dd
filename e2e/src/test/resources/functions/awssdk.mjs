// Loads every package of the AWS SDK that the image has, and tells which it could not.
import { readdirSync } from 'node:fs';

export const handler = async () => {
  // nested-clients has parts for other packages, and nothing that could be imported as a whole.
  const names = readdirSync('/var/runtime/node_modules/@aws-sdk').filter((name) => name !== 'nested-clients');
  const failures = [];
  for (const name of names) {
    try {
      await import(`@aws-sdk/${name}`);
    } catch (error) {
      failures.push(`${name}: ${error}`);
    }
  }
  return { names, failures };
};
