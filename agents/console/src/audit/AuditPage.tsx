import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Button, Input, Select } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { readUsers } from '../api/calls';
import { readAudit, type AuditFilter, type AuditRow } from '../api/history';
import { dayStart } from '../log/filter';
import { dateTime } from '../ui/format';
import { Icon } from '../ui/Icon';
import page from '../ui/Page.module.css';
import { Empty, Failed, Loading } from '../ui/Panel';
import table from '../ui/Table.module.css';
import { usePageTitle } from '../ui/usePageTitle';
import { actions } from './actions';
import styles from './Audit.module.css';

const columns = ['at', 'who', 'action', 'object', 'facts'];
type FilterName = 'user' | 'action' | 'object' | 'from' | 'until';

function useAddress() {
  const [search, setSearch] = useSearchParams();
  const change = (name: FilterName, value: string | undefined) =>
    setSearch((before) => {
      const next = new URLSearchParams(before);
      if (value) next.set(name, value);
      else next.delete(name);
      return next;
    });
  const get = (name: FilterName) => search.get(name) ?? undefined;
  const filter = useMemo(() => {
    const asked: AuditFilter = {
      user_id: search.get('user') ?? undefined,
      action: actions.find((each) => each === search.get('action')),
      object_id: search.get('object') ?? undefined,
      from_ms: dayStart(search.get('from') ?? undefined),
      until_ms: dayStart(search.get('until') ?? undefined, 1),
    };
    return Object.fromEntries(Object.entries(asked).filter(([, value]) => value));
  }, [search]);
  return { filter, get, change };
}

function Filters({ get, change }: Omit<ReturnType<typeof useAddress>, 'filter'>) {
  const { t } = useTranslation();
  const users = useQuery({ queryKey: ['users'], queryFn: readUsers });
  const people = (users.data?.users ?? []).map((one) => ({ value: one.user_id, label: one.display_name }));
  return (
    <div className={styles.filters}>
      <Select
        className={styles.choose}
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        aria-label={t('audit.column.who')}
        placeholder={t('audit.column.who')}
        value={get('user')}
        onChange={(value?: string) => change('user', value)}
        options={people}
      />
      <Select
        className={styles.choose}
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        aria-label={t('audit.column.action')}
        placeholder={t('audit.column.action')}
        value={get('action')}
        onChange={(value?: string) => change('action', value)}
        options={actions.map((value) => ({ value, label: t(`audit.action.${value}`) }))}
      />
      <Input
        key={get('object') ?? ''}
        className={styles.object}
        allowClear
        maxLength={100}
        aria-label={t('audit.objectId')}
        placeholder={t('audit.objectId')}
        defaultValue={get('object')}
        onPressEnter={(event) => change('object', event.currentTarget.value.trim())}
        onClear={() => change('object', undefined)}
      />
      {(['from', 'until'] as const).map((name) => (
        <label key={name} className={styles.day}>
          <span>{t(`log.${name}`)}</span>
          <Input type="date" value={get(name) ?? ''} onChange={(event) => change(name, event.target.value)} />
        </label>
      ))}
    </div>
  );
}

const factText = (facts: AuditRow['facts']): string =>
  Object.entries(facts)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('  ');

function Row({ row }: { row: AuditRow }) {
  const { t, i18n } = useTranslation();
  const kind = t(`audit.kind.${row.object_kind}`, { defaultValue: row.object_kind });
  const facts = factText(row.facts);
  return (
    <tr data-audit={row.audit_no}>
      <td>{dateTime(row.at_ms, i18n.language)}</td>
      <td data-clip>{row.user_name || row.user_id || t('audit.nobody')}</td>
      <td>{t(`audit.action.${row.action}`, { defaultValue: row.action })}</td>
      <td data-clip title={row.object_id}>
        {row.object_kind ? kind : t('board.none')} {row.object_name || row.object_id}
      </td>
      <td data-clip data-fill data-muted title={facts}>
        {facts}
      </td>
    </tr>
  );
}

/** Who did or read what. Looking here is on record too. */
export default function AuditPage() {
  const { t } = useTranslation();
  const { filter, get, change } = useAddress();
  const log = useInfiniteQuery({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam }) => readAudit(filter, pageParam),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (last) => last.next_before_no ?? undefined,
  });
  const rows = log.data?.pages.flatMap((part) => part.records) ?? [];
  usePageTitle('audit');
  return (
    <div className={page.page}>
      <h1 className="visually-hidden">{t('page.audit')}</h1>
      <div className={page.body}>
        <section className={page.panel} data-grow aria-labelledby="audit-title">
          <header className={page.head}>
            <h2 id="audit-title">{t('audit.title')}</h2>
            <span className={page.muted}>{t('audit.hint')}</span>
            <span className={page.grow} />
            <Button
              icon={<Icon name="retry" />}
              loading={log.isRefetching}
              onClick={() => void log.refetch()}
            >
              {t('log.refresh')}
            </Button>
          </header>
          <Filters get={get} change={change} />
          {log.isPending && <Loading rows={10} />}
          {log.isError && !log.data && <Failed error={log.error} onRetry={() => void log.refetch()} />}
          {log.isSuccess && !rows.length && (
            <Empty icon="search" title={t('audit.none')} text={t('log.noMatchText')} />
          )}
          {rows.length > 0 && (
            <div className={table.wrap} tabIndex={0} role="region" aria-labelledby="audit-title">
              <table className={table.table}>
                <thead>
                  <tr>
                    {columns.map((column) => (
                      <th key={column} scope="col" data-fill={column === 'facts' || undefined}>
                        {t(`audit.column.${column}`)}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {rows.map((row) => (
                    <Row key={row.audit_no} row={row} />
                  ))}
                </tbody>
              </table>
              {log.hasNextPage && (
                <div className={styles.more}>
                  <Button onClick={() => void log.fetchNextPage()} loading={log.isFetchingNextPage}>
                    {t('log.more')}
                  </Button>
                </div>
              )}
            </div>
          )}
        </section>
      </div>
    </div>
  );
}
