import { describe, expect, it } from 'vitest';
import { dark, light, type Palette } from './palette';

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const surfaces = ['page', 'surface', 'raised', 'sunken', 'hover', 'selected'] as const;
const onAnySurface = ['text', 'muted', 'accentText'] as const;
const states = ['ready', 'talking', 'wrapUp', 'idle', 'warning', 'breach'] as const;

describe.each([
  ['light', light],
  ['dark', dark],
] satisfies [string, Palette][])('%s palette', (_, palette) => {
  it.each(surfaces)('text on %s reaches 4.5:1', (surface) => {
    for (const name of onAnySurface)
      expect(contrast(palette[name], palette[surface]), name).toBeGreaterThanOrEqual(4.5);
  });

  it('state words reach 4.5:1 on their own tint and on the panels', () => {
    for (const name of states)
      for (const surface of [palette[`${name}Soft`], palette.surface, palette.raised, palette.hover])
        expect(contrast(palette[name], surface), name).toBeGreaterThanOrEqual(4.5);
  });

  it('the primary button and both bubbles are readable', () => {
    for (const fill of [palette.accent, palette.accentHover, palette.accentPress])
      expect(contrast(palette.onAccent, fill)).toBeGreaterThanOrEqual(4.5);
    for (const bubble of [palette.bubbleAgent, palette.bubbleCustomer]) {
      expect(contrast(palette.text, bubble)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(palette.muted, bubble)).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('borders of controls reach 3:1', () => {
    for (const surface of ['surface', 'raised', 'sunken'] as const)
      expect(contrast(palette.border, palette[surface]), surface).toBeGreaterThanOrEqual(3);
  });
});
