/** Numbers nobody calls for a campaign: why, since when, and one more. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { readSuppressions, suppressNumber } from '../api/campaigns';
import { FormDialog } from '../ui/FormDialog';
import { dateTime } from '../ui/format';
import { Empty, Failed, Loading } from '../ui/Panel';
import table from '../ui/Table.module.css';
import { useCommand } from '../ui/useCommand';

interface Fields {
  number: string;
  reason: string;
}

const REASON_MAX = 500;
const columns = ['number', 'reason', 'since', 'until', 'by'] as const;

const ask = (_key: string, number: string, reason: string) => suppressNumber(number, reason);

export function SuppressDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const suppressing = useCommand(ask);
  const submit = async ({ number, reason }: Fields) => {
    if (!(await suppressing.run(number, reason))) return;
    void queries.invalidateQueries({ queryKey: ['suppressions'] });
    onClose();
  };
  return (
    <FormDialog<Fields>
      title={t('campaigns.suppress')}
      okText={t('campaigns.suppress')}
      isBusy={suppressing.isBusy}
      initialValues={{}}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item
        name="number"
        label={t('campaigns.suppression.number')}
        extra={t('campaigns.suppressHint')}
        rules={[{ required: true, pattern: /^\+?[0-9 ()./-]{3,40}$/, message: t('callBacks.numberWrong') }]}
      >
        <Input inputMode="tel" autoFocus />
      </Form.Item>
      <Form.Item
        name="reason"
        label={t('campaigns.suppression.reason')}
        rules={[{ required: true, whitespace: true }]}
      >
        <Input maxLength={REASON_MAX} />
      </Form.Item>
    </FormDialog>
  );
}

export function Suppressions() {
  const { t, i18n } = useTranslation();
  const [before, setBefore] = useState<number | null>(null);
  const asked = useQuery({
    queryKey: ['suppressions', before],
    queryFn: () => readSuppressions(before),
  });
  if (asked.isPending) return <Loading rows={4} />;
  if (asked.isError) return <Failed error={asked.error} onRetry={() => void asked.refetch()} />;
  const { suppressions, next_before } = asked.data;
  if (!suppressions.length)
    return (
      <Empty icon="ready" title={t('campaigns.noSuppressions')} text={t('campaigns.noSuppressionsText')} />
    );
  return (
    <>
      <div className={table.wrap} tabIndex={0} role="region" aria-labelledby="campaigns-title">
        <table className={table.table}>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {t(`campaigns.suppression.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {suppressions.map((row) => (
              <tr key={row.version} data-suppressed={row.version}>
                <td>{row.number || t('callBacks.erased')}</td>
                <td data-main>{row.reason}</td>
                <td>{dateTime(row.at_ms, i18n.language)}</td>
                <td>
                  {row.until_at_ms === null
                    ? t('campaigns.forGood')
                    : dateTime(row.until_at_ms, i18n.language)}
                </td>
                <td data-clip>{row.by_name || t('campaigns.system')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {next_before !== null && (
        <Button type="text" onClick={() => setBefore(next_before)}>
          {t('cases.next')}
        </Button>
      )}
    </>
  );
}
