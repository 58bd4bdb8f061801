/** A contact's phases as a picture: lanes, and where on the line of time each phase begins and ends. */
import type { Phase } from '../api/history';
import type { IconName } from '../ui/Icon';
import type { Tone } from '../ui/StateTag';

export type Lane = 'contact' | 'offers' | 'agent' | 'colleagues';

export interface Bar {
  phase: Phase;
  lane: Lane;
  /** Of the width of the picture, in percent. */
  left: number;
  width: number;
}

/** Shorter than this would be invisible, in percent. */
const WIDTH_MIN = 0.8;

const lanes: Record<string, Lane> = {
  offer: 'offers',
  hold: 'agent',
  wrap_up: 'agent',
  consult: 'colleagues',
  conference: 'colleagues',
};

/** Whether it is between an agent and a colleague, beside what the contact is in. */
export const isAside = (kind: string) => lanes[kind] === 'colleagues';

const waiting: [Tone, IconName] = ['idle', 'clock'];

const looks: Record<string, [Tone, IconName]> = {
  dialling: ['offered', 'voice'],
  waiting,
  offer: ['offered', 'bell'],
  talk: ['talking', 'chat'],
  hold: ['warning', 'pause'],
  parked: ['idle', 'pause'],
  consult: ['offered', 'person'],
  conference: ['talking', 'voice'],
  wrap_up: ['wrapUp', 'wrapUp'],
};

export const lookOf = (kind: string): [Tone, IconName] => looks[kind] ?? waiting;

export function barsOf(phases: Phase[], nowMs: number): Bar[] {
  const begin = Math.min(...phases.map((phase) => phase.began_at_ms));
  const end = Math.max(...phases.map((phase) => phase.ended_at_ms ?? nowMs));
  const whole = Math.max(1, end - begin);
  return phases.map((phase) => {
    const share = (100 * ((phase.ended_at_ms ?? nowMs) - phase.began_at_ms)) / whole;
    const width = Math.min(100, Math.max(WIDTH_MIN, share));
    const left = Math.min((100 * (phase.began_at_ms - begin)) / whole, 100 - width);
    return { phase, lane: lanes[phase.kind] ?? 'contact', left, width };
  });
}
