import { act, renderHook } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { AgentLine } from '../api/types';
import { useSteadyOrder } from '../ui/useSteadyOrder';
import { activityOf, matches, sortAgents } from './agents';

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

it.each([
  ['ready', {}],
  ['away', { is_present: false }],
  ['away', { state: 'logged_out' }],
  ['notReady', { state: 'not_ready', reason_id: 'break' }],
  ['missed', { state: 'not_ready', reason_id: 'missed' }],
  ['talking', { capacity_used: 2, is_in_wrap_up: true }],
  ['wrapUp', { capacity_used: 1, is_in_wrap_up: true }],
] as [string, Partial<AgentLine>][])('%s is read from %o', (activity, change) => {
  expect(activityOf(agent(change))).toBe(activity);
});

it('puts first who needs help, then who is longest in a state', () => {
  const order = sortAgents([
    agent({ agent_id: 'late', state_since_ms: 5 }),
    agent({ agent_id: 'long', state_since_ms: 1 }),
    agent({ agent_id: 'missed', state: 'not_ready', reason_id: 'missed', state_since_ms: 9 }),
  ]);
  expect(order.map((line) => line.agent_id)).toEqual(['missed', 'long', 'late']);
});

it('filters by name, team and state', () => {
  const filter = { text: ' ann ', teamId: 'north', activity: 'ready' as const };
  expect(matches(agent({}), filter)).toBe(true);
  expect(matches(agent({ team_id: 'south' }), filter)).toBe(false);
  expect(matches(agent({ display_name: 'Bo' }), filter)).toBe(false);
  expect(matches(agent({ capacity_used: 1 }), filter)).toBe(false);
});

it('does not move rows under the pointer or the focus; what is new waits', () => {
  const { result, rerender } = renderHook(({ wanted }) => useSteadyOrder(wanted), {
    initialProps: { wanted: ['a', 'b', 'c'] },
  });
  act(() => result.current.hold.onPointerEnter());
  rerender({ wanted: ['d', 'c', 'a'] });
  expect(result.current.order).toEqual(['a', 'c']);
  expect(result.current.fresh).toBe(1);
  act(() => result.current.showFresh());
  expect(result.current.order).toEqual(['d', 'c', 'a']);
  rerender({ wanted: ['a', 'c', 'd'] });
  expect(result.current.order).toEqual(['d', 'c', 'a']);
  act(() => result.current.hold.onPointerLeave());
  expect(result.current.order).toEqual(['a', 'c', 'd']);
});
