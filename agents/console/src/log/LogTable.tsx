import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Interaction } from '../api/types';
import { useNames } from '../session/configuration';
import { dateTime, duration } from '../ui/format';
import { channelIcon, Icon, type IconName } from '../ui/Icon';
import { StateTag, type Tone } from '../ui/StateTag';
import table from '../ui/Table.module.css';
import styles from './Log.module.css';

const columns = ['arrived', 'customer', 'queue', 'agent', 'waited', 'talked', 'outcome', 'disposition'];
const numberColumns = new Set(['waited', 'talked']);

type Look = [Tone, IconName, string];

function lookOf(row: Interaction): Look {
  const isAnswered = row.answered_at_ms !== null;
  if (row.outcome !== null)
    return isAnswered ? ['ready', 'ready', 'outcome'] : ['warning', 'left', 'outcome'];
  if (row.ended_at_ms !== null) return ['wrapUp', 'wrapUp', 'contact.wrap_up'];
  if (!isAnswered) return ['idle', 'clock', 'contact.waiting'];
  const isMail = row.channel === 'email';
  return ['talking', channelIcon(row.channel), isMail ? 'contact.inHand' : 'contact.connected'];
}

/** How it ended, or where it is now. */
export function Outcome({ row }: { row: Interaction }) {
  const { t } = useTranslation();
  const [tone, icon, key] = lookOf(row);
  return (
    <StateTag tone={tone} icon={icon} isPlain>
      {row.outcome === null ? t(key) : t(`outcome.${row.outcome}`, { defaultValue: row.outcome })}
    </StateTag>
  );
}

function LogRow({ row, isOpen, onOpen }: { row: Interaction; isOpen: boolean; onOpen: () => void }) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const none = t('board.none');
  const answered = row.answered_at_ms;
  const waitedUntil = answered ?? row.ended_at_ms;
  return (
    <tr data-selected={isOpen || undefined} data-contact={row.contact_id}>
      <td>{dateTime(row.arrived_at_ms, i18n.language)}</td>
      <td>
        <span className={styles.customer}>
          <Icon name={channelIcon(row.channel)} label={t(`channel.${row.channel}`)} />
          <button type="button" className={table.open} onClick={onOpen}>
            {row.customer_name || t('customer.unnamed')}
          </button>
        </span>
      </td>
      <td data-clip>{names.queue(row.queue_id)}</td>
      <td data-clip>{row.agent_name || none}</td>
      <td data-number>{waitedUntil === null ? none : duration(waitedUntil - row.arrived_at_ms)}</td>
      <td data-number>
        {answered === null || row.ended_at_ms === null ? none : duration(row.ended_at_ms - answered)}
      </td>
      <td>
        <Outcome row={row} />
      </td>
      <td data-clip>{row.disposition_id ? names.disposition(row.disposition_id) : none}</td>
    </tr>
  );
}

interface LogTableProps {
  rows: Interaction[];
  openId: string | null;
  onOpen: (contactId: string) => void;
  hasMore: boolean;
  isLoadingMore: boolean;
  onMore: () => void;
}

export function LogTable({ rows, openId, onOpen, hasMore, isLoadingMore, onMore }: LogTableProps) {
  const { t } = useTranslation();
  return (
    <div className={table.wrap} tabIndex={0} role="region" aria-labelledby="log-title">
      <table className={table.table}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column}
                scope="col"
                data-number={numberColumns.has(column) || undefined}
                data-fill={column === 'disposition' || undefined}
              >
                {t(`log.column.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <LogRow
              key={row.contact_id}
              row={row}
              isOpen={row.contact_id === openId}
              onOpen={() => onOpen(row.contact_id)}
            />
          ))}
        </tbody>
      </table>
      <div className={styles.more}>
        {hasMore ? (
          <Button onClick={onMore} loading={isLoadingMore}>
            {t('log.more')}
          </Button>
        ) : (
          t('log.end')
        )}
      </div>
    </div>
  );
}
