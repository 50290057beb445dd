'use strict';
// The stream that a handler of `awslambda.streamifyResponse` writes its answer to. What it holds is sent when it is finished.

const { Writable } = require('node:stream');
const { InvalidStreamingOperation } = require('./errors.js');

const METADATA_CONTENT_TYPE = 'application/vnd.awslambda.http-integration-response';
const DELIMITER_BYTES = 8;

class ResponseStream extends Writable {
  #chunks = [];
  #writing = false;
  #contentType = 'application/octet-stream';
  // Set by HttpResponseStream: called once, with a function that writes, before anything else is written.
  _onBeforeFirstWrite = undefined;

  setContentType(contentType) {
    if (this.#writing) throw new InvalidStreamingOperation('Cannot set content-type, too late.');
    this.#contentType = String(contentType).replace(/[^\x20-\x7e]/g, '?');
  }

  write(chunk, encoding, callback) {
    const bytes = typeof chunk === 'string' || ArrayBuffer.isView(chunk) ? chunk : JSON.stringify(chunk);
    this.#begin();
    return super.write(bytes, encoding, callback);
  }

  end(chunk, encoding, callback) {
    if (chunk !== undefined && chunk !== null && typeof chunk !== 'function') {
      this.write(chunk, typeof encoding === 'string' ? encoding : undefined);
      return super.end(typeof encoding === 'function' ? encoding : callback);
    }
    this.#begin();
    return super.end(chunk, encoding, callback);
  }

  #begin() {
    if (this.#writing) return;
    this.#writing = true;
    this._onBeforeFirstWrite?.((bytes) => super.write(bytes));
  }

  _write(chunk, _, callback) {
    this.#chunks.push(chunk);
    callback();
  }

  get contentType() {
    return this.#contentType;
  }

  get bytes() {
    return Buffer.concat(this.#chunks);
  }
}

class HttpResponseStream {
  // The answer's status and headers go before its body, as JSON that eight zero bytes end.
  static from(stream, prelude) {
    stream.setContentType(METADATA_CONTENT_TYPE);
    const metadata = JSON.stringify(prelude);
    stream._onBeforeFirstWrite = (write) => {
      write(metadata);
      write(new Uint8Array(DELIMITER_BYTES));
    };
    return stream;
  }
}

module.exports = { HttpResponseStream, ResponseStream };
