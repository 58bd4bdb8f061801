/** Where other programs hear of events, and their keys. */
import { answerOf, api } from './http';
import type { components } from './schema';

type Schemas = components['schemas'];

export type SubscriptionRow = Schemas['SubscriptionRow'];
export type NewSubscription = Schemas['NewSubscription'];
export type Feed = Schemas['Feed'];
export const FEEDS: readonly Feed[] = ['journal', 'notices'];
export type ApiKeyRow = Schemas['ApiKeyRow'];
export type NewApiKey = Schemas['NewApiKey'];

const ofSubscription = (subscription_id: string) => ({ path: { subscription_id } });

export const readSubscriptions = () => answerOf(api.GET('/api/v1/subscriptions'));
export const addSubscription = (body: NewSubscription) =>
  answerOf(api.POST('/api/v1/subscriptions', { body }));
export const pauseSubscription = (id: string, is_paused: boolean) =>
  answerOf(
    api.PATCH('/api/v1/subscriptions/{subscription_id}', { params: ofSubscription(id), body: { is_paused } }),
  );
export const removeSubscription = (id: string) =>
  answerOf(api.DELETE('/api/v1/subscriptions/{subscription_id}', { params: ofSubscription(id) }));
export const replayEvents = (id: string, feed: Feed, from_seq: number, until_seq: number) =>
  answerOf(
    api.POST('/api/v1/subscriptions/{subscription_id}/replay', {
      params: ofSubscription(id),
      body: { feed, from_seq, until_seq },
    }),
  );
export const readDeadLetters = (id: string, feed: Feed) =>
  answerOf(
    api.GET('/api/v1/subscriptions/{subscription_id}/dead-letters', {
      params: { ...ofSubscription(id), query: { feed, limit: 50 } },
    }),
  );
/** One dead letter of a feed by its number, or (null) all of them. */
export const replayDeadLetters = (id: string, feed: Feed, seq: number | null) =>
  answerOf(
    api.POST('/api/v1/subscriptions/{subscription_id}/dead-letters/replay', {
      params: ofSubscription(id),
      body: { feed, seq },
    }),
  );
export const replaceSecret = (id: string, secret_no: number) =>
  answerOf(
    api.POST('/api/v1/subscriptions/{subscription_id}/secret', {
      params: ofSubscription(id),
      body: { secret_no },
    }),
  );
export const readKeys = () => answerOf(api.GET('/api/v1/api-keys'));
export const addKey = (body: NewApiKey) => answerOf(api.POST('/api/v1/api-keys', { body }));
export const revokeKey = (key_id: string) =>
  answerOf(api.DELETE('/api/v1/api-keys/{key_id}', { params: { path: { key_id } } }));
