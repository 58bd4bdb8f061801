/** What stands on the wall, and in which order. Pure: time comes in. */
import type { AgentLine, QueueInfo, QueueLine } from '../api/types';
import { activityOf, type Activity } from '../supervisor/agents';
import { latenessOf, type Lateness } from '../supervisor/lateness';

/** Tiles that can be read from afar at once; what is more stands on a further page. */
export const TILES_PER_PAGE = 6;

export interface Tile {
  queue: QueueLine;
  /** Null while nobody waits. */
  waitMs: number | null;
  /** `nobody`: nobody waits. */
  state: Lateness | 'nobody';
  /** When the state that calls for help began; null without one. */
  troubleSinceMs: number | null;
}

const ranks: Tile['state'][] = ['breach', 'late', 'inTime', 'nobody'];
const isTrouble = (tile: Tile): boolean => tile.troubleSinceMs !== null;

export function tileOf(queue: QueueLine, config: QueueInfo | undefined, nowMs: number): Tile {
  const sinceMs = queue.oldest_waiting_since_ms;
  if (sinceMs === null) return { queue, waitMs: null, state: 'nobody', troubleSinceMs: null };
  const waitMs = Math.max(0, nowMs - sinceMs);
  const state = latenessOf(config, waitMs);
  const afterMs = { breach: config?.red_after_ms, late: config?.amber_after_ms, inTime: undefined }[state];
  return { queue, waitMs, state, troubleSinceMs: afterMs === undefined ? null : sinceMs + afterMs };
}

/** Red before amber, of each the newest first; then the others as they came, so that a calm wall stands still. */
export function troubleFirst(tiles: Tile[]): Tile[] {
  const troubled = tiles
    .filter(isTrouble)
    .sort(
      (a, b) =>
        ranks.indexOf(a.state) - ranks.indexOf(b.state) ||
        (b.troubleSinceMs ?? 0) - (a.troubleSinceMs ?? 0) ||
        a.queue.queue_id.localeCompare(b.queue.queue_id),
    );
  return [...troubled, ...tiles.filter((tile) => !isTrouble(tile))];
}

/** `sales,help` of the address: each once; none named means all. */
export const chosenIds = (list: string | null): string[] => [
  ...new Set((list ?? '').split(',').flatMap((id) => id.trim() || [])),
];

/** The chosen queues in the order they were named, and which of the names belong to no queue of this user. */
export function choose(queues: QueueLine[], chosen: string[]): { shown: QueueLine[]; unknown: string[] } {
  if (!chosen.length) return { shown: queues, unknown: [] };
  const byId = new Map(queues.map((queue) => [queue.queue_id, queue]));
  return {
    shown: chosen.flatMap((id) => byId.get(id) ?? []),
    unknown: chosen.filter((id) => !byId.has(id)),
  };
}

export const pageCount = (tiles: number): number => Math.max(1, Math.ceil(tiles / TILES_PER_PAGE));
export const onPage = (tiles: Tile[], page: number): Tile[] =>
  tiles.slice(page * TILES_PER_PAGE, (page + 1) * TILES_PER_PAGE);

export interface Totals {
  waiting: number;
  answered: number;
  abandoned: number;
  /** Of the tile whose customer waits longest; null while nobody waits. */
  longest: Tile | null;
}

export function totalsOf(tiles: Tile[]): Totals {
  const sum = (of: (queue: QueueLine) => number) => tiles.reduce((all, { queue }) => all + of(queue), 0);
  const waits = tiles.filter((tile) => tile.waitMs !== null);
  return {
    waiting: sum((queue) => queue.waiting),
    answered: sum((queue) => queue.answered_today),
    abandoned: sum((queue) => queue.abandoned_today),
    longest: waits.reduce<Tile | null>(
      (most, tile) => (most && (most.waitMs ?? 0) >= (tile.waitMs ?? 0) ? most : tile),
      null,
    ),
  };
}

/** Everybody once: who has missed contacts is not ready either. */
export type Group = Exclude<Activity, 'missed'>;
export const groups: Group[] = ['ready', 'talking', 'wrapUp', 'notReady', 'away'];

export function peopleOf(agents: AgentLine[]): Record<Group, number> {
  const people = { ready: 0, talking: 0, wrapUp: 0, notReady: 0, away: 0 };
  for (const agent of agents) {
    const activity = activityOf(agent);
    people[activity === 'missed' ? 'notReady' : activity] += 1;
  }
  return people;
}
