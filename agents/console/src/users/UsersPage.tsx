import { useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { useCallback, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { exportPeople } from '../api/adminCalls';
import { changeUser, readUsers } from '../api/calls';
import type { UserRow } from '../api/types';
import { useNames } from '../session/configuration';
import { useUser } from '../session/session';
import { count } from '../ui/format';
import { Icon } from '../ui/Icon';
import page from '../ui/Page.module.css';
import { Empty, Failed, Loading } from '../ui/Panel';
import { StateTag } from '../ui/StateTag';
import table from '../ui/Table.module.css';
import { useCommand } from '../ui/useCommand';
import { usePageTitle } from '../ui/usePageTitle';
import { ExportButton, ImportDialog } from './ImportDialog';
import { NewUserDialog } from './NewUserDialog';
import { PasswordDialog } from './PasswordDialog';
import { TeamsPanel } from './TeamsPanel';
import { UserDialog } from './UserDialog';

const columns = ['name', 'username', 'role', 'team', 'queues', 'capacity', 'state'];
const askDisabled = (key: string, userId: string, is_disabled: boolean) =>
  changeUser(userId, { is_disabled }, key);

function DisableButton({ user, onDone }: { user: UserRow; onDone: () => void }) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const { user_id } = useUser();
  const { run, isBusy } = useCommand(askDisabled);
  const change = async () => {
    if (await run(user.user_id, !user.is_disabled)) onDone();
  };
  const confirm = () =>
    modal.confirm({
      title: t('users.disableTitle', { name: user.display_name }),
      content: t('users.disableText'),
      okText: t('users.disable'),
      cancelText: t('action.cancel'),
      onOk: change,
    });
  return (
    <Button
      size="small"
      loading={isBusy}
      disabled={user.user_id === user_id}
      onClick={user.is_disabled ? () => void change() : confirm}
    >
      {t(user.is_disabled ? 'users.enable' : 'users.disable')}
    </Button>
  );
}

interface RowProps {
  user: UserRow;
  onChanged: () => void;
  onPassword: () => void;
  onEdit: () => void;
}

function Row({ user, onChanged, onPassword, onEdit }: RowProps) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const queues = user.queue_ids.map(names.queue).join(t('list.separator'));
  return (
    <tr data-user={user.username}>
      <td data-main data-clip>
        <button type="button" className={table.open} onClick={onEdit}>
          {user.display_name}
        </button>
      </td>
      <td data-muted>{user.username}</td>
      <td>{t(`role.${user.role}`)}</td>
      <td data-clip>{names.team(user.team_id) || t('board.none')}</td>
      <td data-clip title={queues}>
        {queues || t('board.none')}
      </td>
      <td data-number>
        {user.role === 'agent' ? count(user.chat_capacity, i18n.language) : t('board.none')}
      </td>
      <td>
        <StateTag
          tone={user.is_disabled ? 'idle' : 'ready'}
          icon={user.is_disabled ? 'away' : 'ready'}
          isPlain
        >
          {t(user.is_disabled ? 'users.disabled' : 'users.active')}
        </StateTag>
      </td>
      <td data-number>
        <Button size="small" type="text" onClick={onPassword}>
          {t('users.resetPassword')}
        </Button>{' '}
        <DisableButton user={user} onDone={onChanged} />
      </td>
    </tr>
  );
}

function PeoplePanel({ views }: { views: ReactNode }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const users = useQuery({ queryKey: ['users'], queryFn: readUsers });
  const [isAdding, setAdding] = useState(false);
  const [isImporting, setImporting] = useState(false);
  const [editing, setEditing] = useState<UserRow | null>(null);
  const [resetting, setResetting] = useState<UserRow | null>(null);
  const reload = useCallback(() => void queries.invalidateQueries({ queryKey: ['users'] }), [queries]);
  const rows = users.data?.users ?? [];
  return (
    <>
      <section className={page.panel} data-grow aria-labelledby="users-title">
        <header className={page.head}>
          <h2 id="users-title">{t('users.title')}</h2>
          <span className={page.muted}>{users.isSuccess && t('users.count', { count: rows.length })}</span>
          {views}
          <span className={page.grow} />
          <ExportButton read={exportPeople} />
          <Button onClick={() => setImporting(true)}>{t('users.import.title')}</Button>
          <Button type="primary" icon={<Icon name="add" />} onClick={() => setAdding(true)}>
            {t('users.add')}
          </Button>
        </header>
        {users.isPending && <Loading rows={8} />}
        {users.isError && !users.data && <Failed error={users.error} onRetry={() => void users.refetch()} />}
        {users.isSuccess && !rows.length && (
          <Empty icon="person" title={t('users.none')} text={t('users.noneText')} />
        )}
        {rows.length > 0 && (
          <div className={table.wrap} tabIndex={0} role="region" aria-labelledby="users-title">
            <table className={table.table}>
              <thead>
                <tr>
                  {columns.map((column) => (
                    <th key={column} scope="col" data-number={column === 'capacity' || undefined}>
                      {t(`users.column.${column}`)}
                    </th>
                  ))}
                  <td />
                </tr>
              </thead>
              <tbody>
                {rows.map((user) => (
                  <Row
                    key={user.user_id}
                    user={user}
                    onChanged={reload}
                    onPassword={() => setResetting(user)}
                    onEdit={() => setEditing(user)}
                  />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
      {isAdding && <NewUserDialog onClose={() => setAdding(false)} onAdded={reload} />}
      {isImporting && <ImportDialog onClose={() => setImporting(false)} onStored={reload} />}
      {editing && <UserDialog user={editing} onClose={() => setEditing(null)} onChanged={reload} />}
      {resetting && <PasswordDialog user={resetting} onClose={() => setResetting(null)} />}
    </>
  );
}

const views = { people: PeoplePanel, teams: TeamsPanel };

export default function UsersPage() {
  const { t } = useTranslation();
  const [view, setView] = useState<keyof typeof views>('people');
  usePageTitle('users');
  const Panel = views[view];
  const choice = (
    <div role="group" aria-label={t('teams.views')}>
      {(['people', 'teams'] as const).map((one) => (
        <Button
          key={one}
          size="small"
          type={one === view ? 'default' : 'text'}
          aria-pressed={one === view}
          onClick={() => setView(one)}
        >
          {t(one === 'people' ? 'teams.people' : 'teams.title')}
        </Button>
      ))}
    </div>
  );
  return (
    <div className={page.page}>
      <h1 className="visually-hidden">{t('page.users')}</h1>
      <div className={page.body}>
        <Panel views={choice} />
      </div>
    </div>
  );
}
