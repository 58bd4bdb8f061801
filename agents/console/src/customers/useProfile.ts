import { useQuery } from '@tanstack/react-query';
import { readProfile, type Profile } from '../api/customers';
import { useUser } from '../session/session';

/** Who reads and edits profiles; the server refuses everybody else. */
export const useManagesProfiles = (): boolean => useUser().role === 'admin';

export const profileKey = (customerKey: string) => ['profile', customerKey];

/** What is known of a customer: null for nothing; not asked for by who may not read it. Each reading is on record. */
export function useProfile(customerKey: string) {
  const enabled = useManagesProfiles();
  return useQuery({ queryKey: profileKey(customerKey), queryFn: () => readProfile(customerKey), enabled });
}

/** Where mail reaches a customer; "" where nobody knows. */
export function mailAddress(profile: Profile | null | undefined): string {
  const known = [profile?.email, profile?.address];
  return known.find((address) => address?.includes('@')) ?? '';
}
