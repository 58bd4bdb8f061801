import { useQuery } from '@tanstack/react-query';
import { Alert, Checkbox, Form, Input, Modal, Segmented, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  addArticle,
  changeArticle,
  moveQuestion,
  readArticle,
  readArticleVersions,
  type ArticleLanguage,
  type ArticleVersion,
  type QuestionRow,
} from '../api/articles';
import { dateTime } from '../ui/format';
import { FormDialog } from '../ui/FormDialog';
import { Failed, Loading } from '../ui/Panel';
import { toast } from '../ui/toasts';
import { useCommand } from '../ui/useCommand';
import { useLanguageName } from '../ui/useLanguageName';
import styles from './Articles.module.css';
import { Markdown } from './markdown';

const languages: ArticleLanguage[] = ['en', 'zh'];
const ID = /^[a-z0-9][a-z0-9-]{0,63}$/;
const TITLE_MAX = 200;
const BODY_MAX = 20_000;
const NOTE_MAX = 500;
const ROWS = { minRows: 8, maxRows: 20 };

interface Fields {
  id: string;
  title_en?: string;
  body_en?: string;
  title_zh?: string;
  body_zh?: string;
  tags: string[];
  note?: string;
  isRetired: boolean;
}

const textOf = (title: string | undefined, body: string | undefined) =>
  title?.trim() || body?.trim() ? { title: title?.trim() ?? '', body: body?.trim() ?? '' } : null;

function store(_key: string, article: ArticleVersion | undefined, fields: Fields) {
  const body = {
    en: textOf(fields.title_en, fields.body_en),
    zh: textOf(fields.title_zh, fields.body_zh),
    tags: fields.tags,
    note: fields.note ?? '',
  };
  if (!article) return addArticle({ ...body, article_id: fields.id });
  const change = { ...body, based_on: article.version, is_retired: fields.isRetired };
  return changeArticle(article.article_id, change);
}

async function answerBy(_key: string, question: QuestionRow, articleId: string) {
  return moveQuestion(question, 'answer', articleId);
}

function Said({ language }: { language: ArticleLanguage }) {
  const { t } = useTranslation();
  const body = Form.useWatch<string | undefined>(`body_${language}`);
  return (
    <div className={styles.columns}>
      <div>
        <Form.Item name={`title_${language}`} label={t('articles.field.title')}>
          <Input maxLength={TITLE_MAX} lang={language} />
        </Form.Item>
        <Form.Item name={`body_${language}`} label={t('articles.field.body')} extra={t('articles.markdown')}>
          <Input.TextArea autoSize={ROWS} maxLength={BODY_MAX} lang={language} />
        </Form.Item>
      </div>
      <section aria-label={t('articles.preview')}>
        <h3>{t('articles.preview')}</h3>
        <div className={styles.preview}>
          <Markdown className={styles.body} body={body ?? ''} />
        </div>
      </section>
    </div>
  );
}

function Versions({ articleId }: { articleId: string }) {
  const { t, i18n } = useTranslation();
  const load = useQuery({
    queryKey: ['articles', 'versions', articleId],
    queryFn: () => readArticleVersions(articleId),
  });
  return (
    <ul className={styles.sent} aria-label={t('articles.versions')}>
      {load.data?.versions.map((one) => (
        <li key={one.version}>
          <span>{t('articles.version', { version: one.version })}</span>
          <small>
            {[dateTime(one.changed_at_ms, i18n.language), one.changed_by, one.note]
              .filter(Boolean)
              .join(' · ')}
          </small>
        </li>
      ))}
    </ul>
  );
}

const partsOf = (text: ArticleVersion['en']) => text ?? { title: '', body: '' };

function initialOf(article: ArticleVersion | undefined): Partial<Fields> {
  if (!article) return { id: '', tags: [], isRetired: false };
  const [en, zh] = [partsOf(article.en), partsOf(article.zh)];
  return {
    id: article.article_id,
    tags: article.tags,
    isRetired: article.is_retired,
    title_en: en.title,
    body_en: en.body,
    title_zh: zh.title,
    body_zh: zh.body,
  };
}

interface EditorProps {
  articleId: string;
  question?: QuestionRow | undefined;
  onClose: () => void;
  onStored: () => void;
}

function EditorForm({ article, question, onClose, onStored }: EditorProps & { article?: ArticleVersion }) {
  const { t, i18n } = useTranslation();
  const languageName = useLanguageName();
  const storing = useCommand(store);
  const answering = useCommand(answerBy);
  const [language, setLanguage] = useState<ArticleLanguage>(i18n.language.startsWith('zh') ? 'zh' : 'en');
  const submit = async (fields: Fields) => {
    const stored = await storing.run(article, fields);
    if (!stored) return;
    const { article_id: articleId, version } = stored.article;
    if (question) await answering.run(question, articleId);
    toast(t(question ? 'articles.answered' : 'articles.stored', { version }), 'info');
    onStored();
    onClose();
  };
  return (
    <FormDialog<Fields>
      width={920}
      title={article ? t('articles.edit') : t('articles.add')}
      okText={t('articles.store')}
      isBusy={storing.isBusy || answering.isBusy}
      initialValues={initialOf(article)}
      onSubmit={submit}
      onClose={onClose}
    >
      {question && <Alert type="info" title={t('articles.answers', { query: question.query })} />}
      <Form.Item
        name="id"
        label={t('articles.field.id')}
        rules={[{ required: true, pattern: ID, message: t('articles.idRule') }]}
      >
        <Input disabled={Boolean(article)} maxLength={64} />
      </Form.Item>
      <Segmented
        value={language}
        onChange={setLanguage}
        aria-label={t('articles.language')}
        options={languages.map((value) => ({ value, label: languageName(value) }))}
      />
      {languages.map((one) => (
        <div key={one} hidden={one !== language}>
          <Said language={one} />
        </div>
      ))}
      <Form.Item name="tags" label={t('articles.field.tags')}>
        <Select mode="tags" open={false} suffix={null} tokenSeparators={[';', ',', '，']} />
      </Form.Item>
      <Form.Item name="note" label={t('articles.field.note')}>
        <Input maxLength={NOTE_MAX} />
      </Form.Item>
      {article && (
        <Form.Item name="isRetired" valuePropName="checked">
          <Checkbox>{t('articles.retire')}</Checkbox>
        </Form.Item>
      )}
      {article && <Versions articleId={article.article_id} />}
    </FormDialog>
  );
}

/** An article in both languages with a preview; stored as its next version, and perhaps as the answer to a question. */
export function ArticleEditor(props: EditorProps) {
  const { t } = useTranslation();
  const { articleId, onClose } = props;
  const load = useQuery({
    queryKey: ['articles', 'edited', articleId],
    queryFn: () => readArticle(articleId),
    enabled: articleId !== '',
    staleTime: 0,
    gcTime: 0,
  });
  if (!articleId) return <EditorForm {...props} />;
  if (load.data) return <EditorForm {...props} article={load.data.article} />;
  return (
    <Modal open footer={null} title={t('articles.edit')} onCancel={onClose}>
      {load.isError ? (
        <Failed error={load.error} onRetry={() => void load.refetch()} />
      ) : (
        <Loading rows={6} />
      )}
    </Modal>
  );
}
