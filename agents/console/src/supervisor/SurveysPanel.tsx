import { useQuery } from '@tanstack/react-query';
import { Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { readSurveys, type SurveyAverage, type SurveyGroup } from '../api/adminCalls';
import { useNames } from '../session/configuration';
import { day } from '../ui/format';
import page from '../ui/Page.module.css';
import table from '../ui/Table.module.css';

const WEEK_MS = 7 * 24 * 3_600_000;
const HOUR_MS = 3_600_000;
const REFRESH_MS = 60_000;
const groups: SurveyGroup[] = ['agent', 'queue', 'day'];

function useGroupName(by: SurveyGroup): (row: SurveyAverage) => string {
  const { t, i18n } = useTranslation();
  const names = useNames();
  return (row) => {
    if (by === 'day') return day(Number(row.group), i18n.language);
    if (by === 'queue') return names.queue(row.group);
    return row.group_name || t('survey.nobody');
  };
}

/** What customers of the last week answered to surveys; nothing where none is asked. */
export function SurveysPanel() {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const [by, setBy] = useState<SurveyGroup>('agent');
  const groupName = useGroupName(by);
  const surveys = useQuery({
    queryKey: ['surveys', by],
    queryFn: () => {
      const until = (Math.floor(Date.now() / HOUR_MS) + 1) * HOUR_MS;
      return readSurveys(until - WEEK_MS, until, by);
    },
    refetchInterval: REFRESH_MS,
    placeholderData: (before) => before,
  });
  const rows = surveys.data?.averages ?? [];
  if (!rows.length) return null;
  const mean = new Intl.NumberFormat(i18n.language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return (
    <section className={page.panel} data-half aria-labelledby="surveys-title" data-surveys>
      <header className={page.head}>
        <h2 id="surveys-title">{t('survey.title')}</h2>
        <span className={page.grow} />
        <Segmented
          size="small"
          aria-label={t('survey.by')}
          value={by}
          onChange={setBy}
          options={groups.map((value) => ({ value, label: t(`survey.byOf.${value}`) }))}
        />
      </header>
      <div className={table.wrap} tabIndex={0} role="region" aria-labelledby="surveys-title">
        <table className={table.table}>
          <thead>
            <tr>
              {[`byOf.${by}`, 'question', 'mean', 'count'].map((column) => (
                <th key={column} scope="col">
                  {t(`survey.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={`${row.group} ${row.question} ${row.low} ${row.high}`}>
                <td data-main>{groupName(row)}</td>
                <td>{names.of(row.name)}</td>
                <td data-number>
                  {t('survey.of', { mean: mean.format(row.mean_hundredths / 100), high: row.high })}
                </td>
                <td data-number>{row.count}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
