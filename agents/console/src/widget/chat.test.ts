import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Chat } from './chat';
import { Storage } from './storage';
import { wordsOf } from './strings';

class FakeSocket {
  static readonly OPEN = 1;
  static made: FakeSocket[] = [];
  readyState = 0;
  sent: Record<string, unknown>[] = [];
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onclose?: () => void;

  readonly url: string;

  constructor(url: string) {
    this.url = url;
    FakeSocket.made.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(): void {
    this.readyState = 3;
    this.onclose?.();
  }

  open(): void {
    this.readyState = FakeSocket.OPEN;
    this.onopen?.();
  }

  tell(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

const socket = (): FakeSocket => {
  const newest = FakeSocket.made.at(-1);
  if (!newest) throw new Error('no socket was opened');
  return newest;
};

const connected = { type: 'state', state: 'connected', agent_name: 'Anna', position: null };
const line = (seq: number, message_id: string, author = 'customer') => ({
  type: 'message',
  message: { seq, message_id, author, author_name: 'Maria', text: 'hello', at_ms: 0 },
});
const form = { name: 'Maria', email: '', language: 'en', text: 'hello' };
const json = (status: number, body: object) => new Response(JSON.stringify(body), { status });

let storage: Storage;
let chat: Chat;
const fetchCalls = vi.fn<typeof fetch>();

function open(): void {
  chat = new Chat('https://shop.example', 'demo', storage, () => undefined);
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('fetch', fetchCalls);
  fetchCalls.mockReset().mockImplementation(() => Promise.resolve(json(201, { token: 't1' })));
  FakeSocket.made = [];
  storage = new Storage('demo');
  open();
});

afterEach(() => vi.useRealTimers());

const keyOf = (call: number): unknown =>
  (fetchCalls.mock.calls[call]?.[1]?.headers as Record<string, string>)['Idempotency-Key'];

describe('starting a chat', () => {
  it('asks again with the same key until the answer is known', async () => {
    fetchCalls.mockRejectedValueOnce(new TypeError('gone'));
    fetchCalls.mockResolvedValueOnce(json(503, {}));
    expect(await chat.start(form)).toBe('network');
    expect(await chat.start(form)).toBe('network');
    expect(await chat.start(form)).toBeNull();
    expect([keyOf(1), keyOf(2)]).toEqual([keyOf(0), keyOf(0)]);
    socket().open();
    expect(socket().url).toBe('wss://shop.example/api/v1/chat/socket');
    expect(socket().sent).toEqual([{ type: 'hello', version: 1, token: 't1', after_seq: 0 }]);
  });

  it('says that too many ask at once, and asks again with the same key', async () => {
    fetchCalls.mockResolvedValueOnce(json(503, { error: { code: 'overloaded' } }));
    expect(await chat.start(form)).toBe('overloaded');
    expect(await chat.start(form)).toBeNull();
    expect(keyOf(1)).toBe(keyOf(0));
  });

  it('takes a new key after a refusal', async () => {
    fetchCalls.mockResolvedValueOnce(json(409, { error: { code: 'chat_throttled' } }));
    expect(await chat.start(form)).toBe('chat_throttled');
    await chat.start(form);
    expect(keyOf(1)).not.toBe(keyOf(0));
  });
});

describe('a running chat', () => {
  beforeEach(async () => {
    await chat.start(form);
    socket().open();
    socket().tell(connected);
  });

  it('keeps a message until it comes back, and resends it under the same id after a reconnect', () => {
    chat.say('hello');
    const id = chat.outbox[0]?.id;
    socket().tell(line(3, 'other'));
    socket().close();
    expect(chat.isOnline).toBe(false);
    vi.advanceTimersByTime(1_000);
    socket().open();
    expect(socket().sent[0]).toMatchObject({ type: 'hello', after_seq: 3 });
    socket().tell(connected);
    expect(socket().sent[1]).toEqual({ type: 'message', message_id: id, text: 'hello' });
    socket().tell(line(4, id ?? ''));
    socket().tell(line(4, id ?? ''));
    expect(chat.outbox).toEqual([]);
    expect(chat.messages.map((message) => message.seq)).toEqual([3, 4]);
  });

  it('goes on after the page is loaded again', () => {
    chat.say('typed just before F5');
    storage = new Storage('demo');
    open();
    socket().open();
    expect(socket().sent[0]).toMatchObject({ type: 'hello', token: 't1', after_seq: 0 });
    socket().tell(connected);
    expect(socket().sent[1]).toMatchObject({ type: 'message', text: 'typed just before F5' });
  });

  it('says again that it is over when the connection was lost on it', () => {
    socket().readyState = 3;
    chat.end();
    socket().close();
    vi.advanceTimersByTime(1_000);
    socket().open();
    socket().tell(connected);
    expect(socket().sent[1]).toEqual({ type: 'end' });
    socket().tell({ ...connected, state: 'closed' });
    expect(chat.stage).toBe('closed');
  });

  it('does not repeat what was refused', () => {
    chat.say('too late');
    socket().tell({ type: 'refused', message_id: chat.outbox[0]?.id, code: 'contact_ended' });
    expect(chat.outbox).toMatchObject([{ refused: 'contact_ended' }]);
    socket().close();
    vi.advanceTimersByTime(1_000);
    socket().open();
    socket().tell(connected);
    expect(socket().sent).toHaveLength(1);
  });

  it('says typing at most every two seconds', () => {
    chat.sayTyping();
    chat.sayTyping();
    vi.advanceTimersByTime(2_000);
    chat.sayTyping();
    expect(socket().sent.filter((frame) => frame.type === 'typing')).toHaveLength(2);
  });

  it('shows the agent typing for four seconds', () => {
    socket().tell({ type: 'typing' });
    expect(chat.isAgentTyping).toBe(true);
    vi.advanceTimersByTime(4_000);
    expect(chat.isAgentTyping).toBe(false);
  });

  it('is left alone once it is closed, and emptied for a new one', () => {
    socket().tell({ ...connected, state: 'closed' });
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.made).toHaveLength(1);
    chat.reset();
    expect(chat.stage).toBe('form');
    expect(storage.kept.token).toBeNull();
  });

  it('forgets a token the server no longer knows', () => {
    socket().tell({ type: 'bye', code: 'token_invalid' });
    expect(chat.stage).toBe('form');
    expect(storage.kept.token).toBeNull();
  });
});

describe('waiting', () => {
  const waiting = { type: 'state', state: 'waiting', agent_name: '', position: 2 };

  it('keeps the newest estimate, and none once nothing is known', async () => {
    await chat.start(form);
    socket().open();
    socket().tell({ ...waiting, wait_p50_ms: 45_000, wait_p90_ms: 180_000 });
    expect([chat.position, chat.estimate]).toEqual([2, [45_000, 180_000]]);
    socket().tell({ ...waiting, wait_p50_ms: null, wait_p90_ms: null });
    expect(chat.estimate).toBeNull();
  });

  it('says it in words, in both languages', () => {
    const [en, zh] = [wordsOf('en'), wordsOf('zh-CN')];
    expect(en.estimate(en.wait(45_000), en.wait(180_000))).toBe(
      'Half wait less than 45 seconds, nearly all less than 3 minutes',
    );
    expect(en.estimate(en.wait(75_000), en.wait(120_000))).toBe('Most wait less than 2 minutes');
    expect(zh.estimate(zh.wait(45_000), zh.wait(180_000))).toBe(
      '一半人等待不超过45 秒，绝大多数不超过3 分钟',
    );
  });
});
