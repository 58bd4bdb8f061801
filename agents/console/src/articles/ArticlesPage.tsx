/** For editors: every article, and what found none. */
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Input, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { readArticles, type ArticleRow, type QuestionRow } from '../api/articles';
import { count, dateTime } from '../ui/format';
import { Icon } from '../ui/Icon';
import page from '../ui/Page.module.css';
import { Empty, Failed, Loading } from '../ui/Panel';
import table from '../ui/Table.module.css';
import { usePageTitle } from '../ui/usePageTitle';
import { ArticleEditor } from './ArticleEditor';
import { ImportDialog } from './ImportDialog';
import { QuestionsList } from './QuestionsList';

const columns = ['title', 'otherTitle', 'tags', 'version', 'sent', 'changed'] as const;
const numbers: readonly string[] = ['version', 'sent'];

/** What is being edited: an article, or a new one, perhaps for a question. */
interface Editing {
  articleId: string;
  question?: QuestionRow | undefined;
}

function Row({ row, onOpen }: { row: ArticleRow; onOpen: () => void }) {
  const { t, i18n } = useTranslation();
  const titles = i18n.language.startsWith('zh') ? [row.title_zh, row.title_en] : [row.title_en, row.title_zh];
  return (
    <tr data-article={row.article_id}>
      <td data-main>
        <Button type="link" size="small" onClick={onOpen}>
          {titles[0] ?? row.article_id}
        </Button>
        {row.is_retired && <small> {t('articles.retired')}</small>}
      </td>
      <td data-clip>{titles[1] ?? '–'}</td>
      <td data-clip data-muted>
        {row.tags.join(t('list.separator')) || '–'}
      </td>
      <td data-number>{row.version}</td>
      <td data-number>{count(row.sent, i18n.language)}</td>
      <td data-muted>
        {[dateTime(row.changed_at_ms, i18n.language), row.changed_by].filter(Boolean).join(' · ')}
      </td>
    </tr>
  );
}

const fits = (row: ArticleRow, words: string): boolean =>
  [row.article_id, row.title_en, row.title_zh, ...row.tags].some((text) =>
    text?.toLocaleLowerCase().includes(words),
  );

function ArticlesList({ words, onOpen }: { words: string; onOpen: (articleId: string) => void }) {
  const { t } = useTranslation();
  const load = useInfiniteQuery({
    queryKey: ['articles', 'list'],
    queryFn: ({ pageParam }) => readArticles(pageParam),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_after ?? undefined,
  });
  if (load.isPending) return <Loading rows={6} />;
  if (load.isError) return <Failed error={load.error} onRetry={() => void load.refetch()} />;
  const rows = load.data.pages.flatMap((part) => part.articles).filter((row) => fits(row, words));
  return (
    <>
      {!rows.length && <Empty icon="file" title={t('articles.noneYet')} text={t('articles.noneYetText')} />}
      {rows.length > 0 && (
        <div className={table.wrap} tabIndex={0} role="region" aria-labelledby="articles-title">
          <table className={table.table}>
            <thead>
              <tr>
                {columns.map((column) => (
                  <th key={column} scope="col" data-number={numbers.includes(column) || undefined}>
                    {t(`articles.column.${column}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row key={row.article_id} row={row} onOpen={() => onOpen(row.article_id)} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {load.hasNextPage && (
        <Button onClick={() => void load.fetchNextPage()} loading={load.isFetchingNextPage}>
          {t('log.more')}
        </Button>
      )}
    </>
  );
}

const tabs = ['list', 'open', 'over'] as const;
type Tab = (typeof tabs)[number];

export default function ArticlesPage() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [tab, setTab] = useState<Tab>('list');
  const [words, setWords] = useState('');
  const [editing, edit] = useState<Editing | null>(null);
  const [isImporting, setImporting] = useState(false);
  usePageTitle('articles');
  const reload = () => void queries.invalidateQueries({ queryKey: ['articles'] });
  return (
    <div className={page.page}>
      <div className={page.body}>
        <section className={page.panel} aria-labelledby="articles-title">
          <header className={page.head}>
            <h1 id="articles-title">{t('page.articles')}</h1>
            <Segmented
              value={tab}
              onChange={setTab}
              aria-label={t('articles.parts')}
              options={tabs.map((value) => ({ value, label: t(`articles.tab.${value}`) }))}
            />
            {tab === 'list' && (
              <Input
                allowClear
                style={{ width: 220 }}
                prefix={<Icon name="search" />}
                placeholder={t('articles.filter')}
                aria-label={t('articles.filter')}
                onChange={(event) => setWords(event.target.value.trim().toLocaleLowerCase())}
              />
            )}
            <span className={page.grow} />
            <Button onClick={() => setImporting(true)}>{t('articles.import.open')}</Button>
            <Button type="primary" icon={<Icon name="add" />} onClick={() => edit({ articleId: '' })}>
              {t('articles.add')}
            </Button>
          </header>
          {tab === 'list' ? (
            <ArticlesList words={words} onOpen={(articleId) => edit({ articleId })} />
          ) : (
            <QuestionsList
              isOver={tab === 'over'}
              onWrite={(question) => edit({ articleId: '', question })}
              onRead={(articleId) => edit({ articleId })}
            />
          )}
        </section>
      </div>
      {editing && (
        <ArticleEditor
          key={editing.articleId}
          articleId={editing.articleId}
          question={editing.question}
          onClose={() => edit(null)}
          onStored={reload}
        />
      )}
      {isImporting && <ImportDialog onClose={() => setImporting(false)} onStored={reload} />}
    </div>
  );
}
