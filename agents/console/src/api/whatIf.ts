/** A draft of the configuration, tried on what has been (docs/simulation.md). */
import type { Document } from './adminCalls';
import { answerOf, api } from './http';
import type { components } from './schema';

type Schemas = components['schemas'];
export type WhatIf = Schemas['WhatIfView'];
export type WhatIfResult = Schemas['WhatIfResult'];
export type PlayedQueue = Schemas['PlayedQueue'];
export type PlayedFigures = Schemas['PlayedFigures'];
export type PlayedFate = Schemas['PlayedFate'];

const ofTrial = (what_if_id: string) => ({ params: { query: { what_if_id } } });

export const startWhatIf = (document: Document) =>
  answerOf(api.POST('/api/v1/configuration/what-if', { body: { document } }));
export const readWhatIf = (id: string) => answerOf(api.GET('/api/v1/configuration/what-if', ofTrial(id)));
export const stopWhatIf = (id: string) => answerOf(api.DELETE('/api/v1/configuration/what-if', ofTrial(id)));
