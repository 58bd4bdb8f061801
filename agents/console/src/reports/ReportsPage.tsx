/** What has been: queues and agents over a time, by the same formulas and counts as the board of now. */
import { useQuery } from '@tanstack/react-query';
import { Button, Segmented, Select } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { readAgents } from '../api/history';
import {
  readAgentFigures,
  readQueueFigures,
  readQueueIntervals,
  type AgentFigures,
  type FiguresQuery,
  type Formula,
  type QueueFigures,
} from '../api/statistics';
import { useNames } from '../session/configuration';
import page from '../ui/Page.module.css';
import { Empty, Failed, Loading } from '../ui/Panel';
import { saveCsv } from '../ui/save';
import { usePageTitle } from '../ui/usePageTitle';
import { AgentTable } from './AgentTable';
import { Chart } from './Chart';
import { agentsCsv, queuesCsv } from './exports';
import { QueueTable } from './QueueTable';
import styles from './Reports.module.css';
import { DAYS_MAX, spanOf, wantedOf, type Span } from './span';
import { SpanBar } from './SpanBar';
import { Steps } from './Steps';
import { sumsOf } from './sums';

const REFRESH_MS = 60_000;
const formulas: Formula[] = [
  'short_abandons_excluded',
  'short_abandons_succeed',
  'abandons_fail',
  'answered_only',
];

function useAddress() {
  const [search, setSearch] = useSearchParams();
  // The day changes at midnight, not with every look.
  const [nowMs] = useState(Date.now);
  const wanted = useMemo(() => wantedOf(search, nowMs), [search, nowMs]);
  const change = (changes: Record<string, string | undefined>) =>
    setSearch((before) => {
      const next = new URLSearchParams(before);
      for (const [name, value] of Object.entries(changes)) {
        if (value) next.set(name, value);
        else next.delete(name);
      }
      return next;
    });
  const formula = formulas.find((name) => name === search.get('formula'));
  return { wanted, formula, queue: search.get('queue') ?? undefined, change };
}

interface OverTimeProps {
  queueId: string;
  span: Span;
  query: FiguresQuery;
}

/** One queue by the hour or the day, as a picture or in figures. */
function OverTime({ queueId, span, query }: OverTimeProps) {
  const { t } = useTranslation();
  const names = useNames();
  const [how, setHow] = useState<'picture' | 'figures'>('picture');
  const asked = useQuery({
    queryKey: ['statistics', 'queue', queueId, query],
    queryFn: () => readQueueIntervals(queueId, query),
    refetchInterval: REFRESH_MS,
  });
  const sums = useMemo(() => sumsOf(asked.data?.intervals ?? [], span), [asked.data, span]);
  const title = t('reports.overTime', { queue: names.queue(queueId) });
  return (
    <section className={page.panel} aria-labelledby="over-time-title">
      <header className={page.head}>
        <h2 id="over-time-title">{title}</h2>
        <span className={page.grow} />
        <Segmented
          size="small"
          value={how}
          onChange={setHow}
          aria-label={t('reports.how')}
          options={(['picture', 'figures'] as const).map((value) => ({
            value,
            label: t(`reports.${value}`),
          }))}
        />
      </header>
      {asked.isPending && <Loading rows={5} />}
      {asked.isError && !asked.data && <Failed error={asked.error} onRetry={() => void asked.refetch()} />}
      {asked.data && how === 'picture' && <Chart sums={sums} step={span.step} title={title} />}
      {asked.data && how === 'figures' && <Steps sums={sums} step={span.step} />}
    </section>
  );
}

interface FiguresProps {
  query: FiguresQuery;
  span: Span;
  queue: string | undefined;
  onQueue: (queueId: string) => void;
}

const busiest = (queues: QueueFigures[]): string | undefined =>
  queues.reduce<QueueFigures | undefined>(
    (most, row) => (most && most.entered >= row.entered ? most : row),
    undefined,
  )?.queue_id;

