import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Space } from 'antd';
import { useTranslation } from 'react-i18next';
import { moveQuestion, readQuestions, type QuestionRow, type QuestionStep } from '../api/articles';
import { count, dateTime } from '../ui/format';
import { Empty, Failed, Loading } from '../ui/Panel';
import table from '../ui/Table.module.css';
import { useCommand } from '../ui/useCommand';

const REFRESH_MS = 5_000;
const columns = ['query', 'noAnswers', 'noResults', 'last', 'state'] as const;
const numbers: readonly string[] = ['noAnswers', 'noResults'];

const steps: Record<string, QuestionStep[]> = {
  open: ['take', 'dismiss'],
  taken: ['release', 'dismiss'],
  answered: ['reopen'],
  dismissed: ['reopen'],
};

const ask = (_key: string, question: QuestionRow, step: QuestionStep) => moveQuestion(question, step);

interface RowProps {
  row: QuestionRow;
  onMove: (step: QuestionStep) => void;
  onWrite: () => void;
  onRead: () => void;
}

function Row({ row, onMove, onWrite, onRead }: RowProps) {
  const { t, i18n } = useTranslation();
  const isToDo = row.state === 'open' || row.state === 'taken';
  return (
    <tr data-question={row.question_id} data-state={row.state}>
      <td data-main>{row.query}</td>
      <td data-number>{count(row.no_answers, i18n.language)}</td>
      <td data-number>{count(row.no_results, i18n.language)}</td>
      <td data-muted>{dateTime(row.last_at_ms, i18n.language)}</td>
      <td>{[t(`articles.state.${row.state}`), row.taken_by].filter(Boolean).join(' · ')}</td>
      <td data-number>
        <Space size={6}>
          {isToDo && (
            <Button size="small" type="primary" onClick={onWrite}>
              {t('articles.write')}
            </Button>
          )}
          {row.article_id && (
            <Button size="small" onClick={onRead}>
              {t('articles.read')}
            </Button>
          )}
          {steps[row.state]?.map((step) => (
            <Button key={step} size="small" onClick={() => onMove(step)}>
              {t(`articles.step.${step}`)}
            </Button>
          ))}
        </Space>
      </td>
    </tr>
  );
}

interface QuestionsListProps {
  isOver: boolean;
  onWrite: (question: QuestionRow) => void;
  onRead: (articleId: string) => void;
}

/** What found no answer: to be taken and answered by an article, or what became of it. */
export function QuestionsList({ isOver, onWrite, onRead }: QuestionsListProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const moving = useCommand(ask);
  const load = useQuery({
    queryKey: ['articles', 'questions', isOver],
    queryFn: () => readQuestions(isOver),
    refetchInterval: REFRESH_MS,
  });
  if (load.isPending) return <Loading rows={4} />;
  if (load.isError && !load.data) return <Failed error={load.error} onRetry={() => void load.refetch()} />;
  const rows = load.data.questions;
  if (!rows.length)
    return <Empty icon="ready" title={t('articles.noQuestions')} text={t('articles.noQuestionsText')} />;
  const move = async (row: QuestionRow, step: QuestionStep) => {
    await moving.run(row, step);
    await queries.invalidateQueries({ queryKey: ['articles', 'questions'] });
  };
  return (
    <div className={table.wrap} tabIndex={0} role="region" aria-labelledby="articles-title">
      <table className={table.table}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" data-number={numbers.includes(column) || undefined}>
                {t(`articles.column.${column}`)}
              </th>
            ))}
            <td />
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row
              key={row.question_id}
              row={row}
              onMove={(step) => void move(row, step)}
              onWrite={() => onWrite(row)}
              onRead={() => onRead(row.article_id)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}
