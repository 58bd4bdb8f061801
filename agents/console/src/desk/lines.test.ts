import { expect, it } from 'vitest';
import type { ChatMessage } from '../api/types';
import { linesOf } from './lines';

const noon = new Date(2026, 10, 20, 12).getTime();
const MINUTE = 60_000;

const said = (seq: number, author: string, at_ms: number): ChatMessage => ({
  seq,
  message_id: `m${seq}`,
  author,
  author_name: author,
  text: 'text',
  at_ms,
});

it('sets days apart, keeps runs together and system lines alone', () => {
  const lines = linesOf([
    said(1, 'customer', noon),
    said(2, 'customer', noon + MINUTE),
    said(3, 'customer', noon + 10 * MINUTE),
    said(4, 'system', noon + 11 * MINUTE),
    said(5, 'agent', noon + 24 * 60 * MINUTE),
  ]);
  const drawn = lines.map((line) =>
    line.kind === 'said' ? `${line.message.seq}${line.isFirst ? ' first' : ''}` : line.kind,
  );
  expect(drawn).toEqual(['day', '1 first', '2', '3 first', 'system', 'day', '5 first']);
});
