/** The parts of the document that the forms edit. Whatever else stands in an entry stays as it is. */
import type { LocalName } from '../api/types';

export interface Entry {
  id: string;
  name: LocalName;
  [more: string]: unknown;
}

export interface Reason extends Entry {
  alert_after_s: number;
}

export interface Step {
  after_s?: number;
  needs?: Record<string, number> | null;
  relax_own?: boolean;
  credit_s?: number;
  queues?: string[];
  asks?: string;
  team?: string | null;
  skip_unstaffed?: boolean;
}

export interface Queue extends Entry {
  dispositions: string[];
  needs?: Record<string, number>;
  agent_strategy?: string;
  hours?: string | null;
  steps?: Step[];
  service_level?: { within_s: number; formula: string };
}

export interface Calendar extends Entry {
  zone: string;
  weekly: Record<string, string[]>;
}

/** An id that nobody has yet. */
export function freshId(entries: { id: string }[], stem: string): string {
  const taken = new Set(entries.map((entry) => entry.id));
  for (let number = 1; ; number += 1) {
    const id = `${stem}-${number}`;
    if (!taken.has(id)) return id;
  }
}

export const replaced = <T>(list: T[], index: number, value: T): T[] =>
  list.map((one, at) => (at === index ? value : one));
export const removed = <T>(list: T[], index: number): T[] => list.filter((_, at) => at !== index);
