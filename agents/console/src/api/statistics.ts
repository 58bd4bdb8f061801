/** Figures of queues and agents over a time, in whole quarters of an hour (docs/statistics.md). */
import { answerOf, api } from './http';
import type { components, operations } from './schema';

export type QueueFigures = components['schemas']['QueueStatistics'];
export type AgentFigures = components['schemas']['AgentStatistics'];
export type FiguresQuery = NonNullable<operations['queue_statistics']['parameters']['query']>;
export type Formula = QueueFigures['service_level']['formula'];

export const readQueueFigures = (query: FiguresQuery) =>
  answerOf(api.GET('/api/v1/statistics/queues', { params: { query } }));
export const readQueueIntervals = (queue_id: string, query: FiguresQuery) =>
  answerOf(api.GET('/api/v1/statistics/queues/{queue_id}', { params: { path: { queue_id }, query } }));
export const readAgentFigures = (query: FiguresQuery) =>
  answerOf(api.GET('/api/v1/statistics/agents', { params: { query } }));
