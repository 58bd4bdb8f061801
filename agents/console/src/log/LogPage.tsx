import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { readInteractions } from '../api/calls';
import { Icon } from '../ui/Icon';
import page from '../ui/Page.module.css';
import { Empty, Failed, Loading } from '../ui/Panel';
import { usePageTitle } from '../ui/usePageTitle';
import { ContactSide } from './ContactSide';
import { LogTable } from './LogTable';

const PAGE = 50;
const LOOK_EVERY_MS = 15_000;

function useLog() {
  const log = useInfiniteQuery({
    queryKey: ['interactions', 'log'],
    queryFn: ({ pageParam }) => readInteractions(pageParam, PAGE),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_before ?? undefined,
  });
  const rows = useMemo(() => log.data?.pages.flatMap((part) => part.interactions) ?? [], [log.data]);
  return { log, rows };
}

/** How many came since the list was read: the list itself does not move until the reader says so. */
function useFresh(known: Set<string>, isOn: boolean): number {
  const head = useQuery({
    queryKey: ['interactions', 'head'],
    queryFn: () => readInteractions(undefined, PAGE),
    refetchInterval: LOOK_EVERY_MS,
    enabled: isOn,
  });
  return head.data?.interactions.filter((row) => !known.has(row.contact_id)).length ?? 0;
}

export default function LogPage() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const { log, rows } = useLog();
  const known = useMemo(() => new Set(rows.map((row) => row.contact_id)), [rows]);
  const fresh = useFresh(known, log.isSuccess);
  const open = search.get('contact');
  const close = useCallback(() => setSearch({}, { replace: true }), [setSearch]);
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
            <Button
              icon={<Icon name="retry" />}
              loading={log.isRefetching}
              onClick={() => void log.refetch()}
              type={fresh ? 'primary' : 'default'}
            >
              {fresh ? t('list.fresh', { count: fresh }) : t('log.refresh')}
            </Button>
          </header>
          {log.isPending && <Loading rows={10} />}
          {log.isError && !log.data && <Failed error={log.error} onRetry={() => void log.refetch()} />}
          {log.isSuccess && !rows.length && (
            <Empty icon="task" title={t('log.none')} text={t('log.noneText')} />
          )}
          {rows.length > 0 && (
            <LogTable
              rows={rows}
              openId={open}
              onOpen={(contact) => setSearch({ contact }, { replace: true })}
              hasMore={log.hasNextPage}
              isLoadingMore={log.isFetchingNextPage}
              onMore={() => void log.fetchNextPage()}
            />
          )}
        </section>
      </div>
      {open && <ContactSide key={open} contactId={open} onClose={close} />}
    </div>
  );
}
