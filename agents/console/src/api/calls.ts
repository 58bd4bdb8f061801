/** One function per call of docs/protocol.md. Commands take the key they may be asked again with. */
import { answerOf, api, keyed } from './http';
import type { ConsultMode, HandOn, NewUser, SendMail, UserChange, WorkState } from './types';

const ofContact = (contact_id: string) => ({ path: { contact_id } });

export const logIn = (username: string, password: string) =>
  answerOf(api.POST('/api/v1/session', { body: { username, password } }));
export const readSession = () => answerOf(api.GET('/api/v1/session'));
export const logOut = () => answerOf(api.DELETE('/api/v1/session'));

export const setState = (state: WorkState, reason_id: string | null, key: string) =>
  answerOf(api.PUT('/api/v1/me/state', { params: keyed(key), body: { state, reason_id } }));
/** The customer of a contact: the number stays with the server. */
export const callCustomer = (contactId: string, key: string) =>
  answerOf(
    api.POST('/api/v1/contacts/{contact_id}/call-customer', {
      params: { path: { contact_id: contactId }, ...keyed(key) },
    }),
  );
/** The customer of a case, likewise. */
export const callCustomerOfCase = (case_id: string, key: string) =>
  answerOf(
    api.POST('/api/v1/cases/{case_id}/call-customer', { params: { path: { case_id }, ...keyed(key) } }),
  );
/** The own phone rings first, then the number's. */
export const placeCall = (number: string, key: string) =>
  answerOf(api.POST('/api/v1/me/calls', { params: keyed(key), body: { number } }));
export const acceptOffer = (offer_id: string, key: string) =>
  answerOf(
    api.POST('/api/v1/offers/{offer_id}/accept', { params: { path: { offer_id }, ...keyed(key) }, body: {} }),
  );
export const rejectOffer = (offer_id: string, key: string) =>
  answerOf(
    api.POST('/api/v1/offers/{offer_id}/reject', { params: { path: { offer_id }, ...keyed(key) }, body: {} }),
  );

export const sendMessage = (contactId: string, text: string, key: string) =>
  answerOf(
    api.POST('/api/v1/contacts/{contact_id}/messages', {
      params: { ...ofContact(contactId), ...keyed(key) },
      body: { text },
    }),
  );
export const endContact = (contactId: string, key: string) =>
  answerOf(
    api.POST('/api/v1/contacts/{contact_id}/end', {
      params: { ...ofContact(contactId), ...keyed(key) },
      body: {},
    }),
  );
/** The paths are of one form, so one of them types them all. */
type CallVerb = 'hold' | 'unhold' | 'mute' | 'unmute' | 'pause-recording' | 'resume-recording' | 'hang-up';
const callCommand = (verb: CallVerb) => (contactId: string, key: string) =>
  answerOf(
    api.POST(`/api/v1/contacts/{contact_id}/call/${verb}` as '/api/v1/contacts/{contact_id}/end', {
      params: { ...ofContact(contactId), ...keyed(key) },
      body: {},
    }),
  );
export const holdCall = callCommand('hold');
export const unholdCall = callCommand('unhold');
export const muteCall = callCommand('mute');
export const unmuteCall = callCommand('unmute');
export const pauseRecording = callCommand('pause-recording');
export const resumeRecording = callCommand('resume-recording');
export const hangUpCall = callCommand('hang-up');
export const readRecordings = (contactId: string) =>
  answerOf(api.GET('/api/v1/contacts/{contact_id}/recordings', { params: ofContact(contactId) }));
/** What a player is given; each listening is on record. */
export const soundOf = (contactId: string, recordingId: string) =>
  `/api/v1/contacts/${encodeURIComponent(contactId)}/recording?recording_id=${encodeURIComponent(recordingId)}`;
export const consultColleague = (contactId: string, agent_id: string, key: string) =>
  answerOf(
    api.POST('/api/v1/contacts/{contact_id}/call/consult', {
      params: { ...ofContact(contactId), ...keyed(key) },
      body: { agent_id },
    }),
  );
export const turnConsult = (contactId: string, mode: ConsultMode, key: string) =>
  answerOf(
    api.POST('/api/v1/contacts/{contact_id}/call/consult/turn', {
      params: { ...ofContact(contactId), ...keyed(key) },
      body: { mode },
    }),
  );
export const endConsult = (contactId: string, key: string) =>
  answerOf(
    api.POST('/api/v1/contacts/{contact_id}/call/consult/end', {
      params: { ...ofContact(contactId), ...keyed(key) },
      body: {},
    }),
  );
