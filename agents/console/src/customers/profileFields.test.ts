import { describe, expect, it } from 'vitest';
import type { Profile } from '../api/customers';
import { changedFields, fieldsOf, wantedOf } from './profileFields';
import { mailAddress } from './useProfile';

const mia: Profile = {
  customer_key: 'k',
  address: '+49301234567',
  email: 'mia@example.org',
  tier: 'gold',
  language: null,
  region: null,
  owner_agent_id: null,
  has_open_complaint: false,
};

describe('a profile in the form', () => {
  it('comes back as it was', () => {
    expect({ customer_key: 'k', ...wantedOf(fieldsOf(mia, 'not this')) }).toEqual(mia);
  });

  it('begins with what was typed where nothing is known, and blanks are nothing', () => {
    const fields = { ...fieldsOf(null, 'mia@example.org'), tier: '  ', region: ' eu ' };
    expect(wantedOf(fields)).toMatchObject({ address: 'mia@example.org', tier: null, region: 'eu' });
  });
});

describe('what somebody else changed', () => {
  it('is told by field', () => {
    expect(changedFields(mia, { ...mia })).toEqual([]);
    expect(changedFields(mia, { ...mia, tier: 'vip', has_open_complaint: true })).toEqual([
      'tier',
      'has_open_complaint',
    ]);
    expect(changedFields(null, null)).toEqual([]);
    expect(changedFields(mia, null)).toContain('address');
    expect(changedFields(null, mia)).toContain('tier');
  });
});

describe('where mail reaches a customer', () => {
  it('is the e-mail address, else an address that is one', () => {
    expect(mailAddress(mia)).toBe('mia@example.org');
    expect(mailAddress({ ...mia, email: null })).toBe('');
    expect(mailAddress({ ...mia, email: null, address: 'm@example.org' })).toBe('m@example.org');
    expect(mailAddress(null)).toBe('');
  });
});
