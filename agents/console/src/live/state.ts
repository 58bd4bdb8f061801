/**
 * What the server has told this tab, folded frame by frame. Pure: time comes in.
 *
 * A desk is whole and carries the seq it is true as of, so the newest wins and an older one is ignored.
 * Messages are merged by seq, so it does not matter which of HTTP and socket brings one first, or twice.
 */
import type { BoardPush, ChatMessage, Desk, EmergencyCall, ToConsole } from '../api/types';

export type LinkState = 'connecting' | 'open' | 'waiting' | 'ended';

export interface LiveState {
  link: LinkState;
  /** When the next attempt to connect is due, by this machine's clock; null when none is. */
  retryAtMs: number | null;
  /** Undefined until the first desk frame; null for a user who has no desk. */
  desk: Desk | null | undefined;
  deskSeq: number;
  /** The server's clock minus this machine's. */
  clockOffsetMs: number;
  /** How far the clock of a demo was led ahead; null where it cannot be. */
  clockAheadMs: number | null;
  transcripts: Record<string, ChatMessage[]>;
  /** Contact -> until when "is typing" is shown, by this machine's clock. */
  typingUntilMs: Record<string, number>;
  board: BoardPush | null;
  /** Emergency calls of the last hour, for whoever watches over agents. */
  emergencies: EmergencyCall[];
}

export const initialLive: LiveState = {
  link: 'connecting',
  retryAtMs: null,
  desk: undefined,
  deskSeq: -1,
  clockOffsetMs: 0,
  clockAheadMs: null,
  transcripts: {},
  typingUntilMs: {},
  board: null,
  emergencies: [],
};

export const TYPING_SHOWN_MS = 4_000;
const CLOCK_JUMP_MS = 2_000;

/** A stamp is always late by the way it travelled, so the largest difference seen is the best estimate. */
function betterOffset(known: number, isFirst: boolean, serverNowMs: number, nowMs: number): number {
  const seen = serverNowMs - nowMs;
  return isFirst || seen > known || known - seen > CLOCK_JUMP_MS ? seen : known;
}

export function mergeMessages(known: ChatMessage[], incoming: ChatMessage[]): ChatMessage[] {
  const have = new Set(known.map((message) => message.seq));
  const added = incoming.filter((message) => !have.has(message.seq));
  if (!added.length) return known;
  const merged = [...known, ...added];
  return merged.sort((a, b) => a.seq - b.seq);
}

export function addMessages(state: LiveState, contactId: string, incoming: ChatMessage[]): LiveState {
  const known = state.transcripts[contactId] ?? [];
  const merged = mergeMessages(known, incoming);
  if (merged === known && state.transcripts[contactId]) return state;
  return { ...state, transcripts: { ...state.transcripts, [contactId]: merged } };
}

/** What is the same as before stays the same object, so that only what has changed is drawn again. */
function sharing<T extends { contact_id: string }>(known: T[] | undefined, incoming: T[]): T[] {
  if (!known) return incoming;
  const before = new Map(known.map((card) => [card.contact_id, card]));
  return incoming.map((card) => {
    const same = before.get(card.contact_id);
    return same && JSON.stringify(same) === JSON.stringify(card) ? same : card;
  });
}

function sharedDesk(known: Desk | null | undefined, incoming: Desk | null): Desk | null {
  return (
    incoming && {
      agent: incoming.agent,
      offers: sharing(known?.offers, incoming.offers),
      assignments: sharing(known?.assignments, incoming.assignments),
      asked: sharing(known?.asked, incoming.asked ?? []),
    }
  );
}

function withDesk(state: LiveState, frame: ToConsole & { type: 'desk' }, nowMs: number): LiveState {
  if (frame.seq < state.deskSeq) return state;
  const isFirst = state.desk === undefined;
  return {
    ...state,
    desk: sharedDesk(state.desk, frame.desk),
    deskSeq: frame.seq,
    clockOffsetMs: betterOffset(state.clockOffsetMs, isFirst, frame.server_now_ms, nowMs),
    clockAheadMs: frame.clock_ahead_ms ?? null,
  };
}

function withBoard(state: LiveState, frame: BoardPush, nowMs: number): LiveState {
  if (state.board && frame.as_of_seq < state.board.as_of_seq) return state;
  const isFirst = state.board === null && state.desk === undefined;
  const clockOffsetMs = betterOffset(state.clockOffsetMs, isFirst, frame.server_now_ms, nowMs);
  return { ...state, board: frame, clockOffsetMs };
}

export function applyFrame(state: LiveState, frame: ToConsole, nowMs: number): LiveState {
  switch (frame.type) {
    case 'desk':
      return withDesk(state, frame, nowMs);
    case 'board':
      return withBoard(state, frame, nowMs);
    case 'message': {
      const typingUntilMs = { ...state.typingUntilMs };
      if (frame.message.author === 'customer') typingUntilMs[frame.contact_id] = 0;
      return addMessages({ ...state, typingUntilMs }, frame.contact_id, [frame.message]);
    }
    case 'typing':
      return {
        ...state,
        typingUntilMs: { ...state.typingUntilMs, [frame.contact_id]: nowMs + TYPING_SHOWN_MS },
      };
    case 'emergencies':
      return { ...state, emergencies: frame.calls };
    case 'bye':
      return state;
  }
}

/** Contact -> newest seq held, for `hello`: the server sends what came after. */
export function messagesAfter(state: LiveState): Record<string, number> {
  const after: Record<string, number> = {};
  const onDesk = new Set(state.desk?.assignments.map((assignment) => assignment.contact_id) ?? []);
  for (const [contactId, messages] of Object.entries(state.transcripts))
    if (onDesk.has(contactId)) after[contactId] = messages.at(-1)?.seq ?? 0;
  return after;
}
