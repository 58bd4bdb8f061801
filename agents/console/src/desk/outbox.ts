/**
 * Messages on their way. An entry is kept from the moment Enter is pressed until the server's transcript shows
 * it, so F5, a lost network or a server restart never loses text; its key makes asking again harmless.
 */
import { sendMessage } from '../api/calls';
import { newKey, withRetry } from '../api/command';
import { ApiError } from '../api/http';
import type { ChatMessage } from '../api/types';
import type { Keep } from '../persist/keep';

export interface OutboxEntry {
  key: string;
  text: string;
  at_ms: number;
  /** Newest seq of the transcript when it was written: its own line comes later than that. */
  after_seq: number;
  /** The tab that sends it; another one only shows it. */
  tab: string;
  state: 'sending' | 'failed';
  code: string | null;
}

const empty: OutboxEntry[] = [];
const ABANDONED_MS = 30_000;
const chains = new Map<string, Promise<void>>();

/** This tab, through F5 as well. */
function tabId(): string {
  const known = sessionStorage.getItem('cc:tab');
  if (known) return known;
  const id = newKey();
  sessionStorage.setItem('cc:tab', id);
  return id;
}

export const outboxName = (contactId: string): string => `outbox:${contactId}`;
export const readOutbox = (keep: Keep, contactId: string): OutboxEntry[] =>
  keep.get(outboxName(contactId), empty);

function write(keep: Keep, contactId: string, entries: OutboxEntry[]): void {
  keep.set(outboxName(contactId), entries.length ? entries : undefined);
}

function change(keep: Keep, contactId: string, key: string, to: Partial<OutboxEntry>): void {
  const entries = readOutbox(keep, contactId);
  write(
    keep,
    contactId,
    entries.map((entry) => (entry.key === key ? { ...entry, ...to } : entry)),
  );
}

export function discard(keep: Keep, contactId: string, key: string): void {
  write(
    keep,
    contactId,
    readOutbox(keep, contactId).filter((entry) => entry.key !== key),
  );
}

/** One after the other for a contact, so lines arrive in the order they were written. */
function enqueue(keep: Keep, contactId: string, entry: OutboxEntry): void {
  const before = chains.get(contactId) ?? Promise.resolve();
  const sent = before.then(async () => {
    try {
      await withRetry(entry.key, (key) => sendMessage(contactId, entry.text, key));
    } catch (error) {
      const code = error instanceof ApiError ? error.code : 'unknown';
      change(keep, contactId, entry.key, { state: 'failed', code });
    }
  });
  chains.set(contactId, sent);
}

export function send(keep: Keep, contactId: string, text: string, afterSeq: number): void {
  const entry: OutboxEntry = {
    key: newKey(),
    text,
    at_ms: Date.now(),
    after_seq: afterSeq,
    tab: tabId(),
    state: 'sending',
    code: null,
  };
  write(keep, contactId, [...readOutbox(keep, contactId), entry]);
  enqueue(keep, contactId, entry);
}

export function retry(keep: Keep, contactId: string, entry: OutboxEntry): void {
  const next: OutboxEntry = { ...entry, tab: tabId(), state: 'sending', code: null };
  change(keep, contactId, entry.key, next);
  enqueue(keep, contactId, next);
}

/** After F5: goes on with what this tab was sending; what a closed tab left behind is shown as not sent. */
export function resumeOutbox(keep: Keep): void {
  for (const name of keep.names('outbox:')) {
    const contactId = name.slice('outbox:'.length);
    for (const entry of readOutbox(keep, contactId)) {
      if (entry.state !== 'sending') continue;
      if (entry.tab === tabId()) enqueue(keep, contactId, entry);
      else if (Date.now() - entry.at_ms > ABANDONED_MS)
        change(keep, contactId, entry.key, { state: 'failed', code: 'network' });
    }
  }
}

/** The entries the transcript does not show yet. A line of ours with the same text after it was written is it. */
export function unsent(entries: OutboxEntry[], transcript: ChatMessage[]): OutboxEntry[] {
  const taken = new Set<number>();
  return entries.filter((entry) => {
    const line = transcript.find(
      (message) =>
        message.author === 'agent' &&
        message.seq > entry.after_seq &&
        message.text === entry.text &&
        !taken.has(message.seq),
    );
    if (line) taken.add(line.seq);
    return !line;
  });
}

/** Lets go of what has arrived. */
export function settle(keep: Keep, contactId: string, transcript: ChatMessage[]): void {
  const entries = readOutbox(keep, contactId);
  const left = unsent(entries, transcript);
  if (left.length !== entries.length) write(keep, contactId, left);
}
