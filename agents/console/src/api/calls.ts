/** One function per call of docs/protocol.md. Commands take the key they may be asked again with. */
import { call } from './http';
import type {
  ChatMessage,
  Configuration,
  ContactDetails,
  Interaction,
  NewUser,
  QueueContact,
  QueueLine,
  Role,
  User,
  UserRow,
  WorkState,
} from './types';

const v1 = '/api/v1';
const contact = (id: string) => `${v1}/contacts/${encodeURIComponent(id)}`;

export const logIn = (username: string, password: string) =>
  call<{ user: User }>('POST', `${v1}/session`, { body: { username, password } });
export const readSession = () => call<{ user: User }>('GET', `${v1}/session`);
export const logOut = () => call<undefined>('DELETE', `${v1}/session`);

export const setState = (state: WorkState, reason_id: string | null, key: string) =>
  call<{ seq: number }>('PUT', `${v1}/me/state`, { body: { state, reason_id }, key });
export const acceptOffer = (offerId: string, key: string) =>
  call<{ seq: number; contact_id: string }>('POST', `${v1}/offers/${encodeURIComponent(offerId)}/accept`, {
    body: {},
    key,
  });
export const rejectOffer = (offerId: string, key: string) =>
  call<{ seq: number }>('POST', `${v1}/offers/${encodeURIComponent(offerId)}/reject`, { body: {}, key });

export const sendMessage = (contactId: string, text: string, key: string) =>
  call<{ seq: number; message_id: string }>('POST', `${contact(contactId)}/messages`, {
    body: { text },
    key,
  });
export const endContact = (contactId: string, key: string) =>
  call<{ seq: number }>('POST', `${contact(contactId)}/end`, { body: {}, key });
export const finishWrapUp = (contactId: string, disposition_id: string, notes: string, key: string) =>
  call<{ seq: number }>('POST', `${contact(contactId)}/wrap-up`, { body: { disposition_id, notes }, key });
export const extendWrapUp = (contactId: string, key: string) =>
  call<{ seq: number; until_ms: number }>('POST', `${contact(contactId)}/wrap-up/extend`, { body: {}, key });

export const readContact = (contactId: string) => call<ContactDetails>('GET', contact(contactId));
export const readMessages = (contactId: string, after_seq: number) =>
  call<{ messages: ChatMessage[]; has_more: boolean }>('GET', `${contact(contactId)}/messages`, {
    query: { after_seq, limit: 200 },
  });
export const readInteractions = (before: string | undefined, limit: number) =>
  call<{ as_of_seq: number; interactions: Interaction[]; next_before: string | null }>(
    'GET',
    `${v1}/interactions`,
    { query: { before, limit } },
  );
export const readQueue = (queueId: string) =>
  call<{ server_now_ms: number; queue: QueueLine; contacts: QueueContact[] }>(
    'GET',
    `${v1}/queues/${encodeURIComponent(queueId)}`,
  );
export const readConfiguration = () => call<Configuration>('GET', `${v1}/configuration`);

export const readUsers = () => call<{ users: UserRow[] }>('GET', `${v1}/users`);
export const addUser = (user: NewUser, key: string) =>
  call<{ user: UserRow }>('POST', `${v1}/users`, { body: user, key });
export const changeUser = (
  userId: string,
  change: { is_disabled?: boolean; role?: Role; display_name?: string },
  key: string,
) => call<{ user: UserRow }>('PATCH', `${v1}/users/${encodeURIComponent(userId)}`, { body: change, key });
export const resetPassword = (userId: string, password: string) =>
  call<undefined>('POST', `${v1}/users/${encodeURIComponent(userId)}/password`, { body: { password } });
