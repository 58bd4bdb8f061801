/** The knowledge base: finding, reading, sending and editing articles, and what found no answer. */
import { answerOf, api, keyed } from './http';
import type { components } from './schema';

type Schemas = components['schemas'];

export type FoundArticle = Schemas['FoundArticle'];
export type FoundArticles = Schemas['FoundArticles'];
export type Piece = Schemas['Piece'];
export type ArticleVersion = Schemas['ArticleVersion'];
export type ArticleRow = Schemas['ArticleRow'];
export type ArticleChange = Schemas['ArticleChange'];
export type NewArticle = Schemas['NewArticle'];
export type ArticleFile = Schemas['ArticleFile'];
export type SentArticle = Schemas['SentArticle'];
export type QuestionRow = Schemas['QuestionRow'];
export type QuestionStep = Schemas['QuestionStep'];
export type QuestionCause = Schemas['Asked'];
export type ArticleLanguage = 'en' | 'zh';

const ofArticle = (article_id: string) => ({ params: { path: { article_id } } });
const ofContact = (contact_id: string) => ({ params: { path: { contact_id } } });

export const searchArticles = (query: string) =>
  answerOf(api.POST('/api/v1/articles/search', { body: { query } }));
export const suggestArticles = (contactId: string) =>
  answerOf(api.GET('/api/v1/contacts/{contact_id}/article-suggestions', ofContact(contactId)));
export const readArticle = (articleId: string) =>
  answerOf(api.GET('/api/v1/articles/{article_id}', ofArticle(articleId)));
export const readArticleVersions = (articleId: string) =>
  answerOf(api.GET('/api/v1/articles/{article_id}/versions', ofArticle(articleId)));
export const readArticles = (after: string) =>
  answerOf(api.GET('/api/v1/articles', { params: { query: { after } } }));
export const addArticle = (body: NewArticle) => answerOf(api.POST('/api/v1/articles', { body }));
export const changeArticle = (articleId: string, body: ArticleChange) =>
  answerOf(api.PUT('/api/v1/articles/{article_id}', { ...ofArticle(articleId), body }));
export const importArticles = (files: ArticleFile[]) =>
  answerOf(api.POST('/api/v1/articles/import', { body: { files } }));

export const sendArticle = (
  contact_id: string,
  article_id: string,
  language: ArticleLanguage | null,
  to: string | null,
  key: string,
) =>
  answerOf(
    api.POST('/api/v1/contacts/{contact_id}/articles', {
      params: { path: { contact_id }, ...keyed(key) },
      body: { article_id, language, to },
    }),
  );
export const readSentArticles = (contactId: string) =>
  answerOf(api.GET('/api/v1/contacts/{contact_id}/articles', ofContact(contactId)));

export const noteQuestion = (contact_id: string, query: string, cause: QuestionCause, key: string) =>
  answerOf(
    api.POST('/api/v1/contacts/{contact_id}/article-questions', {
      params: { path: { contact_id }, ...keyed(key) },
      body: { query, cause },
    }),
  );
export const readOwnQuestions = () => answerOf(api.GET('/api/v1/me/article-questions'));
export const readQuestions = (over: boolean) =>
  answerOf(api.GET('/api/v1/article-questions', { params: { query: { over } } }));
export const moveQuestion = (question: QuestionRow, step: QuestionStep, article_id: string | null = null) =>
  answerOf(
    api.POST('/api/v1/article-questions/{question_id}/move', {
      params: { path: { question_id: question.question_id } },
      body: { step, based_on: question.version, article_id },
    }),
  );