function Queues({ query, span, queue, onQueue }: FiguresProps) {
  const { t } = useTranslation();
  const names = useNames();
  const asked = useQuery({
    queryKey: ['statistics', 'queues', query],
    queryFn: () => readQueueFigures(query),
    refetchInterval: REFRESH_MS,
  });
  const queues = asked.data?.queues ?? [];
  const chosen = queues.find((row) => row.queue_id === queue)?.queue_id ?? busiest(queues);
  const save = () => saveCsv('queues.csv', queuesCsv(queues, names.queue, t));
  return (
    <>
      <section className={page.panel} aria-labelledby="queues-title">
        <header className={page.head}>
          <h2 id="queues-title">{t('board.queues')}</h2>
          <span className={page.muted}>{t('reports.queuesHint')}</span>
          <span className={page.grow} />
          <Button size="small" disabled={!queues.length} onClick={save}>
            {t('log.export')}
          </Button>
        </header>
        {asked.isPending && <Loading rows={4} />}
        {asked.isError && !asked.data && <Failed error={asked.error} onRetry={() => void asked.refetch()} />}
        {queues.length > 0 && <QueueTable queues={queues} chosen={chosen} onChoose={onQueue} />}
        {asked.data && !queues.length && (
          <Empty icon="task" title={t('board.noQueues')} text={t('board.noQueuesText')} />
        )}
      </section>
      {chosen !== undefined && <OverTime queueId={chosen} span={span} query={query} />}
    </>
  );
}

/** Whoever worked least stands last; names settle what is equal. */
function inOrder(agents: AgentFigures[], nameOf: (id: string) => string): AgentFigures[] {
  const worked = (row: AgentFigures) => row.talk_ms + row.wrap_up_ms;
  return [...agents].sort(
    (a, b) => worked(b) - worked(a) || nameOf(a.agent_id).localeCompare(nameOf(b.agent_id)),
  );
}

function Agents({ query }: { query: FiguresQuery }) {
  const { t } = useTranslation();
  const people = useQuery({ queryKey: ['agents'], queryFn: readAgents });
  const asked = useQuery({
    queryKey: ['statistics', 'agents', query],
    queryFn: () => readAgentFigures(query),
    refetchInterval: REFRESH_MS,
  });
  const byId = new Map(people.data?.agents.map((one) => [one.agent_id, one.display_name]));
  const nameOf = (id: string) => byId.get(id) ?? id;
  const agents = inOrder(asked.data?.agents ?? [], nameOf);
  const save = () => saveCsv('agents.csv', agentsCsv(agents, nameOf, t));
  return (
    <section className={page.panel} aria-labelledby="agents-title">
      <header className={page.head}>
        <h2 id="agents-title">{t('board.agents')}</h2>
        <span className={page.grow} />
        <Button size="small" disabled={!agents.length} onClick={save}>
          {t('log.export')}
        </Button>
      </header>
      {asked.isPending && <Loading rows={4} />}
      {asked.isError && !asked.data && <Failed error={asked.error} onRetry={() => void asked.refetch()} />}
      {agents.length > 0 && <AgentTable agents={agents} nameOf={nameOf} />}
      {asked.data && !agents.length && (
        <Empty icon="person" title={t('reports.noAgents')} text={t('reports.noAgentsText')} />
      )}
    </section>
  );
}

const queryOf = ({ from_ms, until_ms }: Span, formula?: Formula): FiguresQuery => ({
  from_ms,
  until_ms,
  formula,
});

export default function ReportsPage() {
  const { t } = useTranslation();
  const { wanted, formula, queue, change } = useAddress();
  const span = useMemo(() => spanOf(wanted), [wanted]);
  usePageTitle('reports');
  return (
    <div className={page.page}>
      <h1 className="visually-hidden">{t('page.reports')}</h1>
      <div className={`${page.body} ${styles.body}`}>
        <section className={page.panel} aria-label={t('reports.span')}>
          <header className={page.head}>
            <SpanBar
              wanted={wanted}
              onSpan={(name) => change({ span: name, from: undefined, until: undefined })}
              onDays={(from, until) => change({ from, until, span: undefined })}
            />
            <span className={page.grow} />
            <Select
              className={styles.formula}
              allowClear
              aria-label={t('reports.formula')}
              placeholder={t('reports.formula')}
              value={formula}
              onChange={(name?: Formula) => change({ formula: name })}
              popupMatchSelectWidth={false}
              options={formulas.map((value) => ({ value, label: t(`board.formula.${value}`) }))}
            />
          </header>
        </section>
        {span ? (
          <>
            <Queues
              query={queryOf(span, formula)}
              span={span}
              queue={queue}
              onQueue={(id) => change({ queue: id })}
            />
            <Agents query={queryOf(span, formula)} />
          </>
        ) : (
          <Empty
            icon="warning"
            title={t('reports.badDays')}
            text={t('reports.badDaysText', { days: String(DAYS_MAX) })}
          />
        )}
      </div>
    </div>
  );
}
