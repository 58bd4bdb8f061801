/** Numbers and phone systems. */
import { answerOf, api } from './http';
import type { components } from './schema';

export type TrunkRow = components['schemas']['TrunkRow'];
export type NumberRow = components['schemas']['NumberRow'];

export const readTelephony = () => answerOf(api.GET('/api/v1/telephony'));
