/** The calls on customers' profiles. An address stands in a body only, never in a URL. */
import { answerOf, api, ApiError } from './http';
import type { components } from './schema';

export type Profile = components['schemas']['ProfileRow'];
export type PutProfile = components['schemas']['PutProfile'];

/** Null where nothing is known of the customer. */
export async function readProfile(customer_key: string): Promise<Profile | null> {
  const params = { path: { customer_key } };
  try {
    return (await answerOf(api.GET('/api/v1/profiles/{customer_key}', { params }))).profile;
  } catch (error) {
    if (error instanceof ApiError && error.code === 'profile_unknown') return null;
    throw error;
  }
}

/** All that is known: it replaces what was. */
export const putProfile = (body: PutProfile) => answerOf(api.PUT('/api/v1/profiles', { body }));
