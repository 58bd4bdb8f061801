import { useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Form, Input, Select } from 'antd';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import {
  addTeam,
  putTeamPeople,
  readTeamChanges,
  removeTeam,
  renameTeam,
  type NewTeam,
  type Team,
  type TeamPeople,
} from '../api/adminCalls';
import { readUsers } from '../api/calls';
import type { UserRow } from '../api/types';
import { useNames } from '../session/configuration';
import { FormDialog } from '../ui/FormDialog';
import { toast } from '../ui/toasts';
import { useCommand } from '../ui/useCommand';
import { Changes } from './Changes';
import styles from './NewUserDialog.module.css';

const ID = /^[a-z0-9][a-z0-9_-]{0,31}$/;

interface Fields {
  team_id: string;
  en: string;
  zh: string;
  joining: string[];
  supervisors: string[];
}

const fieldsOf = (team: Team | null): Fields => ({
  team_id: team?.team_id ?? '',
  en: team?.name.en ?? '',
  zh: team?.name.zh ?? '',
  joining: [],
  supervisors: (team?.supervisors ?? []).map((one) => one.user_id),
});

const peopleOf = (fields: Fields, team: Team): TeamPeople => {
  const before = team.supervisors.map((one) => one.user_id);
  return {
    joining_ids: fields.joining,
    watching_ids: fields.supervisors.filter((id) => !before.includes(id)),
    ceasing_ids: before.filter((id) => !fields.supervisors.includes(id)),
  };
};

/** The name first, then the people: what is asked for twice changes nothing more. */
async function store(_key: string, team: Team | null, fields: Fields): Promise<Team> {
  const name = { en: fields.en.trim(), zh: fields.zh.trim() };
  const fresh: NewTeam = { team_id: fields.team_id, name };
  const named = team ? await renameTeam(team.team_id, name, team.version) : await addTeam(fresh);
  const people = peopleOf(fields, named.team);
  const isSame = Object.values(people).every((ids) => !ids.length);
  return isSame ? named.team : (await putTeamPeople(named.team.team_id, people)).team;
}

const askRemove = async (_key: string, team: Team) => {
  await removeTeam(team.team_id, team.version);
  return true;
};

/** After a change: everything that names teams or says who is in one is read anew. */
function useReread(): () => void {
  const queries = useQueryClient();
  return useCallback(() => {
    for (const key of ['teams', 'teamChanges', 'users', 'configuration'])
      void queries.invalidateQueries({ queryKey: [key] });
  }, [queries]);
}

export function usePersonName() {
  const { t } = useTranslation();
  return (one: { display_name: string; is_disabled: boolean }) =>
    one.is_disabled ? t('teams.disabled', { name: one.display_name }) : one.display_name;
}

function RemoveButton({ team, onDone }: { team: Team; onDone: () => void }) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const names = useNames();
  const nameOf = usePersonName();
  const { run, isBusy } = useCommand(askRemove);
  const held = [...new Set([...team.members, ...team.supervisors].map(nameOf))];
  const name = names.of(team.name);
  if (held.length)
    return <p className={styles.whole}>{t('teams.cannotGo', { names: held.join(t('list.separator')) })}</p>;
  const remove = async () => {
    if (!(await run(team))) return;
    toast(t('teams.removed', { name }));
    onDone();
  };
  const confirm = () =>
    modal.confirm({
      title: t('teams.removeTitle', { name }),
      content: t('teams.removeText'),
      okText: t('teams.remove'),
      cancelText: t('action.cancel'),
      onOk: remove,
    });
  return (
    <Button danger loading={isBusy} onClick={confirm}>
      {t('teams.remove')}
    </Button>
  );
}

function NameFields({ isNew }: { isNew: boolean }) {
  const { t } = useTranslation();
  const required = { required: true, whitespace: true, message: t('teams.required') };
  return (
    <>
      {isNew && (
        <Form.Item
          name="team_id"
          label={t('teams.column.id')}
          className={styles.whole}
          extra={t('teams.idHint')}
          rules={[required, { pattern: ID, message: t('teams.idHint') }]}
        >
          <Input maxLength={32} autoFocus spellCheck={false} autoComplete="off" />
        </Form.Item>
      )}
      {(['en', 'zh'] as const).map((tongue) => (
        <Form.Item key={tongue} name={tongue} label={t(`teams.${tongue}`)} rules={[required]}>
          <Input maxLength={200} lang={tongue} autoComplete="off" />
        </Form.Item>
      ))}
    </>
  );
}

function PeopleFields({ team }: { team: Team | null }) {
  const { t } = useTranslation();
  const nameOf = usePersonName();
  const users = useQuery({ queryKey: ['users'], queryFn: readUsers });
  const all = users.data?.users ?? [];
  const options = (rows: UserRow[]) => rows.map((one) => ({ value: one.user_id, label: nameOf(one) }));
  const search = { optionFilterProp: 'label' };
  return (
    <>
      {team && (
        <p className={styles.whole}>
          {t('teams.members')}: {team.members.map(nameOf).join(t('list.separator')) || t('board.none')}
        </p>
      )}
      <Form.Item
        name="joining"
        label={t('teams.joining')}
        className={styles.whole}
        extra={t('teams.joiningHint')}
      >
        <Select
          mode="multiple"
          showSearch={search}
          options={options(all.filter((one) => one.team_id !== team?.team_id))}
        />
      </Form.Item>
      <Form.Item name="supervisors" label={t('teams.supervisors')} className={styles.whole}>
        <Select
          mode="multiple"
          showSearch={search}
          options={options(all.filter((one) => one.role !== 'agent'))}
        />
      </Form.Item>
    </>
  );
}

/** A team to add (null) or to change: its name, who moves into it, who supervises it. */
export function TeamDialog({ team, onClose }: { team: Team | null; onClose: () => void }) {
  const { t } = useTranslation();
  const names = useNames();
  const reread = useReread();
  const { run, isBusy } = useCommand(store);
  const done = () => {
    reread();
    onClose();
  };
  const submit = async (fields: Fields) => {
    const stored = await run(team, { ...fieldsOf(team), ...fields });
    if (!stored) {
      reread();
      return;
    }
    toast(t(team ? 'teams.changed' : 'teams.added', { name: names.of(stored.name) }));
    done();
  };
  return (
    <FormDialog
      width={640}
      title={team ? t('teams.edit', { name: names.of(team.name) }) : t('teams.add')}
      okText={t(team ? 'teams.save' : 'teams.add')}
      isBusy={isBusy}
      initialValues={fieldsOf(team)}
      onSubmit={submit}
      onClose={onClose}
    >
      <div className={styles.fields}>
        <NameFields isNew={!team} />
        <PeopleFields team={team} />
        {team && <RemoveButton team={team} onDone={done} />}
        {team && <Changes of={['teamChanges', team.team_id]} read={() => readTeamChanges(team.team_id)} />}
      </div>
    </FormDialog>
  );
}
