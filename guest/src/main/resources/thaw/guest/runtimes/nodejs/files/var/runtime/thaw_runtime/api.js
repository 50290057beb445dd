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

// Head and body of a POST, and what is asked for after it, as parts to be written.
function post(path, body, contentType, errorType, after) {
  let error = '';
  if (errorType !== undefined) {
    // A type is a class's name: whatever else it holds must not end the header.
    error = `Lambda-Runtime-Function-Error-Type: ${String(errorType).replace(/[^\x20-\x7e]/g, '?')}\r\n`;
  }
  const length = Buffer.byteLength(body);
  const head = `POST ${PATH}${path}${HOST}Content-Type: ${contentType}\r\n${error}Content-Length: ${length}${HEAD_END}`;
  return [head, body, after];
}

function target(address) {
  if (address === AGENT) return { path: AGENT_LOCAL };
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}

class Api {
  #socket;
  // What to do with the answers that were asked for, in their order.
  #waiting = [];
  #received = Buffer.alloc(0);
  // The answer whose body is still to come.
  #status = 0;
  #headers = {};
  #body = null;
  #missing = 0;

  constructor(address) {
    const onread = {
      buffer: Buffer.allocUnsafeSlow(RECEIVE_BYTES),
      callback: (count, buffer) => this.#onData(buffer.subarray(0, count)),
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

  #send(parts) {
    if (typeof parts[1] === 'string' && parts[1].length <= JOIN_CHARACTERS) {
      this.#socket.write(parts.join(''));
      return;
    }
    this.#socket.cork();
    for (const part of parts) {
      if (part.length > 0) this.#socket.write(part);
    }
    this.#socket.uncork();
  }

  #invocation(receive) {
    return (status, headers, body) => {
      if (status !== 200) throw new Error(`the runtime API answered next with status ${status}: ${body}`);
      receive({ requestId: headers['lambda-runtime-aws-request-id'], headers, event: body });
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
    this.#send(post(`invocation/${requestId}/response`, body, contentType, undefined, NEXT));
  }

  // Posts an answer and asks for nothing more.
  respond(requestId, body, contentType, posted) {
    this.#expect(posted);
    this.#send(post(`invocation/${requestId}/response`, body, contentType, undefined, ''));
  }

  // Posts an invocation's error document and asks for the next invocation.
  failAndNext(requestId, errorType, document, posted, receive) {
    this.#expect(posted);
    this.#expect(this.#invocation(receive));
    this.#send(post(`invocation/${requestId}/error`, document, 'application/json', errorType, NEXT));
  }

  fail(requestId, errorType, document, posted) {
    this.#expect(posted);
    this.#send(post(`invocation/${requestId}/error`, document, 'application/json', errorType, ''));
  }

  initError(errorType, document, posted) {
    this.#expect(posted);
    this.#send(post('init/error', document, 'application/json', errorType, ''));
  }

  restoreError(errorType, document, posted) {
    this.#expect(posted);
    this.#send(post('restore/error', document, 'application/json', errorType, ''));
  }

  // Resolves, with the answer's body, when this process was restored from a snapshot, which is taken while it waits.
  restoreNext() {
    return new Promise((resolve, reject) => {
      this.#expect((status, _, body) => {
        if (status === 200) resolve(body.toString('utf8'));
        else reject(new Error(`the runtime API answered restore/next with status ${status}: ${body}`));
      });
      this.#socket.write(RESTORE_NEXT);
    });
  }

  #onData(data) {
    // The buffer is reused for what arrives next, so what is kept of it is copied.
    if (this.#body !== null) {
      const taken = data.copy(this.#body, this.#body.length - this.#missing, 0, Math.min(data.length, this.#missing));
      this.#missing -= taken;
      if (this.#missing > 0) return true;
      data = data.subarray(taken);
      this.#complete(this.#body);
    }
    if (this.#received.length > 0) {
      data = Buffer.concat([this.#received, data]);
      this.#received = data.subarray(0, 0);
    }
    while (data.length > 0) {
      const end = data.indexOf(HEAD_END);
      if (end < 0) {
        if (data.length > HEAD_BYTES) throw new Error('the runtime API sent an endless head');
        this.#received = Buffer.from(data);
        break;
      }
      this.#readHead(data.toString('utf8', 0, end));
      const length = Number(this.#headers['content-length'] ?? 0);
      const start = end + HEAD_END.length;
      if (data.length - start < length) {
        this.#body = Buffer.allocUnsafe(length);
        this.#missing = length - data.copy(this.#body, 0, start);
        break;
      }
      const body = data.subarray(start, start + length);
      data = data.subarray(start + length);
      this.#complete(body);
    }
    return true;
  }

  #readHead(head) {
    const lines = head.split('\r\n');
    const headers = {};
    for (let i = 1; i < lines.length; i++) {
      const line = lines[i];
      const colon = line.indexOf(':');
      headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    this.#status = Number(lines[0].slice(9, 12));
    this.#headers = headers;
  }

  #complete(body) {
    this.#body = null;
    const receive = this.#waiting.shift();
    if (receive === undefined) throw new Error('the runtime API answered what was not asked');
    if (this.#waiting.length === 0) this.#socket.unref();
    receive(this.#status, this.#headers, body);
  }
}

module.exports = { Api };
