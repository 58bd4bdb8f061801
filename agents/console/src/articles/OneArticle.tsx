import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Segmented, type GetRef } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { readArticle, sendArticle, type ArticleLanguage, type ArticleVersion } from '../api/articles';
import type { AssignmentCard } from '../api/types';
import { useIsStale } from '../shell/useIsStale';
import { Icon } from '../ui/Icon';
import { Failed, Loading } from '../ui/Panel';
import { toast } from '../ui/toasts';
import { useCommand } from '../ui/useCommand';
import { useLanguageName } from '../ui/useLanguageName';
import styles from './Articles.module.css';
import { Markdown } from './markdown';
import { sentQuery } from './sent';

const languages: ArticleLanguage[] = ['en', 'zh'];
const written = ['chat', 'email'];

const ask = (
  key: string,
  contactId: string,
  articleId: string,
  language: ArticleLanguage,
  to: string | null = null,
) => sendArticle(contactId, articleId, language, to, key);

interface SendProps {
  item: AssignmentCard;
  article: ArticleVersion;
  language: ArticleLanguage;
  onSent: () => void;
}

/** From a chat or a mail one button; from a call one for each address that the customer is known to have. */
function SendButtons({ item, article, language, onSent }: SendProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const isStale = useIsStale();
  const send = useCommand(ask);
  const button = useRef<GetRef<typeof Button>>(null);
  const isBeside = !written.includes(item.channel);
  const load = useQuery({ ...sentQuery(item.contact_id, item.email?.revision), enabled: isBeside });
  useEffect(() => button.current?.focus(), [load.isSuccess]);
  const submit = async (to: string | null) => {
    if (!(await send.run(item.contact_id, article.article_id, language, to))) return;
    const title = article[language]?.title ?? '';
    toast(to ? t('articles.sentTo', { title, address: to }) : t('articles.sent', { title }), 'info');
    void queries.invalidateQueries({ queryKey: ['articles', 'sent', item.contact_id] });
    onSent();
  };
  const addresses = isBeside ? (load.data?.addresses ?? []) : [null];
  if (isBeside && load.isSuccess && !addresses.length)
    return <p className={styles.noAddress}>{t('articles.noAddress')}</p>;
  return addresses.map((to, place) => (
    <Button
      key={to ?? ''}
      ref={place ? undefined : button}
      className={styles.send}
      type="primary"
      size="small"
      icon={<Icon name="send" />}
      disabled={isStale}
      loading={send.isBusy}
      onClick={() => void submit(to)}
    >
      {to
        ? t('articles.sendTo', { address: to })
        : t(item.channel === 'email' ? 'articles.sendMail' : 'articles.sendChat')}
    </Button>
  ));
}

interface ShownProps {
  item: AssignmentCard;
  article: ArticleVersion;
  onClose: () => void;
}

function Shown({ item, article, onClose }: ShownProps) {
  const { t } = useTranslation();
  const languageName = useLanguageName();
  const said = languages.filter((one) => article[one]);
  const own: ArticleLanguage = item.language.startsWith('zh') ? 'zh' : 'en';
  const [chosen, choose] = useState<ArticleLanguage>(own);
  const language = said.includes(chosen) ? chosen : (said[0] ?? own);
  const text = article[language];
  const canSend = item.state === 'connected' && !article.is_retired;
  return (
    <article className={styles.article} data-open-article={article.article_id}>
      <header>
        <h3>{text?.title}</h3>
        <small>{t('articles.version', { version: article.version })}</small>
      </header>
      {said.length > 1 && (
        <Segmented
          size="small"
          value={language}
          onChange={choose}
          aria-label={t('articles.language')}
          options={said.map((value) => ({ value, label: languageName(value) }))}
        />
      )}
      <Markdown className={styles.body} body={text?.body ?? ''} />
      <footer>
        {canSend && <SendButtons item={item} article={article} language={language} onSent={onClose} />}
        <Button size="small" onClick={onClose}>
          {t('articles.back')}
        </Button>
      </footer>
    </article>
  );
}

interface OneArticleProps {
  item: AssignmentCard;
  articleId: string;
  onClose: () => void;
}

/** An article to be read, and sent with one click in the customer's language. */
export function OneArticle({ item, articleId, onClose }: OneArticleProps) {
  const load = useQuery({ queryKey: ['articles', 'one', articleId], queryFn: () => readArticle(articleId) });
  if (load.isPending) return <Loading rows={4} />;
  if (load.isError) return <Failed error={load.error} onRetry={() => void load.refetch()} />;
  return <Shown key={articleId} item={item} article={load.data.article} onClose={onClose} />;
}
