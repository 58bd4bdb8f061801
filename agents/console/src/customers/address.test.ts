import { describe, expect, it } from 'vitest';
import { arrivalAddress, customerPath, isCustomerKey } from './address';

describe('what is typed to find a customer', () => {
  it('is a key only where it has the form of one', () => {
    expect(isCustomerKey('aB3_-6789012345678901234567890xy')).toBe(true);
    expect(isCustomerKey('+86 138 0013 8000')).toBe(false);
    expect(isCustomerKey('somebody.with-a-name@example.com')).toBe(false);
    expect(isCustomerKey('aB3_-6789012345678901234567890xyz')).toBe(false);
  });

  it('goes along without standing in the path', () => {
    expect(customerPath('a/b')).toBe('/customers/a%2Fb');
    expect(arrivalAddress({ address: 'mia@example.org' })).toBe('mia@example.org');
    for (const state of [null, undefined, 'x', {}, { address: 7 }]) expect(arrivalAddress(state)).toBe('');
  });
});
