// Money is counted in decimals, never in floating point.

import Decimal from 'decimal.js';

const TAX = new Decimal(process.env.TAX_RATE ?? '0.19');

export function totals(lines) {
  const priced = lines.map((line) => ({ ...line, sum: new Decimal(line.price).times(line.count) }));
  const net = Decimal.sum(0, ...priced.map((line) => line.sum));
  const tax = net.times(TAX).toDecimalPlaces(2, Decimal.ROUND_HALF_EVEN);
  return {
    lines: priced.map((line) => ({ ...line, sum: line.sum.toFixed(2) })),
    net: net.toFixed(2),
    tax: tax.toFixed(2),
    total: net.plus(tax).toFixed(2),
  };
}
