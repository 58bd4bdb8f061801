import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Document, Finding } from '../api/adminCalls';
import { Choice } from './Choice';
import styles from './Configuration.module.css';
import { Fields } from './controls';
import { ChoiceField, ManyField, NameFields, NumberField, useEntryName, useOptions } from './fields';
import { FindingsAt } from './Findings';
import { LevelsField } from './LevelsField';
import { freshId, type Queue } from './parts';
import { queueParts, type Part } from './queueFields';
import { StepsField } from './StepsField';

const strategies = [
  'longest_idle',
  'least_occupied',
  'best_proficiency',
  'least_flexible',
  'round_robin',
  'fewest_contacts',
];
const formulas = ['short_abandons_excluded', 'short_abandons_succeed', 'abandons_fail', 'answered_only'];
const seconds = [
  'offer_timeout_s',
  'reoffer_gap_s',
  'wrap_up_limit_s',
  'waiting_alarm_s',
  'amber_after_s',
  'red_after_s',
] as const;

interface QueueFieldsProps {
  queue: Queue;
  put: (change: Partial<Queue>) => void;
  document: Document;
  findings: Finding[];
  /** Where it stands in the document: `$.queues[0]`. */
  path: string;
}

/** What is rarely changed; it opens by itself where the check has something to say of it. */
function QueuePart({ part, queue, put, document, findings, path }: QueueFieldsProps & { part: Part }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const hasFinding = findings.some((one) =>
    part.fields.some(({ key }) => one.path.startsWith(`${path}.${key}`)),
  );
  return (
    <details
      className={`${styles.part} ${styles.whole}`}
      open={isOpen || hasFinding}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>{t(`config.part.${part.key}`)}</summary>
      <div className={styles.form}>
        <Fields
          fields={part.fields}
          entry={queue}
          put={put}
          words="config.queue"
          document={document}
          findings={findings}
          path={path}
        />
      </div>
    </details>
  );
}

/** Of the fields above the parts: each part says its own. */
const above = [
  ...['id', 'name', 'needs', 'dispositions', 'agent_strategy', 'hours', 'waiting_max'],
  ...['service_level', 'steps', ...seconds],
];

function QueueFields(props: QueueFieldsProps) {
  const { queue, put, document, findings, path } = props;
  const { t } = useTranslation();
  const skills = useOptions(document.skills);
  const dispositions = useOptions(document.dispositions);
  const calendars = useOptions(document.calendars);
  const level = queue.service_level ?? { within_s: 20, formula: 'short_abandons_excluded' };
  const unit = t('config.unit');
  return (
    <div className={styles.form}>
      <NameFields entry={queue} put={put} />
      <LevelsField
        label={t('config.queue.needs')}
        value={queue.needs ?? {}}
        onChange={(needs) => put({ needs })}
        options={skills}
      />
      <ManyField
        label={t('config.queue.dispositions')}
        value={queue.dispositions}
        onChange={(chosen) => put({ dispositions: chosen })}
        options={dispositions}
      />
      <ChoiceField
        label={t('config.queue.agent_strategy')}
        value={queue.agent_strategy ?? 'longest_idle'}
        onChange={(agent_strategy) => put({ agent_strategy: agent_strategy ?? 'longest_idle' })}
        options={strategies.map((value) => ({ value, label: t(`config.strategy.${value}`) }))}
      />
      <ChoiceField
        label={t('config.queue.hours')}
        value={queue.hours ?? null}
        onChange={(hours) => put({ hours })}
        options={calendars}
        none={t('config.alwaysOpen')}
      />
      {seconds.map((key) => (
        <NumberField
          key={key}
          label={t(`config.queue.${key}`)}
          unit={unit}
          value={queue[key] as number | undefined}
          onChange={(value) => put({ [key]: value })}
        />
      ))}
      <NumberField
        label={t('config.queue.waiting_max')}
        value={queue.waiting_max as number | undefined}
        onChange={(waiting_max) => put({ waiting_max })}
      />
      <NumberField
        label={t('config.queue.within_s')}
        unit={unit}
        value={level.within_s}
        onChange={(within_s) => put({ service_level: { ...level, within_s: within_s ?? 0 } })}
      />
      <ChoiceField
        label={t('config.queue.formula')}
        value={level.formula}
        onChange={(formula) => put({ service_level: { ...level, formula: formula ?? level.formula } })}
        options={formulas.map((value) => ({ value, label: t(`board.formula.${value}`) }))}
      />
      <StepsField steps={queue.steps ?? []} onChange={(steps) => put({ steps })} document={document} />
      {above.map((key) => (
        <FindingsAt key={key} findings={findings} path={`${path}.${key}`} />
      ))}
      {queueParts.map((part) => (
        <QueuePart key={part.key} part={part} {...props} />
      ))}
    </div>
  );
}

interface QueuesFormProps {
  document: Document;
  findings: Finding[];
  value: Queue[];
  onChange: (queues: Queue[]) => void;
}

export function QueuesForm({ document, findings, value, onChange }: QueuesFormProps) {
  const { t } = useTranslation();
  const dispositions = value[0]?.dispositions ?? [];
  const fresh = (): Queue => ({ id: freshId(value, 'queue'), name: { en: '', zh: '' }, dispositions });
  return (
    <Choice
      value={value}
      onChange={onChange}
      fresh={fresh}
      label={t('config.section.queues')}
      labelOf={useEntryName()}
    >
      {(queue, put, index) => (
        <QueueFields
          queue={queue}
          put={put}
          document={document}
          findings={findings}
          path={`$.queues[${index}]`}
        />
      )}
    </Choice>
  );
}
