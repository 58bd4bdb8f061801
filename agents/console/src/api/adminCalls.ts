/** What supervisors and administrators ask: commands over contacts, agents and queues, people, the configuration. */
import { answerOf, api, keyed } from './http';
import type { components } from './schema';

type Schemas = components['schemas'];

export type Said = Schemas['Said'];
export type HandOn = Schemas['HandOn'];
export type Emptying = Schemas['Emptying'];
export type SetState = Schemas['SetState'];
export type AgentSkills = Schemas['AgentSkills'];
export type PersonChange = Schemas['PersonChange'];
export type Team = Schemas['TeamRow'];
export type NewTeam = Schemas['NewTeam'];
export type TeamName = Schemas['TeamName'];
export type TeamPeople = Schemas['TeamPeople'];
export type PeopleImported = Schemas['PeopleImported'];
export type Finding = Schemas['FindingRow'];
export type Difference = Schemas['DifferenceRow'];
export type Effect = Schemas['EffectRow'];
export type Checked = Schemas['CheckedConfiguration'];
export type Applied = Schemas['AppliedConfiguration'];
export type ConfigurationChange = Schemas['ConfigurationChange'];
export type YamlRead = Schemas['YamlRead'];
export type FlowInfo = Schemas['FlowInfo'];
export type FlowTrial = Schemas['FlowTrial'];
export type TrialLine = Schemas['TrialLine'];
export type SurveyAverage = Schemas['SurveyAverage'];
export type SurveyGroup = 'agent' | 'queue' | 'day';

const ofContact = (contact_id: string, key: string) => ({ path: { contact_id }, ...keyed(key) });
const ofQueue = (queue_id: string, key: string) => ({ path: { queue_id }, ...keyed(key) });

export const adjustPriority = (contactId: string, credit_ms: number, is_total: boolean, key: string) =>
  answerOf(
    api.POST('/api/v1/contacts/{contact_id}/priority', {
      params: ofContact(contactId, key),
      body: { credit_ms, is_total },
    }),
  );
export const assignContact = (contactId: string, agent_id: string, key: string) =>
  answerOf(
    api.POST('/api/v1/contacts/{contact_id}/assign', {
      params: ofContact(contactId, key),
      body: { agent_id },
    }),
  );
export const moveContact = (contactId: string, to: HandOn, key: string) =>
  answerOf(api.POST('/api/v1/contacts/{contact_id}/move', { params: ofContact(contactId, key), body: to }));

export const forceState = (agent_id: string, wanted: SetState, key: string) =>
  answerOf(
    api.PUT('/api/v1/agents/{agent_id}/state', {
      params: { path: { agent_id }, ...keyed(key) },
      body: wanted,
    }),
  );
export const readSkills = (agent_id: string) =>
  answerOf(api.GET('/api/v1/agents/{agent_id}/skills', { params: { path: { agent_id } } }));
export const putSkills = (agent_id: string, skills: Record<string, number>, based_on: number) =>
  answerOf(
    api.PUT('/api/v1/agents/{agent_id}/skills', {
      params: { path: { agent_id } },
      body: { skills, based_on },
    }),
  );
export const explainAgent = (agent_id: string, language: 'en' | 'zh') =>
  answerOf(
    api.GET('/api/v1/agents/{agent_id}/explanation', { params: { path: { agent_id }, query: { language } } }),
  );

export const closeQueue = (queueId: string, message: Said | null, key: string) =>
  answerOf(api.POST('/api/v1/queues/{queue_id}/close', { params: ofQueue(queueId, key), body: { message } }));
export const openQueue = (queueId: string, key: string) =>
  answerOf(api.POST('/api/v1/queues/{queue_id}/open', { params: ofQueue(queueId, key), body: {} }));
export const flushQueue = (queueId: string, to: Emptying, key: string) =>
  answerOf(api.POST('/api/v1/queues/{queue_id}/flush', { params: ofQueue(queueId, key), body: to }));

