/** What is being written in a mail contact, kept at every key: to whom, about what, the words. */
import type { ReplyDefaults } from '../api/types';

export interface Draft {
  isForward: boolean;
  to: string;
  cc: string;
  subject: string;
  text: string;
}

export const joined = (addresses: { address: string }[]): string =>
  addresses.map((one) => one.address).join(', ');

/** Every address of a field; commas, semicolons and spaces part them. */
export const addressesOf = (field: string): string[] => field.split(/[\s,;]+/).filter(Boolean);

const address = /^[^\s@<>,;:"()[\]\\]{1,64}@[^\s@<>,;:"()[\]\\]{1,189}$/;

/** The addresses of a field that nobody can be written to. */
export const wrongAddresses = (field: string): string[] =>
  addressesOf(field).filter((one) => !address.test(one) || !/^[\x21-\x7e]+$/.test(one));

const signed = (signature: string): string => (signature ? `\n\n${signature}` : '');

/** An answer as it starts: to whoever wrote last, signed. */
export const answer = (reply: ReplyDefaults): Draft => ({
  isForward: false,
  to: joined(reply.to),
  cc: '',
  subject: reply.subject,
  text: signed(reply.signature),
});

const bare = (subject: string): string =>
  subject.replace(/^(?:(?:re|aw|fw|fwd|回复|答复|转发)\s*[:：]\s*)+/i, '');

/** The same words, to somebody outside. */
export const forward = (reply: ReplyDefaults, text: string): Draft => ({
  isForward: true,
  to: '',
  cc: '',
  subject: `Fwd: ${bare(reply.subject)}`,
  text: text || signed(reply.signature),
});
