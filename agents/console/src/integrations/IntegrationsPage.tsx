import { useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Space } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import {
  pauseSubscription,
  readKeys,
  readSubscriptions,
  removeSubscription,
  revokeKey,
  type ApiKeyRow,
  type SubscriptionRow,
} from '../api/integrations';
import { useNames } from '../session/configuration';
import { count, dateTime } from '../ui/format';
import { Icon } from '../ui/Icon';
import page from '../ui/Page.module.css';
import { Empty, Failed, Loading } from '../ui/Panel';
import { StateTag } from '../ui/StateTag';
import table from '../ui/Table.module.css';
import { useCommand } from '../ui/useCommand';
import { usePageTitle } from '../ui/usePageTitle';
import { NewKeyDialog, NewSubscriptionDialog, ReplayDialog } from './Dialogs';
import { SecretDialog } from './SecretDialog';
import { SubscriptionDialog } from './SubscriptionDialog';

const REFRESH_MS = 5_000;
const askPause = (_key: string, id: string, isPaused: boolean) => pauseSubscription(id, isPaused);
const askRemove = async (_key: string, id: string) => {
  await removeSubscription(id);
  return true;
};
const askRevoke = async (_key: string, id: string) => {
  await revokeKey(id);
  return true;
};

function useConfirm() {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  return (title: string, content: string, okText: string, onOk: () => Promise<unknown>) =>
    modal.confirm({ title, content, okText, cancelText: t('action.cancel'), onOk });
}

function State({ row }: { row: SubscriptionRow }) {
  const { t } = useTranslation();
  const error = row.live?.last_error || row.notices.live?.last_error;
  if (row.is_paused)
    return (
      <StateTag tone="idle" icon="away" isPlain>
        {t('integrations.paused')}
      </StateTag>
    );
  return (
    <StateTag tone={error ? 'breach' : 'ready'} icon={error ? 'warning' : 'ready'} isPlain>
      {error ? t('integrations.failing', { error }) : t('integrations.working')}
    </StateTag>
  );
}

interface SubscriptionProps {
  row: SubscriptionRow;
  onChanged: () => void;
  onReplay: () => void;
  onOpen: () => void;
}

function Subscription({ row, onChanged, onReplay, onOpen }: SubscriptionProps) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const confirm = useConfirm();
  const pause = useCommand(askPause);
  const remove = useCommand(askRemove);
  const all = t('integrations.all');
  const kinds = row.kinds.join(t('list.separator'));
  const queues = row.queue_ids.map(names.queue).join(t('list.separator'));
  return (
    <tr data-subscription={row.name}>
      <td data-main data-clip>
        <button type="button" className={table.open} onClick={onOpen}>
          {row.name}
        </button>
      </td>
      <td data-clip data-muted title={row.url}>
        {row.url}
      </td>
      <td data-clip title={kinds}>
        {kinds || all}
      </td>
      <td data-clip title={queues}>
        {queues || all}
      </td>
      <td data-clip>
        <State row={row} />
      </td>
      <td data-number>{count(row.live?.done_seq ?? 0, i18n.language)}</td>
      <td data-number>{count(row.notices.live?.done_seq ?? 0, i18n.language)}</td>
      <td data-number>
        <Space size={6}>
          <Button size="small" type="text" onClick={onReplay}>
            {t('integrations.replay')}
          </Button>
          <Button
            size="small"
            loading={pause.isBusy}
            onClick={() => void pause.run(row.subscription_id, !row.is_paused).then(onChanged)}
          >
            {t(row.is_paused ? 'integrations.resume' : 'integrations.pause')}
          </Button>
          <Button
            size="small"
            danger
            onClick={() =>
              confirm(
                t('integrations.removeTitle', { name: row.name }),
                t('integrations.removeText'),
                t('integrations.remove'),
                () => remove.run(row.subscription_id).then(onChanged),
              )
            }
          >
            {t('integrations.remove')}
          </Button>
        </Space>
      </td>
    </tr>
  );
}

function Key({ row, onChanged }: { row: ApiKeyRow; onChanged: () => void }) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const confirm = useConfirm();
  const revoke = useCommand(askRevoke);
  const used = row.last_used_at_ms;
  return (
    <tr data-api-key={row.name}>
      <td data-main data-clip>
        {row.name}
      </td>
      <td>{t(`integrations.${row.role}`)}</td>
      <td data-clip>{row.queue_ids.map(names.queue).join(t('list.separator'))}</td>
      <td data-clip>{row.team_ids.map(names.team).join(t('list.separator')) || t('board.none')}</td>
      <td>{used === null ? t('integrations.never') : dateTime(used, i18n.language)}</td>
      <td data-number>
        {row.revoked_at_ms !== null ? (
          t('integrations.revoked')
        ) : (
          <Button
            size="small"
            danger
            onClick={() =>
              confirm(
                t('integrations.revokeTitle', { name: row.name }),
                t('integrations.revokeText'),
                t('integrations.revoke'),
                () => revoke.run(row.key_id).then(onChanged),
              )
            }
          >
            {t('integrations.revoke')}
          </Button>
        )}
      </td>
    </tr>
  );
}

