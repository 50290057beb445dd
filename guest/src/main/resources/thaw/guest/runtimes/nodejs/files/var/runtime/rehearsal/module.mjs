// The same for a function that is an ES module.
import { join } from 'node:path';

export const handler = async (event) => ({ statusCode: 200, body: JSON.stringify({ event, path: join('/a', 'b') }) });
