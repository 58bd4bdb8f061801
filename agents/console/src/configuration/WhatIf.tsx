import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Progress } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Document } from '../api/adminCalls';
import { readAgents } from '../api/history';
import {
  readWhatIf,
  startWhatIf,
  stopWhatIf,
  type PlayedFate,
  type PlayedFigures,
  type PlayedQueue,
  type WhatIf,
  type WhatIfResult,
} from '../api/whatIf';
import { useNames } from '../session/configuration';
import { count, duration, percent } from '../ui/format';
import table from '../ui/Table.module.css';
import { useErrorText } from '../ui/useErrorText';
import styles from './Configuration.module.css';

const LOOK_EVERY_MS = 700;
const CHANGES_SHOWN = 10;
/** Of the whole: the journal is read, then played four times. */
const phases: WhatIf['phase'][] = ['reading', 'control', 'estimated', 'patient', 'impatient'];

type Column = 'answered' | 'abandoned' | 'service_level' | 'asa_s' | 'p90_wait_s';
const columns: Column[] = ['answered', 'abandoned', 'service_level', 'asa_s', 'p90_wait_s'];

/** What is more of a good thing, less of a bad one. */
const isBetter = (column: Column, before: number, after: number): boolean =>
  column === 'answered' || column === 'service_level' ? after > before : after < before;

function useValue(): (column: Column, figures: PlayedFigures) => string {
  const { t, i18n } = useTranslation();
  return (column, figures) => {
    const value = figures[column];
    if (value === null) return t('board.none');
    if (column === 'service_level') return percent(Math.floor(value * 1000), i18n.language);
    return column.endsWith('_s') ? duration(value * 1000) : count(value, i18n.language);
  };
}

/** How it was, and how it would have been; between which guesses that lies stands in the tip. */
function Cell({ row, column }: { row: PlayedQueue; column: Column }) {
  const { t } = useTranslation();
  const value = useValue();
  const { journal, estimated, patient, impatient } = row;
  if (!estimated || !patient || !impatient) return value(column, journal);
  const [before, after] = [value(column, journal), value(column, estimated)];
  if (before === after) return before;
  const was = journal[column];
  const is = estimated[column];
  const tone = was !== null && is !== null && isBetter(column, was, is) ? 'better' : 'worse';
  const tip = t('config.whatIf.between', {
    patient: value(column, patient),
    impatient: value(column, impatient),
  });
  return (
    <span title={tip} data-tone={tone}>
      {t('config.whatIf.fromTo', { before, after })}
    </span>
  );
}

