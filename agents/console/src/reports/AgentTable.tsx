import { useTranslation } from 'react-i18next';
import type { AgentFigures } from '../api/statistics';
import { duration, percent } from '../ui/format';
import table from '../ui/Table.module.css';
import styles from './Reports.module.css';

const kinds = ['talk', 'wrap_up', 'ring', 'available', 'not_ready'] as const;
type Kind = (typeof kinds)[number];
const msOf = (row: AgentFigures, kind: Kind): number => row[`${kind}_ms`];

interface AgentTableProps {
  agents: AgentFigures[];
  nameOf: (agentId: string) => string;
}

/** Where the time of an agent went, as a bar: all bars have one length, the shares count. */
function Bar({ row }: { row: AgentFigures }) {
  const { t } = useTranslation();
  const whole = kinds.reduce((sum, kind) => sum + msOf(row, kind), 0);
  if (!whole) return t('board.none');
  return (
    <span className={styles.bar} aria-hidden="true">
      {kinds.map((kind) => (
        <span
          key={kind}
          data-kind={kind}
          title={`${t(`reports.kind.${kind}`)} ${duration(msOf(row, kind))}`}
          style={{ flexGrow: msOf(row, kind) / whole }}
        />
      ))}
    </span>
  );
}

export function AgentTable({ agents, nameOf }: AgentTableProps) {
  const { t, i18n } = useTranslation();
  return (
    <div className={table.wrap} tabIndex={0} role="region" aria-labelledby="agents-title">
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">{t('board.agent')}</th>
            <th scope="col">{t('reports.time')}</th>
            {kinds.map((kind) => (
              <th key={kind} scope="col" data-number>
                <span className={styles.key} data-kind={kind} />
                {t(`reports.kind.${kind}`)}
              </th>
            ))}
            <th scope="col" data-number title={t('reports.occupancyIs')}>
              {t('reports.occupancy')}
            </th>
          </tr>
        </thead>
        <tbody>
          {agents.map((row) => (
            <tr key={row.agent_id} data-agent={row.agent_id}>
              <td data-main>{nameOf(row.agent_id)}</td>
              <td className={styles.barCell}>
                <Bar row={row} />
              </td>
              {kinds.map((kind) => (
                <td key={kind} data-number>
                  {duration(msOf(row, kind))}
                </td>
              ))}
              <td data-number data-main>
                {row.occupancy_permille === null
                  ? t('board.none')
                  : percent(row.occupancy_permille, i18n.language)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
