/** The order of the work list: calls first, then chats, then mail; what is put aside comes last. */
import { channelOf, type AssignmentCard, type Channel, type ChatMessage, type QueueInfo } from '../api/types';

const groupNames = ['calls', 'chats', 'mails', 'tasks', 'parked'] as const;
export type GroupName = (typeof groupNames)[number];

const groupOfChannel: Record<Channel, GroupName> = {
  voice: 'calls',
  outbound_voice: 'calls',
  callback: 'calls',
  chat: 'chats',
  sms: 'chats',
  email: 'mails',
  fax: 'mails',
  task: 'tasks',
};

export interface Group {
  name: GroupName;
  items: AssignmentCard[];
}

const groupOf = (item: AssignmentCard): GroupName =>
  item.state === 'parked' ? 'parked' : groupOfChannel[channelOf(item.channel)];

/** Within a group in the order they came, so nothing moves while it is worked on. */
export function grouped(items: AssignmentCard[]): Group[] {
  const inOrder = [...items].sort((a, b) => a.connected_at_ms - b.connected_at_ms);
  return groupNames
    .map((name) => ({ name, items: inOrder.filter((item) => groupOf(item) === name) }))
    .filter((group) => group.items.length);
}

/** Since when the customer waits for an answer: a chat's first unanswered line, a mail's arrival; null for nobody. */
export function waitingSinceMs(item: AssignmentCard, transcript: ChatMessage[]): number | null {
  if (item.state === 'wrap_up') return null;
  const group = groupOfChannel[channelOf(item.channel)];
  if (group === 'mails') return item.arrived_at_ms;
  if (group !== 'chats') return null;
  const answered = transcript.findLastIndex((message) => message.author === 'agent');
  const first = transcript.slice(answered + 1).find((message) => message.author === 'customer');
  return first ? Math.max(first.at_ms, item.connected_at_ms) : null;
}

export type Lateness = 'amber' | 'red' | undefined;

/** By the thresholds of the queue. */
export function lateness(forMs: number, queue: QueueInfo | undefined): Lateness {
  if (!queue || forMs < queue.amber_after_ms) return undefined;
  return forMs < queue.red_after_ms ? 'amber' : 'red';
}
