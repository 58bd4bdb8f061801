/** The calls on history: the log searched and exported, one customer's timeline, the audit log. */
import { answerOf, api } from './http';
import type { components, operations } from './schema';

type QueryOf<Name extends keyof operations> = NonNullable<operations[Name]['parameters']['query']>;

export type LogFilter = QueryOf<'export_interactions'>;
export type AuditFilter = Omit<QueryOf<'read_audit'>, 'before_no' | 'limit'>;
export type Phase = components['schemas']['PhaseRow'];
export type TimelineContact = components['schemas']['TimelineContact'];
export type AuditRow = components['schemas']['AuditRow'];

export const searchLog = (filter: LogFilter, before: string | undefined, limit: number) =>
  answerOf(api.GET('/api/v1/interactions', { params: { query: { ...filter, before, limit } } }));
export const exportLog = (filter: LogFilter) =>
  answerOf(api.GET('/api/v1/interactions/export', { params: { query: filter } }));
export const readTimeline = (customer_key: string, before: string | undefined) =>
  answerOf(api.GET('/api/v1/timeline', { params: { query: { customer_key, before } } }));
export const findCustomer = (address: string) =>
  answerOf(api.POST('/api/v1/customers/find', { body: { address } }));
export const readAgents = () => answerOf(api.GET('/api/v1/agents'));
export const readAudit = (filter: AuditFilter, before_no: number | undefined) =>
  answerOf(api.GET('/api/v1/audit', { params: { query: { ...filter, before_no } } }));
