import { describe, expect, it } from 'vitest';
import type { ChatMessage, Desk, ToConsole } from '../api/types';
import { addMessages, applyFrame, initialLive, messagesAfter, TYPING_SHOWN_MS } from './state';

const NOW = 1_000_000;

const desk = (contactIds: string[] = []): Desk => ({
  agent: {
    agent_id: 'a1',
    state: 'ready',
    reason_id: null,
    state_since_ms: 0,
    next_state: null,
    is_present: true,
    capacity_used: contactIds.length,
    capacity_total: 3,
  },
  offers: [],
  assignments: contactIds.map((contact_id) => ({
    contact_id,
    channel: 'chat',
    queue_id: 'q',
    state: 'connected',
    state_since_ms: 0,
    arrived_at_ms: 0,
    connected_at_ms: 0,
    customer_name: 'Maria',
    language: 'en',
    is_customer_present: true,
    is_ended_by_customer: false,
    wrap_up_until_ms: null,
    wrap_up_extensions_left: 0,
    last_message_seq: 0,
  })),
});

const deskFrame = (seq: number, serverNowMs = NOW, contactIds: string[] = []): ToConsole => ({
  type: 'desk',
  seq,
  server_now_ms: serverNowMs,
  desk: desk(contactIds),
});

const message = (seq: number, author = 'customer'): ChatMessage => ({
  seq,
  message_id: `m${seq}`,
  author,
  author_name: 'Maria',
  text: `line ${seq}`,
  at_ms: NOW + seq,
});

describe('the desk', () => {
  it('takes the newest and ignores an older one', () => {
    const first = applyFrame(initialLive, deskFrame(7, NOW, ['c1']), NOW);
    const later = applyFrame(first, deskFrame(6), NOW);
    expect(later).toBe(first);
    expect(applyFrame(first, deskFrame(8), NOW).desk?.assignments).toEqual([]);
  });

  it('keeps what is the same the same object, so that only what has changed is drawn again', () => {
    const first = applyFrame(initialLive, deskFrame(7, NOW, ['c1', 'c2']), NOW);
    const next = deskFrame(8, NOW, ['c1', 'c2', 'c3']);
    if (next.type === 'desk' && next.desk?.assignments[0]) next.desk.assignments[0].last_message_seq = 8;
    const later = applyFrame(first, next, NOW);
    const [c1, c2] = later.desk?.assignments ?? [];
    expect(later.desk?.assignments).toHaveLength(3);
    expect(c1?.last_message_seq).toBe(8);
    expect(c2).toBe(first.desk?.assignments[1]);
  });

  it('takes the same seq again: what is told without an event may have changed', () => {
    const first = applyFrame(initialLive, deskFrame(7), NOW);
    expect(applyFrame(first, deskFrame(7, NOW, ['c1']), NOW).desk?.assignments).toHaveLength(1);
  });
});

describe('the clock', () => {
  it('keeps the least delayed stamp as the best estimate', () => {
    const first = applyFrame(initialLive, deskFrame(1, NOW + 500), NOW);
    const delayed = applyFrame(first, deskFrame(2, NOW + 500), NOW + 300);
    const quick = applyFrame(delayed, deskFrame(3, NOW + 1_540), NOW + 1_000);
    expect([first, delayed, quick].map((state) => state.clockOffsetMs)).toEqual([500, 500, 540]);
  });

  it('follows a machine whose clock was set', () => {
    const first = applyFrame(initialLive, deskFrame(1, NOW), NOW);
    expect(applyFrame(first, deskFrame(2, NOW), NOW + 60_000).clockOffsetMs).toBe(-60_000);
  });
});

describe('messages', () => {
  it('are merged by seq, whichever way and however often they come', () => {
    const pushed = applyFrame(initialLive, { type: 'message', contact_id: 'c1', message: message(5) }, NOW);
    const read = addMessages(pushed, 'c1', [message(1), message(5), message(3)]);
    expect(read.transcripts.c1?.map((line) => line.seq)).toEqual([1, 3, 5]);
    expect(addMessages(read, 'c1', [message(3)])).toBe(read);
  });

  it('an empty transcript is known to be empty', () => {
    expect(addMessages(initialLive, 'c1', []).transcripts.c1).toEqual([]);
  });

  it('end the typing sign of the customer who sent one', () => {
    const typing = applyFrame(initialLive, { type: 'typing', contact_id: 'c1' }, NOW);
    expect(typing.typingUntilMs.c1).toBe(NOW + TYPING_SHOWN_MS);
    const said = applyFrame(typing, { type: 'message', contact_id: 'c1', message: message(1) }, NOW);
    expect(said.typingUntilMs.c1).toBe(0);
  });

  it('are asked for after the newest held, of contacts on the desk only', () => {
    let state = applyFrame(initialLive, deskFrame(1, NOW, ['c1']), NOW);
    state = addMessages(state, 'c1', [message(4), message(9)]);
    state = addMessages(state, 'gone', [message(2)]);
    expect(messagesAfter(state)).toEqual({ c1: 9 });
  });
});

it('an older board is ignored', () => {
  const board = (as_of_seq: number): ToConsole => ({
    type: 'board',
    as_of_seq,
    server_now_ms: NOW,
    queues: [],
    agents: [],
  });
  const newest = applyFrame(initialLive, board(9), NOW);
  expect(applyFrame(newest, board(8), NOW)).toBe(newest);
});
