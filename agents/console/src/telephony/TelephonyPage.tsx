/** Numbers and phone systems: what leads where, what is going on, and what needs somebody. */
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { NumberRow, TrunkRow } from '../api/telephony';
import { readTelephony } from '../api/telephony';
import { useNames } from '../session/configuration';
import { clockTime, count, dateTime } from '../ui/format';
import { Icon } from '../ui/Icon';
import page from '../ui/Page.module.css';
import { Empty, Failed, Loading } from '../ui/Panel';
import table from '../ui/Table.module.css';
import { usePageTitle } from '../ui/usePageTitle';
import styles from './Telephony.module.css';

const REFRESH_MS = 5_000;
const HOUR_MS = 3_600_000;
const trunkColumns = ['connection', 'state', 'now', 'calls', 'blocked', 'busyHour', 'lastSign'];
const numberColumns = ['number', 'queue', 'flow', 'now', 'calls', 'blocked'];
const isFigure = (column: string) => ['now', 'calls', 'blocked'].includes(column);

function Head({ columns }: { columns: string[] }) {
  const { t } = useTranslation();
  return (
    <thead>
      <tr>
        {columns.map((column) => (
          <th key={column} scope="col" data-number={isFigure(column) || undefined}>
            {t(`telephony.column.${column}`)}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Trunk({ row }: { row: TrunkRow }) {
  const { t, i18n } = useTranslation();
  const number = (value: number) => count(value, i18n.language);
  const hour = (at: number) => `${clockTime(at, i18n.language)} – ${clockTime(at + HOUR_MS, i18n.language)}`;
  return (
    <tr data-trunk={row.connection_id} data-alarm={row.alarm || undefined}>
      <td data-main>
        {row.connection_id}
        {row.kind && <span data-muted> {t(`telephony.kind.${row.kind}`)}</span>}
      </td>
      <td>
        <span className={styles.state} data-alarm={row.alarm || undefined}>
          <Icon name={row.alarm ? 'warning' : 'ready'} />
          {t(`telephony.alarm.${row.alarm || 'none'}`)}
        </span>
      </td>
      <td data-number>
        {row.lines_max === null
          ? number(row.calls_now)
          : t('telephony.ofLines', { now: number(row.calls_now), max: number(row.lines_max) })}
      </td>
      <td data-number>{number(row.calls)}</td>
      <td data-number>{number(row.blocked)}</td>
      <td>
        {row.busy_hour_ms === null
          ? t('board.none')
          : t('telephony.busyHour', { hour: hour(row.busy_hour_ms), calls: number(row.busy_hour_calls) })}
      </td>
      <td data-muted>
        {row.last_sign_ms === null ? t('board.none') : dateTime(row.last_sign_ms, i18n.language)}
      </td>
    </tr>
  );
}

function Number({ row }: { row: NumberRow }) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const number = (value: number) => count(value, i18n.language);
  return (
    <tr data-entry={row.number}>
      <td data-main>
        {row.number}
        {row.is_default && <span data-muted> {t('telephony.isDefault')}</span>}
      </td>
      <td>{names.queue(row.queue_id)}</td>
      <td data-muted>{row.flow_id ?? t('board.none')}</td>
      <td data-number>{number(row.calls_now)}</td>
      <td data-number>{number(row.calls)}</td>
      <td data-number>{number(row.blocked)}</td>
    </tr>
  );
}

function Alarms({ trunks }: { trunks: TrunkRow[] }) {
  const { t } = useTranslation();
  const wrong = trunks.filter((row) => row.alarm);
  return (
    <div role="alert">
      {wrong.map((row) => (
        <p key={row.connection_id} className={styles.alarm}>
          <Icon name="warning" />
          {t(`telephony.says.${row.alarm}`, { name: row.connection_id })}
        </p>
      ))}
    </div>
  );
}

export default function TelephonyPage() {
  const { t, i18n } = useTranslation();
  const asked = useQuery({
    queryKey: ['telephony'],
    queryFn: readTelephony,
    refetchInterval: REFRESH_MS,
  });
  const view = asked.data;
  usePageTitle('telephony');
  return (
    <div className={page.page}>
      <h1 className="visually-hidden">{t('page.telephony')}</h1>
      <div className={page.body}>
        {asked.isPending && <Loading rows={10} />}
        {asked.isError && !view && <Failed error={asked.error} onRetry={() => void asked.refetch()} />}
        {view && (
          <>
            <Alarms trunks={view.trunks} />
            <section className={page.panel} data-half aria-labelledby="trunks-title">
              <header className={page.head}>
                <h2 id="trunks-title">{t('telephony.trunks')}</h2>
                <span className={page.muted}>
                  {t('telephony.since', { time: dateTime(view.since_ms, i18n.language) })}
                </span>
              </header>
              {view.trunks.length === 0 ? (
                <Empty icon="voice" title={t('telephony.noTrunks')} text={t('telephony.noTrunksText')} />
              ) : (
                <div className={table.wrap} tabIndex={0} role="region" aria-labelledby="trunks-title">
                  <table className={table.table}>
                    <Head columns={trunkColumns} />
                    <tbody>
                      {view.trunks.map((row) => (
                        <Trunk key={row.connection_id} row={row} />
                      ))}
                    </tbody>
                  </table>
                </div>
              )}
            </section>
            <section className={page.panel} data-grow aria-labelledby="numbers-title">
              <header className={page.head}>
                <h2 id="numbers-title">{t('telephony.numbers')}</h2>
                {view.unknown_calls > 0 && (
                  <span className={page.muted}>
                    {t('telephony.unknown', { calls: count(view.unknown_calls, i18n.language) })}
                  </span>
                )}
              </header>
              <div className={table.wrap} tabIndex={0} role="region" aria-labelledby="numbers-title">
                <table className={table.table}>
                  <Head columns={numberColumns} />
                  <tbody>
                    {view.numbers.map((row) => (
                      <Number key={row.number} row={row} />
                    ))}
                  </tbody>
                </table>
              </div>
            </section>
          </>
        )}
      </div>
    </div>
  );
}
