import { newErrorDocument } from '../message/errorDocument';
import { sendDocument, type Exchange } from './exchange';
import { S3Error } from '../message/errors';

/** Plays the error that arrives after a 200 was sent (rule 15). True when it did; nothing was done then. */
export function sendErrorIn200(exchange: Exchange): boolean {
  if (!exchange.faults.some((fault) => fault.kind === 'errorIn200')) {
    return false;
  }
  const error = new S3Error('InternalError', 'We encountered an internal error. Please try again.');
  sendDocument(exchange.response, 200, newErrorDocument(error, exchange.request.rawPath, exchange.request.id));
  return true;
}
