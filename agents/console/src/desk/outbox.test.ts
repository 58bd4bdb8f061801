import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../api/http';
import type { ChatMessage } from '../api/types';
import { keepOf } from '../persist/keep';
import { discard, readOutbox, resumeOutbox, retry, send, settle, unsent } from './outbox';

const sendMessage = vi.hoisted(() => vi.fn());
vi.mock('../api/calls', () => ({ sendMessage }));

const keep = keepOf('u1');
const line = (seq: number, text: string, author = 'agent'): ChatMessage => ({
  seq,
  message_id: `m${seq}`,
  author,
  author_name: 'Anna',
  text,
  at_ms: 0,
});
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

beforeEach(() => {
  sendMessage.mockReset().mockResolvedValue({ seq: 1, message_id: 'm1' });
});

describe('the outbox', () => {
  it('keeps a message from the key press until the transcript shows it', async () => {
    send(keep, 'c1', 'hello', 5);
    expect(readOutbox(keep, 'c1')).toMatchObject([{ text: 'hello', state: 'sending' }]);
    await settled();
    expect(readOutbox(keep, 'c1')).toHaveLength(1);
    settle(keep, 'c1', [line(6, 'hello')]);
    expect(readOutbox(keep, 'c1')).toEqual([]);
  });

  it('shows a refused one as failed and sends it again under the same key', async () => {
    sendMessage.mockRejectedValueOnce(new ApiError('contact_not_connected', '', 409));
    send(keep, 'c2', 'hello', 0);
    await settled();
    const [failed] = readOutbox(keep, 'c2');
    expect(failed).toMatchObject({ state: 'failed', code: 'contact_not_connected' });
    if (failed) retry(keep, 'c2', failed);
    await settled();
    const keys = sendMessage.mock.calls.map((call) => call[2] as string);
    expect(keys).toEqual([failed?.key, failed?.key]);
  });

  it('sends in the order they were written', async () => {
    let finishFirst: (value: unknown) => void = () => undefined;
    sendMessage.mockImplementationOnce(() => new Promise((resolve) => (finishFirst = resolve)));
    send(keep, 'c3', 'one', 0);
    send(keep, 'c3', 'two', 0);
    await settled();
    expect(sendMessage).toHaveBeenCalledTimes(1);
    finishFirst({});
    await settled();
    expect(sendMessage.mock.calls.map((call) => call[1] as string)).toEqual(['one', 'two']);
  });

  it('goes on after F5 with what this tab was sending', async () => {
    sendMessage.mockImplementationOnce(() => new Promise(() => undefined));
    send(keep, 'c4', 'hello', 0);
    await settled();
    const before = readOutbox(keep, 'c4');
    sendMessage.mockClear();
    // A reload starts with empty memory and the same storage.
    vi.resetModules();
    const reloaded = await import('./outbox');
    reloaded.resumeOutbox(keep);
    await settled();
    expect(sendMessage).toHaveBeenCalledWith('c4', 'hello', before[0]?.key);
  });

  it('shows as failed what a closed tab left behind', () => {
    send(keep, 'c5', 'hello', 0);
    const [entry] = readOutbox(keep, 'c5');
    keep.set('outbox:c5', [{ ...entry, tab: 'closed long ago', at_ms: 0 }]);
    resumeOutbox(keep);
    expect(readOutbox(keep, 'c5')).toMatchObject([{ state: 'failed' }]);
  });

  it('forgets what the agent discards', () => {
    send(keep, 'c6', 'hello', 0);
    discard(keep, 'c6', readOutbox(keep, 'c6')[0]?.key ?? '');
    expect(readOutbox(keep, 'c6')).toEqual([]);
  });
});

describe('what is not sent yet', () => {
  const entry = (key: string, text: string, after_seq: number) => ({
    key,
    text,
    after_seq,
    at_ms: 0,
    tab: 't',
    state: 'sending' as const,
    code: null,
  });

  it('is matched once for each equal text', () => {
    const entries = [entry('a', 'ok', 3), entry('b', 'ok', 3)];
    expect(unsent(entries, [line(4, 'ok')])).toEqual([entries[1]]);
    expect(unsent(entries, [line(4, 'ok'), line(5, 'ok')])).toEqual([]);
  });

  it('is not taken for an older line or the customer’s', () => {
    const entries = [entry('a', 'ok', 3)];
    expect(unsent(entries, [line(2, 'ok'), line(4, 'ok', 'customer')])).toEqual(entries);
  });
});
