import { describe, expect, it } from 'vitest';
import type { AgentLine, QueueInfo, QueueLine } from '../api/types';
import { queueLineOf } from '../test-render';
import {
  choose,
  chosenIds,
  onPage,
  pageCount,
  peopleOf,
  tileOf,
  TILES_PER_PAGE,
  totalsOf,
  troubleFirst,
} from './tiles';

const NOW = 1_000_000;

const config = { amber_after_ms: 30_000, red_after_ms: 90_000 } as QueueInfo;

const queueOf = (queue_id: string, waitedMs: number | null, change: Partial<QueueLine> = {}): QueueLine =>
  queueLineOf({
    queue_id,
    waiting: waitedMs === null ? 0 : 1,
    oldest_waiting_since_ms: waitedMs === null ? null : NOW - waitedMs,
    ...change,
  });

const tile = (id: string, waitedMs: number | null) => tileOf(queueOf(id, waitedMs), config, NOW);

describe('a tile', () => {
  it.each([
    [null, 'nobody'],
    [29_999, 'inTime'],
    [30_000, 'late'],
    [89_999, 'late'],
    [90_000, 'breach'],
  ])('whose customer has waited %o ms is %s', (waitedMs, state) => {
    expect(tile('sales', waitedMs).state).toBe(state);
  });

  it('of a queue without thresholds is in time', () => {
    expect(tileOf(queueOf('sales', 900_000), undefined, NOW).state).toBe('inTime');
  });

  it('never shows a wait below zero, whatever the clocks say', () => {
    expect(tile('sales', -5_000).waitMs).toBe(0);
  });
});

describe('the order', () => {
  const order = (...tiles: ReturnType<typeof tile>[]) =>
    troubleFirst(tiles).map(({ queue }) => queue.queue_id);

  it('puts red before amber, the newest trouble first, and leaves the others where they were', () => {
    expect(
      order(
        tile('calm', null),
        tile('amber-old', 60_000),
        tile('waits', 5_000),
        tile('red-old', 400_000),
        tile('amber-new', 31_000),
        tile('red-new', 91_000),
      ),
    ).toEqual(['red-new', 'red-old', 'amber-new', 'amber-old', 'calm', 'waits']);
  });

  it('is the same whichever way the board names equal ones', () => {
    expect(order(tile('b', 95_000), tile('a', 95_000))).toEqual(['a', 'b']);
    expect(order(tile('a', 95_000), tile('b', 95_000))).toEqual(['a', 'b']);
  });
});

describe('the choice', () => {
  const queues = [queueOf('sales', null), queueOf('help', null), queueOf('fax', null)];

  it.each([
    [null, []],
    ['', []],
    ['sales', ['sales']],
    [' help , sales,,help', ['help', 'sales']],
  ])('of %o is %o', (list, ids) => {
    expect(chosenIds(list)).toEqual(ids);
  });

  it('keeps the order it was made in, and says what it does not find', () => {
    const { shown, unknown } = choose(queues, ['fax', 'nowhere', 'sales']);
    expect(shown.map((queue) => queue.queue_id)).toEqual(['fax', 'sales']);
    expect(unknown).toEqual(['nowhere']);
  });

  it('of nothing is everything', () => {
    expect(choose(queues, [])).toEqual({ shown: queues, unknown: [] });
  });
});

it('every tile stands on one page', () => {
  const tiles = Array.from({ length: 2 * TILES_PER_PAGE + 1 }, (_, at) => tile(`q${at}`, null));
  expect(pageCount(tiles.length)).toBe(3);
  expect([0, 1, 2].flatMap((page) => onPage(tiles, page))).toEqual(tiles);
  expect([pageCount(0), pageCount(1), pageCount(TILES_PER_PAGE)]).toEqual([1, 1, 1]);
});

it('sums queues and names the longest wait', () => {
  const tiles = [
    tileOf(queueOf('a', 5_000, { waiting: 2, answered_today: 3, abandoned_today: 1 }), config, NOW),
    tileOf(queueOf('b', 7_000, { waiting: 4, answered_today: 5 }), config, NOW),
    tileOf(queueOf('c', null), config, NOW),
  ];
  const { waiting, answered, abandoned, longest } = totalsOf(tiles);
  expect({ waiting, answered, abandoned, longest: longest?.queue.queue_id }).toEqual({
    waiting: 6,
    answered: 8,
    abandoned: 1,
    longest: 'b',
  });
  expect(totalsOf([]).longest).toBeNull();
});

it('counts every agent once', () => {
  const agent = (change: Partial<AgentLine>): AgentLine => ({
    agent_id: 'a',
    display_name: 'Anna',
    team_id: 'north',
    state: 'ready',
    reason_id: null,
    state_since_ms: 0,
    is_present: true,
    capacity_used: 0,
    capacity_total: 3,
    is_in_wrap_up: false,
    ...change,
  });
  expect(
    peopleOf([
      agent({}),
      agent({ capacity_used: 2 }),
      agent({ capacity_used: 1, is_in_wrap_up: true }),
      agent({ state: 'not_ready', reason_id: 'missed' }),
      agent({ state: 'not_ready', reason_id: 'break' }),
      agent({ state: 'logged_out' }),
    ]),
  ).toEqual({ ready: 1, talking: 1, wrapUp: 1, notReady: 2, away: 1 });
});
