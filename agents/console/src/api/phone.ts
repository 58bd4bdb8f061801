/** The own phone in the browser. */
import { answerOf, api } from './http';

export const readPhone = () => answerOf(api.GET('/api/v1/phone'));
/** The secret it answers with ends with the session; one told before is worth nothing from then on. */
export const openPhone = () => answerOf(api.POST('/api/v1/phone', { body: {} }));
