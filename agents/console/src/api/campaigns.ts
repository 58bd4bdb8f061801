/** Campaigns: plans, lists of numbers, evidence, and the numbers nobody calls. */
import { answerOf, api } from './http';
import type { components } from './schema';

type Schemas = components['schemas'];

export type Campaign = Schemas['CampaignView'];
export type CampaignPlan = Schemas['CampaignPlan'];
export type CampaignState = Schemas['CampaignState'];
export type CampaignList = Schemas['ListView'];
export type Attempt = Schemas['AttemptRow'];
export type ListFault = Schemas['ListFaultRow'];
export type Suppression = Schemas['SuppressionRow'];
export type Result = Schemas['Result'];
export type CampaignToDo = Schemas['CampaignToDo'];
export type EntryCard = Schemas['EntryCard'];
export type SkipReason = Schemas['SkipReason'];

const EVIDENCE_AT_ONCE = 200;
const of = (campaign_id: string) => ({ path: { campaign_id } });

export const readCampaigns = () => answerOf(api.GET('/api/v1/campaigns'));
export const addCampaign = (campaign_id: string, plan: CampaignPlan) =>
  answerOf(api.POST('/api/v1/campaigns', { body: { campaign_id, plan } }));
export const changeCampaign = (campaign_id: string, based_on: number, plan: CampaignPlan) =>
  answerOf(api.PUT('/api/v1/campaigns/{campaign_id}', { params: of(campaign_id), body: { based_on, plan } }));
export const turnCampaign = (campaign_id: string, based_on: number, state: CampaignState) =>
  answerOf(
    api.POST('/api/v1/campaigns/{campaign_id}/state', { params: of(campaign_id), body: { based_on, state } }),
  );
export const readLists = (campaign_id: string) =>
  answerOf(api.GET('/api/v1/campaigns/{campaign_id}/lists', { params: of(campaign_id) }));
export const takeList = (campaign_id: string, name: string, text: string) =>
  answerOf(
    api.POST('/api/v1/campaigns/{campaign_id}/lists', { params: of(campaign_id), body: { name, text } }),
  );
export const readCampaignLeads = (campaign_id: string) =>
  answerOf(api.GET('/api/v1/campaigns/{campaign_id}/leads', { params: of(campaign_id) }));
export const readSuppressions = (before: number | null) =>
  answerOf(api.GET('/api/v1/suppressions', { params: { query: before === null ? {} : { before } } }));
export const suppressNumber = (number: string, reason: string) =>
  answerOf(api.POST('/api/v1/suppressions', { body: { number, reason } }));

export const suppressList = (text: string) =>
  answerOf(api.POST('/api/v1/suppressions/lists', { body: { text } }));

export const readCampaignWork = () => answerOf(api.GET('/api/v1/me/campaigns'));
export const nextEntry = (campaign_id: string) =>
  answerOf(api.POST('/api/v1/campaigns/{campaign_id}/next', { params: of(campaign_id), body: {} }));
export const dialEntry = (campaign_id: string, entry_id: string) =>
  answerOf(api.POST('/api/v1/campaigns/{campaign_id}/dial', { params: of(campaign_id), body: { entry_id } }));
export const skipEntry = (campaign_id: string, entry_id: string, reason: SkipReason) =>
  answerOf(
    api.POST('/api/v1/campaigns/{campaign_id}/skip', { params: of(campaign_id), body: { entry_id, reason } }),
  );

/** All of it, a part at a time. */
export async function readEvidence(campaign_id: string): Promise<Attempt[]> {
  const found: Attempt[] = [];
  let after = '';
  do {
    const query = { after, limit: EVIDENCE_AT_ONCE };
    const part = await answerOf(
      api.GET('/api/v1/campaigns/{campaign_id}/evidence', { params: { ...of(campaign_id), query } }),
    );
    found.push(...part.attempts);
    after = part.next_after;
  } while (after);
  return found;
}