export const finishWrapUp = (contactId: string, disposition_id: string, notes: string, key: string) =>
  answerOf(
    api.POST('/api/v1/contacts/{contact_id}/wrap-up', {
      params: { ...ofContact(contactId), ...keyed(key) },
      body: { disposition_id, notes },
    }),
  );
export const extendWrapUp = (contactId: string, key: string) =>
  answerOf(
    api.POST('/api/v1/contacts/{contact_id}/wrap-up/extend', {
      params: { ...ofContact(contactId), ...keyed(key) },
      body: {},
    }),
  );

/** Until an instant, or until it is taken up again. */
export const parkContact = (contactId: string, key: string, until_ms: number | null = null) =>
  answerOf(
    api.POST('/api/v1/contacts/{contact_id}/park', {
      params: { ...ofContact(contactId), ...keyed(key) },
      body: { until_ms },
    }),
  );
export const readMails = (contactId: string) =>
  answerOf(api.GET('/api/v1/contacts/{contact_id}/mails', { params: ofContact(contactId) }));
export const sendMail = (contactId: string, mail: SendMail, key: string) =>
  answerOf(
    api.POST('/api/v1/contacts/{contact_id}/mails', {
      params: { ...ofContact(contactId), ...keyed(key) },
      body: mail,
    }),
  );
/** Each time it is asked is on record. */
export const readNumbers = (contactId: string) =>
  answerOf(api.GET('/api/v1/contacts/{contact_id}/numbers', { params: ofContact(contactId) }));
export const removeUpload = (contactId: string, upload_id: string) =>
  answerOf(
    api.DELETE('/api/v1/contacts/{contact_id}/uploads', {
      params: { ...ofContact(contactId), query: { upload_id } },
    }),
  );
export const resumeContact = (contactId: string, key: string) =>
  answerOf(
    api.POST('/api/v1/contacts/{contact_id}/resume', {
      params: { ...ofContact(contactId), ...keyed(key) },
      body: {},
    }),
  );
export const transferContact = (contactId: string, to: HandOn, key: string) =>
  answerOf(
    api.POST('/api/v1/contacts/{contact_id}/transfer', {
      params: { ...ofContact(contactId), ...keyed(key) },
      body: to,
    }),
  );
export const readDirectory = (contactId: string, name: string) =>
  answerOf(
    api.GET('/api/v1/contacts/{contact_id}/directory', {
      params: { ...ofContact(contactId), query: { name } },
    }),
  );

export const readContact = (contactId: string) =>
  answerOf(api.GET('/api/v1/contacts/{contact_id}', { params: ofContact(contactId) }));
export const readMessages = (contactId: string, after_seq: number) =>
  answerOf(
    api.GET('/api/v1/contacts/{contact_id}/messages', {
      params: { ...ofContact(contactId), query: { after_seq, limit: 200 } },
    }),
  );
export const explainContact = (contactId: string, language: 'en' | 'zh', agent_id?: string) =>
  answerOf(
    api.GET('/api/v1/contacts/{contact_id}/explanation', {
      params: { ...ofContact(contactId), query: { language, agent_id } },
    }),
  );
export const explainOffers = (contactId: string, language: 'en' | 'zh', agent_id?: string) =>
  answerOf(
    api.GET('/api/v1/contacts/{contact_id}/explanation/offers', {
      params: { ...ofContact(contactId), query: { language, agent_id } },
    }),
  );
export const readInteractions = (before: string | undefined, limit: number) =>
  answerOf(api.GET('/api/v1/interactions', { params: { query: { before, limit } } }));
export const readQueue = (queue_id: string) =>
  answerOf(api.GET('/api/v1/queues/{queue_id}', { params: { path: { queue_id } } }));
export const readOwnStatistics = () => answerOf(api.GET('/api/v1/me/statistics'));
export const readConfiguration = () => answerOf(api.GET('/api/v1/configuration'));

export const readUsers = () => answerOf(api.GET('/api/v1/users'));
export const addUser = (user: NewUser, key: string) =>
  answerOf(api.POST('/api/v1/users', { params: keyed(key), body: user }));
export const changeUser = (user_id: string, change: UserChange, key: string) =>
  answerOf(
    api.PATCH('/api/v1/users/{user_id}', { params: { path: { user_id }, ...keyed(key) }, body: change }),
  );
export const changeOwnPassword = (old_password: string, new_password: string) =>
  answerOf(api.POST('/api/v1/session/password', { body: { old_password, new_password } }));
export const resetPassword = (user_id: string, password: string) =>
  answerOf(
    api.POST('/api/v1/users/{user_id}/password', { params: { path: { user_id } }, body: { password } }),
  );
