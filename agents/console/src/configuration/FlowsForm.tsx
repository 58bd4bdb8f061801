import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { readFlowPicture, readFlows, type FlowInfo } from '../api/adminCalls';
import { useNames } from '../session/configuration';
import { Empty, Failed, Loading } from '../ui/Panel';
import table from '../ui/Table.module.css';
import styles from './Configuration.module.css';
import { FlowTrial } from './FlowTrial';

function Picture({ flow }: { flow: FlowInfo }) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const language = i18n.language.startsWith('zh') ? 'zh' : 'en';
  const picture = useQuery({
    queryKey: ['flowPicture', flow.flow_id, language],
    queryFn: () => readFlowPicture(flow.flow_id, language),
  });
  if (picture.isPending) return <Loading rows={6} />;
  if (picture.isError) return <Failed error={picture.error} onRetry={() => void picture.refetch()} />;
  const source = `data:image/svg+xml,${encodeURIComponent(picture.data.svg)}`;
  return (
    <div className={styles.picture} tabIndex={0} role="region" aria-label={names.of(flow.name)}>
      <img src={source} alt={t('config.flow.picture', { name: names.of(flow.name) })} />
    </div>
  );
}

/** The flows in force: where each is used, and its picture. They are edited as YAML, or in files. */
export function FlowsForm() {
  const { t } = useTranslation();
  const names = useNames();
  const [open, setOpen] = useState<string | null>(null);
  const [isTrying, setTrying] = useState(false);
  const flows = useQuery({ queryKey: ['flows'], queryFn: readFlows });
  if (flows.isPending) return <Loading rows={6} />;
  if (flows.isError) return <Failed error={flows.error} onRetry={() => void flows.refetch()} />;
  const rows = flows.data.flows;
  if (!rows.length)
    return <Empty icon="task" title={t('config.flow.none')} text={t('config.flow.noneText')} />;
  const shown = rows.find((one) => one.flow_id === open) ?? rows[0];
  return (
    <>
      <p className={styles.note}>{t('config.flow.version', { version: flows.data.version.slice(0, 12) })}</p>
      <table className={table.table}>
        <thead>
          <tr>
            {['name', 'nodes', 'usedBy'].map((column) => (
              <th key={column} scope="col">
                {t(`config.flow.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((flow) => (
            <tr key={flow.flow_id} data-flow={flow.flow_id} data-selected={flow === shown || undefined}>
              <td data-main>
                <button
                  type="button"
                  className={table.open}
                  aria-pressed={flow === shown}
                  onClick={() => setOpen(flow.flow_id)}
                >
                  {names.of(flow.name)} · {flow.flow_id}
                </button>
              </td>
              <td data-number>{flow.nodes}</td>
              <td>
                {flow.used_by.length
                  ? flow.used_by.map((use) => t(`config.flow.by.${use.kind}`, { id: use.id })).join(', ')
                  : t('config.flow.unused')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown && (
        <div className={styles.row} style={{ marginTop: 12 }}>
          <Button aria-expanded={isTrying} onClick={() => setTrying(!isTrying)}>
            {t('config.trial.open')}
          </Button>
        </div>
      )}
      {shown && isTrying && <FlowTrial key={shown.flow_id} flowId={shown.flow_id} />}
      {shown && <Picture key={`${shown.flow_id} picture`} flow={shown} />}
    </>
  );
}
