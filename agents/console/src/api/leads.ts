/** Leads: lists, one whole, its steps; leads of a contact, and making one. */
import { answerOf, api, keyed } from './http';
import type { components } from './schema';

type Schemas = components['schemas'];

export type LeadRow = Schemas['LeadRow'];
export type LeadsView = Schemas['LeadsView'];
export type LeadView = Schemas['LeadView'];
export type MoveLead = Schemas['MoveLead'];
export type LeadListName = Schemas['LeadList'];
export type ContactLead = Schemas['ContactLead'];
export type MakeLead = Schemas['MakeLead'];

const ofContact = (contact_id: string) => ({ path: { contact_id } });

export const readLeads = (list: LeadListName, queue_id: string, after: string) =>
  answerOf(api.GET('/api/v1/leads', { params: { query: { list, queue_id, after } } }));
export const readLead = (lead_id: string) =>
  answerOf(api.GET('/api/v1/leads/{lead_id}', { params: { path: { lead_id } } }));
export const moveLead = (lead_id: string, body: MoveLead, key: string) =>
  answerOf(api.POST('/api/v1/leads/{lead_id}/steps', { params: { path: { lead_id }, ...keyed(key) }, body }));
export const readContactLeads = (contactId: string) =>
  answerOf(api.GET('/api/v1/contacts/{contact_id}/leads', { params: ofContact(contactId) }));
export const makeLead = (contactId: string, body: MakeLead, key: string) =>
  answerOf(
    api.POST('/api/v1/contacts/{contact_id}/leads', {
      params: { ...ofContact(contactId), ...keyed(key) },
      body,
    }),
  );
