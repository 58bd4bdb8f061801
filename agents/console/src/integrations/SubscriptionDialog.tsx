import { useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import {
  FEEDS,
  readDeadLetters,
  replaceSecret,
  replayDeadLetters,
  type Feed,
  type SubscriptionRow,
} from '../api/integrations';
import { count, dateTime } from '../ui/format';
import { Failed, Loading } from '../ui/Panel';
import table from '../ui/Table.module.css';
import { toast } from '../ui/toasts';
import { useCommand } from '../ui/useCommand';

const REFRESH_MS = 5_000;
const askReplay = (_key: string, id: string, feed: Feed, seq: number | null) =>
  replayDeadLetters(id, feed, seq);
const askSecret = (_key: string, id: string, secretNo: number) => replaceSecret(id, secretNo);

function DeadLetters({ row, feed }: { row: SubscriptionRow; feed: Feed }) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const { run, isBusy } = useCommand(askReplay);
  const asked = useQuery({
    queryKey: ['deadLetters', row.subscription_id, feed],
    queryFn: () => readDeadLetters(row.subscription_id, feed),
    refetchInterval: REFRESH_MS,
  });
  const tell = async (seq: number | null) => {
    if (await run(row.subscription_id, feed, seq)) toast(t('integrations.tellingDead'));
    await queries.invalidateQueries({ queryKey: ['deadLetters'] });
  };
  if (asked.isPending) return <Loading rows={2} />;
  if (asked.isError) return <Failed error={asked.error} onRetry={() => void asked.refetch()} />;
  const letters = asked.data.dead_letters;
  if (!letters.length) return <p>{t('integrations.noDead')}</p>;
  return (
    <>
      <div className={table.wrap} tabIndex={0} role="region" aria-label={t(`integrations.deadOf.${feed}`)}>
        <table className={table.table}>
          <thead>
            <tr>
              {['event', 'givenUp', 'attempts', 'reason'].map((column) => (
                <th key={column} scope="col">
                  {t(`integrations.${column}`)}
                </th>
              ))}
              <td />
            </tr>
          </thead>
          <tbody>
            {letters.map((letter) => (
              <tr key={letter.seq} data-dead-letter={letter.seq}>
                <td>{letter.seq}</td>
                <td>{dateTime(letter.at_ms, i18n.language)}</td>
                <td>{count(letter.attempts, i18n.language)}</td>
                <td data-clip title={letter.error}>
                  {letter.error}
                </td>
                <td data-number>
                  <Button size="small" disabled={isBusy} onClick={() => void tell(letter.seq)}>
                    {t('integrations.tellAgain')}
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Button style={{ marginTop: 8 }} loading={isBusy} onClick={() => void tell(null)}>
        {t('integrations.tellAllAgain')}
      </Button>
    </>
  );
}

interface SubscriptionDialogProps {
  row: SubscriptionRow;
  onClose: () => void;
  onSecret: (secret: string) => void;
}

/** What was given up and why, and the secret: what is looked at when a receiver has had trouble. */
export function SubscriptionDialog({ row, onClose, onSecret }: SubscriptionDialogProps) {
  const { t, i18n } = useTranslation();
  const { modal } = App.useApp();
  const { run, isBusy } = useCommand(askSecret);
  const replace = async () => {
    const made = await run(row.subscription_id, row.secret_no);
    if (made) onSecret(made.secret);
  };
  const confirm = () =>
    modal.confirm({
      title: t('integrations.replaceTitle', { name: row.name }),
      content: t('integrations.replaceText'),
      okText: t('integrations.replaceSecret'),
      cancelText: t('action.cancel'),
      onOk: replace,
    });
  const until = row.former_until_ms;
  return (
    <Modal open width={760} title={row.name} footer={null} onCancel={onClose}>
      {FEEDS.map((feed) => (
        <section key={feed} data-feed={feed}>
          <h3>{t(`integrations.deadOf.${feed}`)}</h3>
          <DeadLetters row={row} feed={feed} />
        </section>
      ))}
      <h3>{t('integrations.secret')}</h3>
      <p>
        {until === null
          ? t('integrations.oneSecret')
          : t('integrations.twoSecrets', { until: dateTime(until, i18n.language) })}
      </p>
      <Button loading={isBusy} onClick={confirm}>
        {t('integrations.replaceSecret')}
      </Button>
    </Modal>
  );
}
