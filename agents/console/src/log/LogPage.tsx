import { Button } from 'antd';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import type { Interaction } from '../api/types';
import { useUser } from '../session/session';
import { Icon } from '../ui/Icon';
import page from '../ui/Page.module.css';
import { Empty, Failed, Loading } from '../ui/Panel';
import { usePageTitle } from '../ui/usePageTitle';
import { ContactSide } from './ContactSide';
import { ExportButton } from './ExportButton';
import { FilterBar } from './FilterBar';
import { filterNames, questionOf, wantedOf, type Wanted } from './filter';
import styles from './Log.module.css';
import { LogTable } from './LogTable';
import { useFresh, useLog } from './useLog';

/** Filter and opened contact stand in the address: back and forward work, and a link shows the same. */
function useAddress() {
  const [search, setSearch] = useSearchParams();
  const wanted = useMemo(() => wantedOf(search), [search]);
  const change = useCallback(
    (changed: Wanted) =>
      setSearch((before) => {
        const next = new URLSearchParams(before);
        next.delete('contact');
        for (const [name, value] of Object.entries(changed)) {
          if (value) next.set(name, value);
          else next.delete(name);
        }
        return next;
      }),
    [setSearch],
  );
  const open = useCallback(
    (contactId: string | null) =>
      setSearch(
        (before) => {
          const next = new URLSearchParams(before);
          if (contactId) next.set('contact', contactId);
          else next.delete('contact');
          return next;
        },
        { replace: true },
      ),
    [setSearch],
  );
  return { wanted, change, open, opened: search.get('contact') };
}

type Log = ReturnType<typeof useLog>['log'];

interface ResultsProps {
  log: Log;
  rows: Interaction[];
  isWhole: boolean;
  opened: string | null;
  onOpen: (contactId: string) => void;
}

/** Nothing yet, nothing found, or nothing found so far: the work for one page is bounded. */
function Nothing({ log, isWhole }: { log: Log; isWhole: boolean }) {
  const { t } = useTranslation();
  if (isWhole) return <Empty icon="task" title={t('log.none')} text={t('log.noneText')} />;
  return (
    <Empty
      icon="search"
      title={t('log.noMatch')}
      text={t(log.hasNextPage ? 'log.furtherText' : 'log.noMatchText')}
    >
      {log.hasNextPage && (
        <Button loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
          {t('log.further')}
        </Button>
      )}
    </Empty>
  );
}

function Results({ log, rows, isWhole, opened, onOpen }: ResultsProps) {
  if (log.isPending) return <Loading rows={10} />;
  if (log.isError && !rows.length) return <Failed error={log.error} onRetry={() => void log.refetch()} />;
  if (!rows.length) return <Nothing log={log} isWhole={isWhole} />;
  return (
    <LogTable
      rows={rows}
      openId={opened}
      onOpen={onOpen}
      hasMore={log.hasNextPage}
      isLoadingMore={log.isFetchingNextPage}
      onMore={() => void log.fetchNextPage()}
    />
  );
}

const cleared: Wanted = Object.fromEntries(filterNames.map((name) => [name, '']));

export default function LogPage() {
  const { t } = useTranslation();
  const { role } = useUser();
  const { wanted, change, open, opened } = useAddress();
  const question = useMemo(() => questionOf(wanted), [wanted]);
  const isWhole = !Object.keys(question).length;
  const { log, rows, isCut } = useLog(question);
  const known = useMemo(() => new Set(rows.map((row) => row.contact_id)), [rows]);
  const fresh = useFresh(known, log.isSuccess && isWhole);
  const close = useCallback(() => open(null), [open]);
  usePageTitle('log');
  return (
    <div className={page.page}>
      <h1 className="visually-hidden">{t('page.log')}</h1>
      <div className={page.body}>
        <section className={page.panel} data-grow aria-labelledby="log-title">
          <header className={page.head}>
            <h2 id="log-title">{t('log.title')}</h2>
            <span className={page.muted}>{t('log.order')}</span>
            <span className={page.grow} />
            {role !== 'agent' && <ExportButton question={question} />}
            <Button
              icon={<Icon name="retry" />}
              loading={log.isRefetching && !log.isFetchingNextPage}
              onClick={() => void log.refetch()}
              type={fresh ? 'primary' : 'default'}
            >
              {fresh ? t('list.fresh', { count: fresh }) : t('log.refresh')}
            </Button>
          </header>
          <FilterBar wanted={wanted} onChange={change}>
            {!isWhole && (
              <Button type="link" onClick={() => change(cleared)}>
                {t('log.clear')}
              </Button>
            )}
          </FilterBar>
          {isCut && <p className={styles.notice}>{t('log.cut')}</p>}
          <Results log={log} rows={rows} isWhole={isWhole} opened={opened} onOpen={open} />
        </section>
      </div>
      {opened && <ContactSide key={opened} contactId={opened} onOpen={open} onClose={close} />}
    </div>
  );
}