function Queues({ result }: { result: WhatIfResult }) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  return (
    <div className={table.wrap} tabIndex={0} role="region" aria-label={t('config.whatIf.title')}>
      <table className={`${table.table} ${styles.played}`} data-narrow data-what-if>
        <thead>
          <tr>
            <th scope="col">{t('board.queue')}</th>
            <th scope="col" data-number>
              {t('reports.entered')}
            </th>
            {columns.map((column) => (
              <th key={column} scope="col" data-number>
                {t(`config.whatIf.column.${column}`, { seconds: result.service_level_s })}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {result.queues.map((row) => (
            <tr key={row.queue_id} data-queue={row.queue_id}>
              <td data-main>
                {row.queue_id === 'total' ? t('reports.allQueues') : names.queue(row.queue_id)}
              </td>
              <td data-number>{count(row.journal.offered, i18n.language)}</td>
              {columns.map((column) => (
                <td key={column} data-number data-column={column}>
                  <Cell row={row} column={column} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function useFate(): (fate: PlayedFate | null) => string {
  const { t } = useTranslation();
  const people = useQuery({ queryKey: ['agents'], queryFn: readAgents });
  const byId = new Map(people.data?.agents.map((one) => [one.agent_id, one.display_name]));
  return (fate) => {
    if (!fate) return t('config.whatIf.notLetIn');
    const outcome = t(`config.whatIf.outcome.${fate.outcome}`, { defaultValue: fate.outcome });
    const who = fate.agent_id === null ? undefined : (byId.get(fate.agent_id) ?? fate.agent_id);
    const wait = fate.wait_s === null ? undefined : duration(fate.wait_s * 1000);
    return [outcome, who, wait].filter(Boolean).join(' · ');
  };
}

function Changes({ result }: { result: WhatIfResult }) {
  const { t, i18n } = useTranslation();
  const fate = useFate();
  const number = (value: number) => count(value, i18n.language);
  return (
    <>
      <p>
        {t('config.whatIf.changed', {
          changed: number(result.contacts_changed),
          contacts: number(result.contacts),
        })}
      </p>
      {result.control_contacts_changed > 0 && (
        <p>{t('config.whatIf.control', { changed: number(result.control_contacts_changed) })}</p>
      )}
      <ul className={styles.changes}>
        {result.changes.slice(0, CHANGES_SHOWN).map((one) => (
          <li key={one.contact_id}>
            <a href={`/log?contact=${one.contact_id}`} target="_blank" rel="noreferrer">
              {one.contact_id.slice(0, 8)}
            </a>{' '}
            {t('config.whatIf.fromTo', { before: fate(one.before), after: fate(one.after) })}
          </li>
        ))}
      </ul>
    </>
  );
}

function Ended({ view }: { view: WhatIf }) {
  const { t } = useTranslation();
  if (view.state === 'stopped') return <p role="status">{t('config.whatIf.stopped')}</p>;
  if (!view.result) return <p role="alert">{t(`config.whatIf.failure.${view.failure ?? 'fault'}`)}</p>;
  return (
    <>
      <Queues result={view.result} />
      <Changes result={view.result} />
      <p className={styles.hint}>{t('config.whatIf.guess')}</p>
    </>
  );
}

function Running({ view, onStop }: { view: WhatIf; onStop: () => void }) {
  const { t } = useTranslation();
  const done = (phases.indexOf(view.phase) + view.permille / 1000) / phases.length;
  return (
    <div className={styles.row} role="status">
      <Progress
        className={styles.progress}
        percent={Math.round(done * 100)}
        size="small"
        aria-label={t('config.whatIf.title')}
      />
      <span>{t(`config.whatIf.phase.${view.phase}`)}</span>
      <Button size="small" onClick={onStop}>
        {t('config.whatIf.stop')}
      </Button>
    </div>
  );
}

/** What the draft would have made of the contacts there were; nothing is stored, and routing does not notice. */
export function WhatIfTrial({ document }: { document: Document }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [id, setId] = useState<string>();
  const start = useMutation({
    mutationFn: () => startWhatIf(document),
    onSuccess: (view) => setId(view.what_if_id),
  });
  const looked = useQuery({
    queryKey: ['whatIf', id],
    queryFn: () => readWhatIf(id ?? ''),
    enabled: id !== undefined,
    refetchInterval: (query) => (query.state.data?.state === 'running' ? LOOK_EVERY_MS : false),
  });
  const stop = async () => {
    if (id === undefined) return;
    await stopWhatIf(id);
    await looked.refetch();
  };
  const view = looked.data;
  const isRunning = id !== undefined && (!view || view.state === 'running') && !looked.isError;
  const error = start.error ?? looked.error;
  return (
    <section className={styles.whatIf} aria-label={t('config.whatIf.title')}>
      <div className={styles.row}>
        <h3 className={styles.title}>{t('config.whatIf.title')}</h3>
        {!isRunning && (
          <Button size="small" loading={start.isPending} onClick={() => start.mutate()}>
            {t(view ? 'config.whatIf.again' : 'config.whatIf.start')}
          </Button>
        )}
      </div>
      {!id && <p className={styles.hint}>{t('config.whatIf.hint')}</p>}
      {error && <p role="alert">{errorText(error)}</p>}
      {isRunning && view && <Running view={view} onStop={() => void stop()} />}
      {view && view.state !== 'running' && <Ended view={view} />}
    </section>
  );
}
