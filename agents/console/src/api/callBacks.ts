/** Call-backs: the list, making one, calling it now, taking it back. */
import { answerOf, api, keyed } from './http';
import type { components } from './schema';

type Schemas = components['schemas'];

export type CallBackRow = Schemas['CallBackRow'];
export type NewCallBack = Schemas['NewCallBack'];
export type ContactCallBack = Schemas['ContactCallBack'];

const named = (call_back_id: string, key: string) => ({
  params: { path: { call_back_id }, ...keyed(key) },
  body: {},
});

export const readCallBacks = (queue_id: string, ended: boolean) =>
  answerOf(api.GET('/api/v1/call-backs', { params: { query: { queue_id, ended } } }));
export const makeCallBack = (queue_id: string, body: NewCallBack, key: string) =>
  answerOf(
    api.POST('/api/v1/queues/{queue_id}/call-backs', {
      params: { path: { queue_id }, ...keyed(key) },
      body,
    }),
  );
export const callContactBack = (contact_id: string, body: ContactCallBack, key: string) =>
  answerOf(
    api.POST('/api/v1/contacts/{contact_id}/call-back', {
      params: { path: { contact_id }, ...keyed(key) },
      body,
    }),
  );
export const cancelCallBack = (id: string, key: string) =>
  answerOf(api.POST('/api/v1/call-backs/{call_back_id}/cancel', named(id, key)));
export const dialCallBackNow = (id: string, key: string) =>
  answerOf(api.POST('/api/v1/call-backs/{call_back_id}/dial-now', named(id, key)));
