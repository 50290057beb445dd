'use strict';
// The Lambda Runtime API (2018-06-01) over one keep-alive connection.
//
// It speaks HTTP/1.1 over a plain socket whose bytes arrive in one buffer: the module `http` costs four times the CPU per
// invocation.

const net = require('node:net');

const PATH = '/2018-06-01/runtime/';
const HOST = ' HTTP/1.1\r\nHost: runtime\r\n';
const NEXT = `GET ${PATH}invocation/next${HOST}\r\n`;
const RESTORE_NEXT = `GET ${PATH}restore/next${HOST}\r\n`;

// Thaw's agent serves the same on a local socket, which costs the kernel less. Another address is somebody else's.
const AGENT = '127.0.0.1:9001';
const AGENT_LOCAL = '\0thaw-runtime-api';

const RECEIVE_BYTES = 1 << 16;
const HEAD_BYTES = 1 << 20;
// Up to here head, body and what follows are sent as one string; beyond, the kernel gathers them.
const JOIN_CHARACTERS = 1 << 16;
const HEAD_END = '\r\n\r\n';
const NOTHING = Buffer.alloc(0);

// The head of a POST.
function post(path, body, contentType, errorType) {
  let error = '';
  if (errorType !== undefined) {
    // A type is a class's name: whatever else it holds must not end the header.
    error = `Lambda-Runtime-Function-Error-Type: ${String(errorType).replace(/[^\x20-\x7e]/g, '?')}\r\n`;
  }
  return `POST ${PATH}${path}${HOST}Content-Type: ${contentType}\r\n${error}Content-Length: ${Buffer.byteLength(body)}${HEAD_END}`;
}

function target(address) {
  if (address === AGENT) return { path: AGENT_LOCAL };
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}

// The head of an answer. A field is looked for when it is asked for: most of an invocation's nobody reads.
class Head {
  #text;
  #lowerCase;

  // A character of the text is a byte of the head.
  constructor(text) {
    this.#text = text;
    this.#lowerCase = text.toLowerCase();
  }

  get status() {
    return Number(this.#text.slice(9, 12));
  }

  // A field's value, or undefined. What it is called is as `field` makes it.
  get(field) {
    const at = this.#lowerCase.indexOf(field);
    if (at < 0) return undefined;
    const end = this.#text.indexOf('\r\n', at + field.length);
    return this.#text.slice(at + field.length, end < 0 ? this.#text.length : end).trim();
  }
}

function field(name) {
  return `\r\n${name}:`;
}

const CONTENT_LENGTH = field('content-length');
const REQUEST_ID = field('lambda-runtime-aws-request-id');

class Api {
  #socket;
  // What to do with the answers that were asked for, in their order.
  #waiting = [];
  // What arrived of a head that is not whole yet.
  #received = NOTHING;
  // The answer whose body is still to come.
  #head = null;
  #body = null;
  #missing = 0;

  constructor(address) {
    const onread = {
      buffer: Buffer.allocUnsafeSlow(RECEIVE_BYTES),
      callback: (count, buffer) => this.#onData(buffer, count),
    };
    this.#socket = net.connect({ ...target(address), onread });
    this.#socket.setNoDelay(true);
    // The host closes the connection when it has no more use for this process.
    this.#socket.on('error', () => process.exit(1)).on('end', () => process.exit(1));
    this.#socket.unref();
  }

  // An answer that is waited for keeps the process alive. When there is none, an empty event loop is noticed.
  #expect(receive) {
    this.#waiting.push(receive);
    this.#socket.ref();
  }

