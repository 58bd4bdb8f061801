/** Between a profile, the form that changes it, and what is stored. */
import type { Profile, PutProfile } from '../api/customers';

export interface ProfileFields {
  address: string;
  email?: string;
  tier?: string;
  language?: string;
  region?: string;
  owner_agent_id?: string | undefined;
  has_open_complaint?: boolean;
}

const compared = [
  'address',
  'email',
  'tier',
  'language',
  'region',
  'owner_agent_id',
  'has_open_complaint',
] as const;
export type ProfileField = (typeof compared)[number];

/** The form of a customer nobody knows anything of yet. */
const emptyFields = (address: string): ProfileFields => ({
  address,
  email: '',
  tier: '',
  language: '',
  region: '',
  owner_agent_id: undefined,
  has_open_complaint: false,
});

export function fieldsOf(profile: Profile | null, address: string): ProfileFields {
  if (!profile) return emptyFields(address);
  return {
    address: profile.address,
    email: profile.email ?? '',
    tier: profile.tier ?? '',
    language: profile.language ?? '',
    region: profile.region ?? '',
    owner_agent_id: profile.owner_agent_id ?? undefined,
    has_open_complaint: profile.has_open_complaint,
  };
}

const known = (text: string | undefined): string | null => text?.trim() || null;

export const wantedOf = (fields: ProfileFields): PutProfile => ({
  address: fields.address.trim(),
  email: known(fields.email),
  tier: known(fields.tier),
  language: known(fields.language),
  region: known(fields.region),
  owner_agent_id: fields.owner_agent_id ?? null,
  has_open_complaint: fields.has_open_complaint ?? false,
});

/** What differs between two readings of one profile; all of it where only one of them found any. */
export function changedFields(seen: Profile | null, found: Profile | null): ProfileField[] {
  return compared.filter((name) => seen?.[name] !== found?.[name]);
}
