import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeskSocket } from './socket';

class FakeSocket {
  static readonly OPEN = 1;
  static made: FakeSocket[] = [];
  readyState = 0;
  sent: unknown[] = [];
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onclose?: () => void;

  constructor() {
    FakeSocket.made.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
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

const newest = (): FakeSocket => {
  const socket = FakeSocket.made.at(-1);
  if (!socket) throw new Error('no socket was opened');
  return socket;
};

const desk = { type: 'desk', seq: 1, server_now_ms: 0, desk: null };
let after: Record<string, number>;
const onFrame = vi.fn();
const onLink = vi.fn();
let client: DeskSocket;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', FakeSocket);
  FakeSocket.made = [];
  after = {};
  onFrame.mockReset();
  onLink.mockReset();
  client = new DeskSocket('ws://test', { messagesAfter: () => after, onFrame, onLink });
});

afterEach(() => {
  client.close();
  vi.useRealTimers();
});

describe('the desk socket', () => {
  it('says hello with what it has, and is open when the desk came', () => {
    after = { c1: 4 };
    newest().open();
    expect(newest().sent).toEqual([{ type: 'hello', version: 1, messages_after: { c1: 4 } }]);
    expect(onLink).not.toHaveBeenCalledWith('open', null);
    newest().tell(desk);
    expect(onLink).toHaveBeenLastCalledWith('open', null);
    expect(onFrame).toHaveBeenCalledWith(desk);
  });

  it('comes back by itself, later and later, and asks for what it missed', () => {
    const pauses: number[] = [];
    for (let times = 0; times < 8; times += 1) {
      newest().close();
      const retryAt = onLink.mock.lastCall?.[1] as number;
      pauses.push(retryAt - Date.now());
      vi.advanceTimersByTime(pauses.at(-1) ?? 0);
    }
    expect(FakeSocket.made).toHaveLength(9);
    expect(pauses[0]).toBeLessThanOrEqual(400);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(10_000);
    expect(pauses.at(-1)).toBeGreaterThanOrEqual(5_000);
    after = { c1: 12 };
    newest().open();
    expect(newest().sent).toEqual([{ type: 'hello', version: 1, messages_after: { c1: 12 } }]);
  });

  it('starts over with short pauses once it was connected', () => {
    for (let times = 0; times < 5; times += 1) {
      newest().close();
      vi.advanceTimersByTime(10_000);
    }
    newest().open();
    newest().tell(desk);
    newest().close();
    expect((onLink.mock.lastCall?.[1] as number) - Date.now()).toBeLessThanOrEqual(400);
  });

  it('tries at once when asked to', () => {
    newest().close();
    client.retryNow();
    expect(FakeSocket.made).toHaveLength(2);
  });

  it('stops for good when the session has ended', () => {
    newest().open();
    newest().tell({ type: 'bye', code: 'session_ended', message: '' });
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.made).toHaveLength(1);
    expect(onLink).toHaveBeenLastCalledWith('ended', null);
  });

  it('reconnects after any other goodbye', () => {
    newest().open();
    newest().tell({ type: 'bye', code: 'slow_reader', message: '' });
    newest().close();
    vi.advanceTimersByTime(1_000);
    expect(FakeSocket.made).toHaveLength(2);
  });

  it('does not listen to a socket it has given up', () => {
    const old = newest();
    old.close();
    vi.advanceTimersByTime(1_000);
    old.tell(desk);
    expect(onFrame).not.toHaveBeenCalled();
  });

  it('says so when nothing can be sent', () => {
    expect(client.send({ type: 'typing', contact_id: 'c1' })).toBe(false);
  });
});
