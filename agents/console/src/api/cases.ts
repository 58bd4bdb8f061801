/** Cases: lists, one whole, its steps; cases of a contact, opening one, and what the customer says. */
import { answerOf, api, keyed } from './http';
import type { components } from './schema';

type Schemas = components['schemas'];

export type CaseRow = Schemas['CaseRow'];
export type CasesView = Schemas['CasesView'];
export type CaseView = Schemas['CaseView'];
export type CaseStep = Schemas['CaseStep'];
export type CaseListName = Schemas['CaseList'];
export type ContactCase = Schemas['ContactCase'];
export type Department = Schemas['DepartmentRow'];
export type OpenCase = Schemas['OpenCase'];
export type CaseAnswer = Schemas['CaseAnswer'];

const ofContact = (contact_id: string) => ({ path: { contact_id } });

export const readDepartments = () => answerOf(api.GET('/api/v1/departments'));
export const readCases = (list: CaseListName, department_id: string, after: string) =>
  answerOf(api.GET('/api/v1/cases', { params: { query: { list, department_id, after } } }));
export const readCase = (case_id: string) =>
  answerOf(api.GET('/api/v1/cases/{case_id}', { params: { path: { case_id } } }));
export const moveCase = (case_id: string, body: CaseStep, key: string) =>
  answerOf(api.POST('/api/v1/cases/{case_id}/steps', { params: { path: { case_id }, ...keyed(key) }, body }));
export const readContactCases = (contactId: string) =>
  answerOf(api.GET('/api/v1/contacts/{contact_id}/cases', { params: ofContact(contactId) }));
export const openCase = (contactId: string, body: OpenCase, key: string) =>
  answerOf(
    api.POST('/api/v1/contacts/{contact_id}/cases', {
      params: { ...ofContact(contactId), ...keyed(key) },
      body,
    }),
  );
export const answerCase = (contactId: string, body: CaseAnswer, key: string) =>
  answerOf(
    api.POST('/api/v1/contacts/{contact_id}/case-answers', {
      params: { ...ofContact(contactId), ...keyed(key) },
      body,
    }),
  );
