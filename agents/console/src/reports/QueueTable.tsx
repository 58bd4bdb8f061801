import { useTranslation } from 'react-i18next';
import type { QueueFigures } from '../api/statistics';
import { useNames } from '../session/configuration';
import { count, duration, percent } from '../ui/format';
import table from '../ui/Table.module.css';
import { permilleOf, totalOf } from './sums';

const counts = ['entered', 'answered', 'abandoned', 'flowed_out', 'forced_out'] as const;

interface QueueTableProps {
  queues: QueueFigures[];
  chosen: string | undefined;
  onChoose: (queueId: string) => void;
}

/** How good it was, and by what measure: that stands in the tip. */
function Level({ row }: { row: QueueFigures }) {
  const { t, i18n } = useTranslation();
  const { permille, thresholds_ms, formula, part, whole } = row.service_level;
  if (permille === null) return t('board.none');
  const seconds = thresholds_ms.map((ms) => count(ms / 1000, i18n.language)).join(' / ');
  const tip = t('reports.levelIs', {
    seconds,
    formula: t(`board.formula.${formula}`),
    part: count(part, i18n.language),
    whole: count(whole, i18n.language),
  });
  return <span title={tip}>{percent(permille, i18n.language)}</span>;
}

function Abandoned({ abandoned, offered }: { abandoned: number; offered: number }) {
  const { t, i18n } = useTranslation();
  const left = count(abandoned, i18n.language);
  const share = permilleOf(abandoned, offered);
  if (!abandoned || share === null) return left;
  return t('board.abandonedShare', { left, share: percent(share, i18n.language) });
}

function Total({ queues }: { queues: QueueFigures[] }) {
  const { t, i18n } = useTranslation();
  const sum = totalOf(queues);
  const number = (value: number) => count(value, i18n.language);
  const of = (name: (typeof counts)[number]) => queues.reduce((all, row) => all + row[name], 0);
  const offered = queues.reduce((all, row) => all + row.offered, 0);
  const level = permilleOf(sum.part, sum.whole);
  return (
    <tr data-total>
      <td data-main>{t('reports.allQueues')}</td>
      {counts.map((name) => (
        <td key={name} data-number data-main>
          {name === 'abandoned' ? (
            <Abandoned abandoned={sum.abandoned} offered={offered} />
          ) : (
            number(of(name))
          )}
        </td>
      ))}
      <td data-number data-main>
        {level === null ? t('board.none') : percent(level, i18n.language)}
      </td>
      <td />
      <td />
    </tr>
  );
}

export function QueueTable({ queues, chosen, onChoose }: QueueTableProps) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const time = (ms: number | null) => (ms === null ? t('board.none') : duration(ms));
  return (
    <div className={table.wrap} tabIndex={0} role="region" aria-labelledby="queues-title">
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">{t('board.queue')}</th>
            {counts.map((name) => (
              <th key={name} scope="col" data-number>
                {t(`reports.column.${name}`)}
              </th>
            ))}
            <th scope="col" data-number>
              {t('board.column.service_level')}
            </th>
            <th scope="col" data-number>
              {t('board.column.mean_wait')}
            </th>
            <th scope="col" data-number>
              {t('board.column.mean_handle')}
            </th>
          </tr>
        </thead>
        <tbody>
          {queues.map((row) => (
            <tr
              key={row.queue_id}
              data-queue={row.queue_id}
              data-selected={row.queue_id === chosen || undefined}
            >
              <td>
                <button
                  type="button"
                  className={table.open}
                  aria-pressed={row.queue_id === chosen}
                  onClick={() => onChoose(row.queue_id)}
                >
                  {names.queue(row.queue_id)}
                </button>
                {row.is_provisional && (
                  <span data-muted title={t('reports.provisionalIs')}>
                    {' '}
                    {t('reports.provisional')}
                  </span>
                )}
              </td>
              {counts.map((name) => (
                <td key={name} data-number data-column={name}>
                  {name === 'abandoned' ? <Abandoned {...row} /> : count(row[name], i18n.language)}
                </td>
              ))}
              <td data-number data-column="service_level">
                <Level row={row} />
              </td>
              <td data-number>{time(row.mean_wait_of_answered_ms)}</td>
              <td data-number>{time(row.mean_handle_ms)}</td>
            </tr>
          ))}
          {queues.length > 1 && <Total queues={queues} />}
        </tbody>
      </table>
    </div>
  );
}