function Table({ label, columns, children }: { label: string; columns: string[]; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <div className={table.wrap} tabIndex={0} role="region" aria-labelledby={label}>
      <table className={table.table}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" data-number={column.toLowerCase().endsWith('place') || undefined}>
                {t(`integrations.${column}`)}
              </th>
            ))}
            <td />
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

/** The one dialog that is open: a new subscription, or one of those there are. */
type Opened = { what: 'new' } | { what: 'row' | 'replay'; id: string };

interface OpenDialogProps {
  open: Opened;
  asked: Awaited<ReturnType<typeof readSubscriptions>> | undefined;
  onClose: () => void;
  onSecret: (secret: string) => void;
}

function OpenDialog({ open, asked, onClose, onSecret }: OpenDialogProps) {
  if (open.what === 'new')
    return <NewSubscriptionDialog kinds={asked?.kinds ?? []} onClose={onClose} onMade={onSecret} />;
  const row = asked?.subscriptions.find((one) => one.subscription_id === open.id);
  if (!row) return null;
  if (open.what === 'row') return <SubscriptionDialog row={row} onClose={onClose} onSecret={onSecret} />;
  const newest = { journal: asked?.newest_seq ?? 1, notices: asked?.newest_notice_no ?? 1 };
  return <ReplayDialog of={row} newest={newest} onClose={onClose} />;
}

function Subscriptions({ onSecret }: { onSecret: (secret: string) => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const asked = useQuery({
    queryKey: ['subscriptions'],
    queryFn: readSubscriptions,
    refetchInterval: REFRESH_MS,
  });
  const [open, setOpen] = useState<Opened | null>(null);
  const reload = () => void queries.invalidateQueries({ queryKey: ['subscriptions'] });
  const tell = (secret: string) => {
    setOpen(null);
    onSecret(secret);
    reload();
  };
  const rows = asked.data?.subscriptions ?? [];
  return (
    <section className={page.panel} aria-labelledby="subscriptions-title">
      <header className={page.head}>
        <h2 id="subscriptions-title">{t('integrations.title')}</h2>
        <span className={page.muted}>{t('integrations.hint')}</span>
        <span className={page.grow} />
        <Button type="primary" icon={<Icon name="add" />} onClick={() => setOpen({ what: 'new' })}>
          {t('integrations.add')}
        </Button>
      </header>
      {asked.isPending && <Loading rows={4} />}
      {asked.isError && !asked.data && <Failed error={asked.error} onRetry={() => void asked.refetch()} />}
      {asked.isSuccess && !rows.length && (
        <Empty icon="search" title={t('integrations.none')} text={t('integrations.noneText')} />
      )}
      {rows.length > 0 && (
        <Table
          label="subscriptions-title"
          columns={['name', 'url', 'kinds', 'queues', 'state', 'place', 'noticePlace']}
        >
          {rows.map((row) => (
            <Subscription
              key={row.subscription_id}
              row={row}
              onChanged={reload}
              onReplay={() => setOpen({ what: 'replay', id: row.subscription_id })}
              onOpen={() => setOpen({ what: 'row', id: row.subscription_id })}
            />
          ))}
        </Table>
      )}
      {open && <OpenDialog open={open} asked={asked.data} onClose={() => setOpen(null)} onSecret={tell} />}
    </section>
  );
}

function Keys({ onSecret }: { onSecret: (secret: string) => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const asked = useQuery({ queryKey: ['api-keys'], queryFn: readKeys });
  const [isAdding, setAdding] = useState(false);
  const reload = () => void queries.invalidateQueries({ queryKey: ['api-keys'] });
  const rows = asked.data?.keys ?? [];
  return (
    <section className={page.panel} aria-labelledby="keys-title">
      <header className={page.head}>
        <h2 id="keys-title">{t('integrations.keys')}</h2>
        <span className={page.muted}>{t('integrations.keysHint')}</span>
        <span className={page.grow} />
        <Button icon={<Icon name="add" />} onClick={() => setAdding(true)}>
          {t('integrations.addKey')}
        </Button>
      </header>
      {asked.isPending && <Loading rows={4} />}
      {asked.isError && !asked.data && <Failed error={asked.error} onRetry={() => void asked.refetch()} />}
      {asked.isSuccess && !rows.length && (
        <Empty icon="search" title={t('integrations.noKeys')} text={t('integrations.noKeysText')} />
      )}
      {rows.length > 0 && (
        <Table label="keys-title" columns={['name', 'role', 'queues', 'teams', 'lastUsed']}>
          {rows.map((row) => (
            <Key key={row.key_id} row={row} onChanged={reload} />
          ))}
        </Table>
      )}
      {isAdding && (
        <NewKeyDialog
          onClose={() => setAdding(false)}
          onMade={(secret) => {
            setAdding(false);
            onSecret(secret);
            reload();
          }}
        />
      )}
    </section>
  );
}

/** Other programs: what they are told, and the keys they ask with. */
export default function IntegrationsPage() {
  const { t } = useTranslation();
  const [secret, setSecret] = useState<string | null>(null);
  usePageTitle('integrations');
  return (
    <div className={page.page}>
      <h1 className="visually-hidden">{t('page.integrations')}</h1>
      <div className={page.body}>
        <Subscriptions onSecret={setSecret} />
        <Keys onSecret={setSecret} />
      </div>
      <SecretDialog secret={secret} onClose={() => setSecret(null)} />
    </div>
  );
}
