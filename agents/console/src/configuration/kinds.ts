/** Which fields an entry of each kind has: the forms of what leads to queues, and of canned replies, are made of this. */
import type { Document } from '../api/adminCalls';
import { freshId } from './parts';

export type FieldKind =
  | 'line'
  | 'name'
  | 'language'
  | 'queue'
  | 'queues'
  | 'reference'
  | 'connection'
  | 'entry'
  | 'texts'
  | 'sentences'
  | 'list'
  | 'count'
  | 'digits'
  | 'switch'
  | 'choice'
  | 'many'
  | 'turned_away'
  | 'group';

export interface Field {
  key: string;
  kind: FieldKind;
  /** Texts that may be left out as a whole. */
  isOptional?: boolean;
  /** What an absent value means; without it a number may be left out. */
  standard?: number | string | boolean;
  standards?: string[];
  /** Of a reference: the list of the document it names an entry of, and what no choice is called. */
  of?: string;
  none?: string;
  /** Of a choice: what there is, and where the words for it stand. Of a group: where the labels of its fields stand. */
  options?: string[];
  words?: string;
  /** Of a number. */
  unit?: 'seconds' | 'days' | 'percent';
  min?: number;
  precision?: number;
  /** Of a group: what it holds, and what it holds when it is switched on. */
  fields?: Field[];
  fresh?: (document: Document) => Item;
}

export type Item = Record<string, unknown>;

export interface Kind {
  fields: Field[];
  /** A new entry, beside those that are there; `queue` is the first of the document. */
  fresh: (entries: Item[], queue: string) => Item;
  /** What tells entries apart. */
  key: string;
}

const name: Field = { key: 'name', kind: 'name' };
const id: Field = { key: 'id', kind: 'line' };
const queue: Field = { key: 'queue', kind: 'queue' };
const language: Field = { key: 'language', kind: 'language', standard: 'en' };
const flow: Field = { key: 'flow', kind: 'reference', of: 'flows', none: 'config.digit.noFlow' };
const noTexts = () => ({ en: '', zh: '' });
const ids = (entries: Item[], stem: string) => freshId(entries as { id: string }[], stem);

export const kinds: Record<string, Kind> = {
  templates: {
    key: 'id',
    fields: [id, name, { key: 'queues', kind: 'queues' }, { key: 'texts', kind: 'texts' }],
    fresh: (entries) => ({ id: ids(entries, 'reply'), name: noTexts(), queues: [], texts: noTexts() }),
  },
  mailboxes: {
    key: 'id',
    fields: [
      id,
      name,
      { key: 'address', kind: 'line' },
      queue,
      language,
      { key: 'signature', kind: 'texts', isOptional: true },
      { key: 'auto_acknowledge', kind: 'texts', isOptional: true },
    ],
    fresh: (entries, first) => ({
      id: ids(entries, 'mailbox'),
      name: noTexts(),
      address: '',
      queue: first,
      language: 'en',
    }),
  },
  widgets: {
    key: 'id',
    fields: [
      id,
      name,
      { key: 'greeting', kind: 'sentences' },
      queue,
      flow,
      { key: 'allowed_origins', kind: 'list' },
      { key: 'call_number', kind: 'entry' },
    ],
    fresh: (entries, first) => ({
      id: ids(entries, 'widget'),
      name: noTexts(),
      greeting: noTexts(),
      queue: first,
      allowed_origins: [],
    }),
  },
  entry_points: {
    key: 'number',
    fields: [
      { key: 'number', kind: 'line' },
      queue,
      flow,
      language,
      { key: 'greeting', kind: 'sentences', isOptional: true },
      { key: 'choices', kind: 'digits' },
      { key: 'attempts', kind: 'count', standard: 2 },
      { key: 'digit_wait_s', kind: 'count', standard: 5 },
    ],
    fresh: (_entries, first) => ({ number: '', queue: first, language: 'en' }),
  },
  connections: {
    key: 'id',
    fields: [id, { key: 'control_url', kind: 'line' }],
    fresh: (entries) => ({ id: ids(entries, 'pbx'), control_url: 'http://127.0.0.1:8090' }),
  },
};
