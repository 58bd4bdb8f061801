import { expect, it } from 'vitest';
import { duration } from './format';

it.each([
  [-5, '0:00'],
  [999, '0:00'],
  [65_000, '1:05'],
  [3_723_000, '1:02:03'],
  [360_000_000, '100:00:00'],
])('%d ms is %s', (ms, text) => expect(duration(ms)).toBe(text));