export const readUserChanges = (user_id: string) =>
  answerOf(api.GET('/api/v1/users/{user_id}/changes', { params: { path: { user_id } } }));
export const exportPeople = () => answerOf(api.GET('/api/v1/people'));
export const importPeople = (csv: string, is_trial: boolean) =>
  answerOf(api.POST('/api/v1/people', { body: { csv, is_trial } }));

const ofTeam = (team_id: string) => ({ path: { team_id } });

export const readTeams = () => answerOf(api.GET('/api/v1/teams'));
export const addTeam = (body: NewTeam) => answerOf(api.POST('/api/v1/teams', { body }));
export const renameTeam = (team_id: string, name: TeamName, based_on: number) =>
  answerOf(api.PATCH('/api/v1/teams/{team_id}', { params: ofTeam(team_id), body: { name, based_on } }));
export const putTeamPeople = (team_id: string, body: TeamPeople) =>
  answerOf(api.PUT('/api/v1/teams/{team_id}/people', { params: ofTeam(team_id), body }));
export const removeTeam = (team_id: string, based_on: number) =>
  answerOf(api.DELETE('/api/v1/teams/{team_id}', { params: { path: { team_id }, query: { based_on } } }));
export const readTeamChanges = (team_id: string) =>
  answerOf(api.GET('/api/v1/teams/{team_id}/changes', { params: ofTeam(team_id) }));

/** The document is what the server says it is: the forms know the parts of it that they edit. */
export type Document = Record<string, unknown>;

export const readDocument = () => answerOf(api.GET('/api/v1/configuration/document'));
export const checkDocument = (document: Document) =>
  answerOf(api.POST('/api/v1/configuration/check', { body: { document } }));
export const putDocument = (document: Document, based_on: string, note: string) =>
  answerOf(api.PUT('/api/v1/configuration/document', { body: { document, based_on, note } }));
export const readHistory = (before?: number) =>
  answerOf(api.GET('/api/v1/configuration/history', { params: { query: { before, limit: 50 } } }));
export const readChange = (number: number) =>
  answerOf(api.GET('/api/v1/configuration/history/change', { params: { query: { number } } }));
export const restoreDocument = (number: number, based_on: string, note: string) =>
  answerOf(api.POST('/api/v1/configuration/restore', { body: { number, based_on, note } }));
export const yamlOf = (document: Document) =>
  answerOf(api.POST('/api/v1/configuration/yaml/write', { body: { document } }));
export const readYaml = (text: string) =>
  answerOf(api.POST('/api/v1/configuration/yaml/read', { body: { text } }));

export type ListenMode = 'listen' | 'whisper' | 'barge';
export const listenIn = (contactId: string, mode: ListenMode, key: string) =>
  answerOf(
    api.POST('/api/v1/contacts/{contact_id}/call/listening', {
      params: ofContact(contactId, key),
      body: { mode },
    }),
  );
export const leaveCall = (contactId: string, key: string) =>
  answerOf(api.DELETE('/api/v1/contacts/{contact_id}/call/listening', { params: ofContact(contactId, key) }));
export const readListening = (contact_id: string) =>
  answerOf(api.GET('/api/v1/contacts/{contact_id}/call/listening', { params: { path: { contact_id } } }));
export const readFlows = () => answerOf(api.GET('/api/v1/flows'));
export const readFlowPicture = (flow_id: string, language: 'en' | 'zh') =>
  answerOf(api.GET('/api/v1/flows/picture', { params: { query: { flow_id, language } } }));
export const tryFlow = (trial: FlowTrial) => answerOf(api.POST('/api/v1/flows/trial', { body: trial }));
export const readSurveys = (from_ms: number, until_ms: number, by: SurveyGroup) =>
  answerOf(api.GET('/api/v1/statistics/surveys', { params: { query: { from_ms, until_ms, by } } }));
