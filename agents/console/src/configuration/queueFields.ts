/** What else a queue may say, in parts: each a table of fields, as `kinds` has them. */
import type { Field } from './kinds';

export interface Part {
  /** Its title stands in `config.part`. */
  key: string;
  fields: Field[];
}

const seconds = (key: string, standard?: number): Field => ({
  key,
  kind: 'count',
  unit: 'seconds',
  standard,
});
const count = (key: string, standard: number): Field => ({ key, kind: 'count', standard });
const onOff = (key: string): Field => ({ key, kind: 'switch' });

const priority: Field = {
  key: 'priority',
  kind: 'group',
  words: 'config.priority',
  fields: [
    {
      key: 'strategy',
      kind: 'choice',
      standard: 'age_credit',
      options: ['age_credit', 'accelerated', 'sla_urgency', 'strict', 'priority_age'],
      words: 'config.priority.by',
    },
    { ...seconds('credit_s', 0), min: -86_400 },
    { key: 'acceleration', kind: 'count', standard: 1, precision: 3 },
    seconds('target_s', 20),
    { ...count('level', 0), min: -1000 },
  ],
};

const recording: Field = {
  key: 'recording',
  kind: 'group',
  isOptional: true,
  words: 'config.recording',
  fresh: () => ({ notice: { en: '', zh: '' } }),
  fields: [
    { key: 'notice', kind: 'sentences' },
    {
      key: 'directions',
      kind: 'many',
      standards: ['inbound', 'outbound'],
      options: ['inbound', 'outbound'],
      words: 'config.recording.of',
    },
    { key: 'languages', kind: 'many', options: ['en', 'zh'], words: 'config.recording.in' },
    {
      key: 'refuse_key',
      kind: 'choice',
      options: ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '*'],
      none: 'config.recording.noRefusal',
    },
    { key: 'keep_days', kind: 'count', unit: 'days', standard: 90 },
  ],
};

const callBack: Field = {
  key: 'call_back',
  kind: 'group',
  isOptional: true,
  words: 'config.call_back',
  fresh: (document) => {
    const { connections } = (document.telephony ?? {}) as { connections?: { id: string }[] };
    return { connection: connections?.[0]?.id ?? '', prefixes: [] };
  },
  fields: [
    { key: 'connection', kind: 'connection' },
    { key: 'shown_number', kind: 'line', standard: '' },
    { key: 'prefixes', kind: 'list' },
    {
      key: 'mode',
      kind: 'choice',
      standard: 'customer_first',
      options: ['customer_first', 'agent_first'],
      words: 'config.call_back.by',
    },
    seconds('ring_s', 25),
    count('attempts', 3),
    seconds('gap_s', 900),
    seconds('expires_after_s', 86_400),
    { key: 'share_percent', kind: 'count', unit: 'percent', standard: 50 },
    { key: 'apology', kind: 'sentences', isOptional: true },
  ],
};

export const queueParts: Part[] = [
  {
    key: 'entry',
    fields: [
      onOff('is_staff_required'),
      onOff('leaves_at_closing'),
      onOff('waits_for_impossible'),
      seconds('wait_max_s'),
      seconds('unstaffed_exit_s'),
      seconds('return_within_s', 0),
      seconds('carried_wait_max_s', 3600),
      { key: 'turned_away', kind: 'turned_away' },
    ],
  },
  {
    key: 'matching',
    fields: [
      priority,
      { key: 'site', kind: 'reference', of: 'sites' },
      count('site_cost', 0),
      count('broadcast', 1),
      count('broadcast_voice', 1),
    ],
  },
  { key: 'wrap_up', fields: [seconds('wrap_up_extension_s', 60), count('wrap_up_extensions_max', 2)] },
  { key: 'recording', fields: [recording] },
  { key: 'call_back', fields: [callBack] },
  {
    key: 'afterwards',
    fields: [
      { key: 'survey', kind: 'reference', of: 'flows', none: 'config.queue.noSurvey' },
      { key: 'signature', kind: 'texts', isOptional: true },
    ],
  },
];
