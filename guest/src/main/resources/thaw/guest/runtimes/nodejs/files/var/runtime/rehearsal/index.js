// A function as many are: modules, constants, a class, functions with conditions, loops, promises and exceptions.
'use strict';

const path = require('node:path');

const LIMIT = Number(process.env.LIMIT ?? 10);
const NAMES = { a: 1, b: [1, 2.5, null, true], ...{ c: -1 } };

class Counter {
  #value = 0;

  constructor(first = 0, ...more) {
    this.#value = first;
    this.more = more;
  }

  get doubled() {
    return this.#value > 0 ? this.#value * 2 : -this.#value;
  }

  add(number) {
    this.#value += number;
    return this;
  }
}

function* squares(count) {
  for (let number = 0; number < count; number++) {
    if (number % 2 === 0 && number !== 4) continue;
    yield number ** 2;
  }
}

const later = (value) => new Promise((resolve) => setImmediate(resolve, value));

exports.handler = async (event, context) => {
  const { name = 'world', fail = false } = event;
  const counter = new Counter(1, 2, 'x');
  let text;
  try {
    const values = await Promise.all([...squares(LIMIT)].filter((value) => value > 3).map(later));
    counter.add(values.reduce((sum, value) => sum + value, 0));
    if (fail) throw new RangeError(`bad ${JSON.stringify(event)}`);
    text = path.join('/a', '..', String(counter.doubled));
  } catch (error) {
    console.error('failed', error);
    throw error;
  } finally {
    text ??= 'none';
  }
  const names = Object.entries(NAMES).map(([key, value]) => key.toUpperCase() + (value?.length ?? 0)).toSorted();
  const words = new Map(names.map((word, index) => [word.replace(/[A-Z]/g, '-'), index]));
  return { statusCode: 200, body: JSON.stringify({ message: `Hello ${name}`, names, text, id: context.awsRequestId }), words: [...words] };
};
