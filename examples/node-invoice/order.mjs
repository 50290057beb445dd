// What an order looks like.

import Ajv from 'ajv';

const money = { type: 'string', pattern: '^[0-9]{1,9}(\\.[0-9]{1,2})?$' };

const validate = new Ajv().compile({
  type: 'object',
  required: ['number', 'customer', 'lines'],
  properties: {
    number: { type: 'string', maxLength: 40 },
    customer: { type: 'string', minLength: 1 },
    lines: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['what', 'count', 'price'],
        properties: { what: { type: 'string' }, count: { type: 'integer', minimum: 1 }, price: money },
        additionalProperties: false,
      },
    },
  },
});

export class OrderError extends Error {
  name = 'OrderError';
}

export function checkOrder(order) {
  if (!validate(order)) {
    const [{ instancePath, message }] = validate.errors;
    throw new OrderError(`order${instancePath} ${message}`);
  }
}
