/** The knowledge base beside a conversation: what may answer the customer, found, read and sent; or noted as missing. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Input, type InputRef } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { noteQuestion, readOwnQuestions, suggestArticles, type QuestionRow } from '../api/articles';
import type { AssignmentCard } from '../api/types';
import pane from '../desk/ContextPane.module.css';
import { useTranscript } from '../desk/work';
import { useAction } from '../keys/actions';
import { Icon } from '../ui/Icon';
import { toast } from '../ui/toasts';
import { useCommand } from '../ui/useCommand';
import styles from './Articles.module.css';
import { FoundList } from './Found';
import { OneArticle } from './OneArticle';
import { openArticle, useOpenArticle } from './open';
import { SentArticles } from './SentArticles';
import { hasWord, useCountMisses, useSearch } from './useSearch';

const QUERY_MAX = 200;
const OWN_SHOWN = 3;
const OWN_REFRESH_MS = 10_000;

const askNote = (key: string, contactId: string, query: string) =>
  noteQuestion(contactId, query, 'no_answer', key);

function Suggestions({ item, onOpen }: { item: AssignmentCard; onOpen: (articleId: string) => void }) {
  const { t } = useTranslation();
  const contactId = item.contact_id;
  const said = useTranscript(contactId).findLast((line) => line.author === 'customer')?.seq ?? 0;
  const load = useQuery({
    queryKey: ['articles', 'suggested', contactId, said],
    queryFn: () => suggestArticles(contactId),
    placeholderData: (before) => before,
  });
  if (!load.data?.articles.length) return <p className={pane.none}>{t('articles.noSuggestions')}</p>;
  return <FoundList label={t('articles.suggestions')} articles={load.data.articles} onOpen={onOpen} />;
}

interface ResultsProps {
  contactId: string;
  query: string;
  onOpen: (articleId: string) => void;
}

function Results({ contactId, query, onOpen }: ResultsProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const search = useSearch(query);
  const note = useCommand(askNote);
  const [noted, setNoted] = useState('');
  // Noted, it is counted already; once more would open again what an editor has answered meanwhile.
  useCountMisses(contactId, noted === query.trim() ? '' : query, search.data);
  const submit = async () => {
    setNoted(query.trim());
    if (!(await note.run(contactId, query.trim()))) return;
    toast(t('articles.noted'), 'info');
    void queries.invalidateQueries({ queryKey: ['articles', 'own-questions'] });
  };
  const found = search.data;
  return (
    <>
      <p className={pane.none} role="status">
        {found && !found.articles.length && t('articles.none')}
        {found?.is_partial && found.articles.length > 0 && t('articles.partial')}
      </p>
      {found && <FoundList label={t('articles.results')} articles={found.articles} onOpen={onOpen} />}
      <Button size="small" loading={note.isBusy} onClick={() => void submit()}>
        {t('articles.noAnswer')}
      </Button>
    </>
  );
}

function Own({ question, onOpen }: { question: QuestionRow; onOpen: (articleId: string) => void }) {
  const { t } = useTranslation();
  return (
    <li>
      <span>{question.query}</span>
      <small>{t(`articles.state.${question.state}`)}</small>
      {question.state === 'answered' && (
        <Button type="link" size="small" onClick={() => onOpen(question.article_id)}>
          {t('articles.read')}
        </Button>
      )}
    </li>
  );
}

/** What became of the questions one found no answer to. */
function OwnQuestions({ onOpen }: { onOpen: (articleId: string) => void }) {
  const { t } = useTranslation();
  const load = useQuery({
    queryKey: ['articles', 'own-questions'],
    queryFn: readOwnQuestions,
    // An editor may answer at any time; with nothing open there is nothing to wait for.
    refetchInterval: ({ state }) =>
      state.data?.questions.some((one) => one.state === 'open' || one.state === 'taken') && OWN_REFRESH_MS,
  });
  const rows = load.data?.questions.slice(0, OWN_SHOWN) ?? [];
  if (!rows.length) return null;
  return (
    <ul className={styles.sent} aria-label={t('articles.own')}>
      {rows.map((row) => (
        <Own key={row.question_id} question={row} onOpen={onOpen} />
      ))}
    </ul>
  );
}

export function ArticlePanel({ item }: { item: AssignmentCard }) {
  const { t } = useTranslation();
  const contactId = item.contact_id;
  const [query, setQuery] = useState('');
  const input = useRef<InputRef>(null);
  const openId = useOpenArticle(contactId);
  const open = (articleId: string) => openArticle(contactId, articleId);
  const close = () => {
    open('');
    requestAnimationFrame(() => input.current?.focus());
  };
  useAction('article', () => {
    open('');
    requestAnimationFrame(() => input.current?.focus());
  });
  return (
    <section className={pane.part} aria-label={t('articles.title')}>
      <h2 className={pane.title}>{t('articles.title')}</h2>
      {openId ? (
        <OneArticle item={item} articleId={openId} onClose={close} />
      ) : (
        <>
          <Input
            ref={input}
            allowClear
            prefix={<Icon name="search" />}
            value={query}
            maxLength={QUERY_MAX}
            placeholder={t('articles.find')}
            aria-label={t('articles.find')}
            onChange={(event) => setQuery(event.target.value)}
          />
          {hasWord(query) ? (
            <Results contactId={contactId} query={query} onOpen={open} />
          ) : (
            <Suggestions item={item} onOpen={open} />
          )}
          <OwnQuestions onOpen={open} />
        </>
      )}
      <SentArticles contactId={contactId} revision={item.email?.revision} />
    </section>
  );
}
