import { expect, it } from 'vitest';
import { numbersIn } from './numbers';

it('finds numbers however they are written', () => {
  expect(
    numbersIn('Call me at +49 (0)30 1234-567 or 030/1234567, from abroad 0049 30 1234567. Thanks!'),
  ).toEqual(['+49 (0)30 1234-567', '030/1234567', '0049 30 1234567']);
  expect(numbersIn('请打13812345678，或 138 0013 8000；客服热线400-820-8820。座机010-65551234')).toEqual([
    '13812345678',
    '138 0013 8000',
    '400-820-8820',
    '010-65551234',
  ]);
});

it('leaves dates, order numbers and amounts alone', () => {
  expect(
    numbersIn('Order 4711234567 of 01.02.2026 (2026-02-01, 12:00), 1.234.567,00 EUR, A0012345678, 0815'),
  ).toEqual([]);
});

it('names each once, and no more than a few', () => {
  expect(numbersIn('+49301234567, +49 30 1234567')).toEqual(['+49301234567']);
  const many = Array.from({ length: 9 }, (_, n) => `+4930123450${n}`).join(', ');
  expect(numbersIn(many)).toHaveLength(5);
});
