// An order in JSON, an invoice in HTML out.

import { readFileSync } from 'node:fs';
import { checkOrder } from './order.mjs';
import { totals } from './totals.mjs';
import mustache from 'mustache';

const template = readFileSync(new URL('./invoice.mustache', import.meta.url), 'utf8');
mustache.parse(template); // in INIT, so that no invocation has to

export const handler = async (order) => {
  checkOrder(order);
  const sums = totals(order.lines);
  console.log('%s: %d lines, %s', order.number, order.lines.length, sums.total);
  return {
    number: order.number,
    total: sums.total,
    html: mustache.render(template, { ...order, ...sums }),
  };
};
