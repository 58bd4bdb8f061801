import { useTranslation } from 'react-i18next';
import { count, percent } from '../ui/format';
import table from '../ui/Table.module.css';
import { parts } from './picture';
import { permilleOf, type Sum } from './sums';
import { useWhen } from './useWhen';

/** The same as the picture, in figures; hours and days in which nothing began are left out. */
export function Steps({ sums, step }: { sums: Sum[]; step: 'hour' | 'day' }) {
  const { t, i18n } = useTranslation();
  const when = useWhen(step);
  const rows = sums.filter((sum) => sum.entered > 0);
  const level = (sum: Sum) => permilleOf(sum.part, sum.whole);
  return (
    <div className={table.wrap} tabIndex={0} role="region" aria-labelledby="over-time-title">
      <table className={table.table} data-steps>
        <thead>
          <tr>
            <th scope="col">{t(`reports.step.${step}`)}</th>
            <th scope="col" data-number>
              {t('reports.entered')}
            </th>
            {parts.map((name) => (
              <th key={name} scope="col" data-number>
                {t(`reports.part.${name}`)}
              </th>
            ))}
            <th scope="col" data-number>
              {t('board.column.service_level')}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((sum) => (
            <tr key={sum.startMs}>
              <td data-main>{when(sum.startMs)}</td>
              <td data-number>{count(sum.entered, i18n.language)}</td>
              {parts.map((name) => (
                <td key={name} data-number>
                  {count(sum[name], i18n.language)}
                </td>
              ))}
              <td data-number>
                {level(sum) === null ? t('board.none') : percent(level(sum) ?? 0, i18n.language)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
