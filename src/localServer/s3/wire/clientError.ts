import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { newErrorDocument } from '../message/errorDocument';
import { S3Error } from '../message/errors';
import { newRequestId } from '../message/request';

/**
 * Answers what never becomes a request, or stops being one half-way: HTTP that cannot be parsed, headers that are too
 * large or too slow. Such a connection ends with the error document; one that already carries an answer is cut.
 */
export function answerClientErrors(server: Server): void {
  const responses = new WeakMap<Duplex, ServerResponse>();
  const remember = (message: IncomingMessage, response: ServerResponse): void => {
    responses.set(message.socket, response);
  };
  // Before the handler, which may answer at once.
  server.prependListener('request', remember);
  server.prependListener('checkContinue', remember);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    const response = responses.get(socket);
    const isAnswering = response !== undefined && response.headersSent && !response.writableFinished;
    if (!socket.writable || isAnswering || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    socket.end(writeAnswer(toS3Error(error.code)), () => socket.destroy());
  });
}

function toS3Error(code: string | undefined): S3Error {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new S3Error('MaxMessageLengthExceeded', 'The headers of your request were too big.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new S3Error('RequestTimeout', 'Your request was not sent in time.');
    case 'HPE_INVALID_EOF_STATE':
      return new S3Error('IncompleteBody', 'The connection ended before the request did: nothing was stored.');
    default:
      return new S3Error('InvalidRequest', 'The request is not well-formed HTTP/1.1.');
  }
}

function writeAnswer(error: S3Error): Buffer {
  const id = newRequestId();
  const body = newErrorDocument(error, '/', id);
  const head = [
    `HTTP/1.1 ${error.status} Bad Request`,
    `X-Clv-Request-Id: ${id}`,
    `x-amz-request-id: ${id}`,
    'Content-Type: application/xml',
    `Content-Length: ${body.length}`,
    'Connection: close',
    '',
    '',
  ];
  return Buffer.concat([Buffer.from(head.join('\r\n'), 'latin1'), body]);
}
