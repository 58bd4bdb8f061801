import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../api/types';
import { assignmentOf, configuration } from '../test-render';
import { grouped, lateness, waitingSinceMs } from './groups';

const line = (seq: number, author: string): ChatMessage => ({
  seq,
  message_id: String(seq),
  author,
  author_name: author,
  text: 'text',
  at_ms: 1_000 * seq,
});

describe('the work list', () => {
  it('has calls first, then chats, then mail, and at the end what is put aside', () => {
    const items = [
      assignmentOf({ contact_id: 'mail', channel: 'email', connected_at_ms: 1 }),
      assignmentOf({ contact_id: 'aside', channel: 'email', state: 'parked', connected_at_ms: 0 }),
      assignmentOf({ contact_id: 'second', connected_at_ms: 9 }),
      assignmentOf({ contact_id: 'first', connected_at_ms: 3 }),
      assignmentOf({ contact_id: 'call', channel: 'voice', connected_at_ms: 12 }),
      assignmentOf({ contact_id: 'new', channel: 'hologram', connected_at_ms: 2 }),
    ];
    const told = grouped(items).map(({ name, items }) => [name, items.map((item) => item.contact_id)]);
    expect(told).toEqual([
      ['calls', ['call']],
      ['chats', ['first', 'second']],
      ['mails', ['mail']],
      ['tasks', ['new']],
      ['parked', ['aside']],
    ]);
  });
});

describe('an answer is waited for', () => {
  const chat = assignmentOf({ connected_at_ms: 2_500 });

  it('since the first line after the last answer', () => {
    const lines = [line(1, 'customer'), line(3, 'agent'), line(4, 'customer'), line(5, 'customer')];
    expect(waitingSinceMs(chat, lines)).toBe(4_000);
  });

  it('not before the agent had the contact', () => {
    expect(waitingSinceMs(chat, [line(1, 'customer')])).toBe(2_500);
  });

  it('by nobody who has been answered, and by nobody in a call or after the end', () => {
    expect(waitingSinceMs(chat, [line(1, 'customer'), line(3, 'agent')])).toBeNull();
    expect(waitingSinceMs(assignmentOf({ channel: 'voice' }), [line(1, 'customer')])).toBeNull();
    expect(waitingSinceMs(assignmentOf({ state: 'wrap_up' }), [line(1, 'customer')])).toBeNull();
  });

  it('of a mail since it arrived', () => {
    expect(waitingSinceMs(assignmentOf({ channel: 'email', arrived_at_ms: 7 }), [])).toBe(7);
  });

  it('by the thresholds of its queue', () => {
    const queue = configuration.queues[0];
    expect([29_999, 30_000, 90_000].map((ms) => lateness(ms, queue))).toEqual([undefined, 'amber', 'red']);
    expect(lateness(1e9, undefined)).toBeUndefined();
  });
});