  // Sends head and body of a POST, and what is asked for after it.
  #send(head, body, after) {
    if (typeof body === 'string' && body.length <= JOIN_CHARACTERS) {
      this.#socket.write(head + body + after);
      return;
    }
    this.#socket.cork();
    for (const part of [head, body, after]) {
      if (part.length > 0) this.#socket.write(part);
    }
    this.#socket.uncork();
  }

  #invocation(receive) {
    return (status, head, body) => {
      if (status !== 200) throw new Error(`the runtime API answered next with status ${status}: ${body}`);
      receive(head.get(REQUEST_ID), head, body);
    };
  }

  // Gives the next invocation to `receive`.
  next(receive) {
    this.#expect(this.#invocation(receive));
    this.#socket.write(NEXT);
  }

  // Posts an answer and asks for the next invocation in the same breath: one system call, one wake-up.
  respondAndNext(requestId, body, contentType, posted, receive) {
    this.#expect(posted);
    this.#expect(this.#invocation(receive));
    this.#send(post(`invocation/${requestId}/response`, body, contentType), body, NEXT);
  }

  // Posts an answer and asks for nothing more.
  respond(requestId, body, contentType, posted) {
    this.#expect(posted);
    this.#send(post(`invocation/${requestId}/response`, body, contentType), body, '');
  }

  // Posts an invocation's error document and asks for the next invocation.
  failAndNext(requestId, errorType, document, posted, receive) {
    this.#expect(posted);
    this.#expect(this.#invocation(receive));
    this.#send(post(`invocation/${requestId}/error`, document, 'application/json', errorType), document, NEXT);
  }

  fail(requestId, errorType, document, posted) {
    this.#expect(posted);
    this.#send(post(`invocation/${requestId}/error`, document, 'application/json', errorType), document, '');
  }

  initError(errorType, document, posted) {
    this.#expect(posted);
    this.#send(post('init/error', document, 'application/json', errorType), document, '');
  }

  restoreError(errorType, document, posted) {
    this.#expect(posted);
    this.#send(post('restore/error', document, 'application/json', errorType), document, '');
  }

  // Resolves, with the answer's body, when this process was restored from a snapshot, which is taken while it waits.
  restoreNext() {
    const answered = this.#restored();
    this.#socket.write(RESTORE_NEXT);
    return answered;
  }

  // The same for an answer that nobody sent: what a clone does first is compiled then, and knows what it works on.
  rehearseRestore(document) {
    const answered = this.#restored();
    const answer = Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(document)}${HEAD_END}${document}`);
    this.#onData(answer, answer.length);
    return answered;
  }

  #restored() {
    return new Promise((resolve, reject) => {
      this.#expect((status, _, body) => {
        if (status === 200) resolve(body);
        else reject(new Error(`the runtime API answered restore/next with status ${status}: ${body}`));
      });
    });
  }

  // Takes the buffer's bytes up to `end`. It is reused for what arrives next, so what is kept of it is copied.
  #onData(buffer, end) {
    let at = 0;
    if (this.#body !== null) {
      at = buffer.copy(this.#body, this.#body.length - this.#missing, 0, Math.min(end, this.#missing));
      this.#missing -= at;
      if (this.#missing > 0) return true;
      const body = this.#body.toString();
      this.#body = null;
      this.#complete(body);
    } else if (this.#received.length > 0) {
      buffer = Buffer.concat([this.#received, buffer.subarray(0, end)]);
      end = buffer.length;
      this.#received = NOTHING;
    }
    while (at < end) {
      const headEnd = buffer.indexOf(HEAD_END, at);
      const start = headEnd + HEAD_END.length;
      // Beyond the end is what arrived earlier.
      if (headEnd < 0 || start > end) {
        if (end - at > HEAD_BYTES) throw new Error('the runtime API sent an endless head');
        this.#received = Buffer.from(buffer.subarray(at, end));
        break;
      }
      this.#head = new Head(buffer.toString('latin1', at, headEnd));
      const length = Number(this.#head.get(CONTENT_LENGTH) ?? 0);
      at = start + length;
      if (at > end) {
        this.#body = Buffer.allocUnsafe(length);
        this.#missing = length - buffer.copy(this.#body, 0, start, end);
        break;
      }
      this.#complete(buffer.toString('utf8', start, at));
    }
    return true;
  }

  #complete(body) {
    const receive = this.#waiting.shift();
    if (receive === undefined) throw new Error('the runtime API answered what was not asked');
    if (this.#waiting.length === 0) this.#socket.unref();
    receive(this.#head.status, this.#head, body);
  }
}

module.exports = { Api, field };
