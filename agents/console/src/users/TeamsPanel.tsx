import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { readTeams, type Team } from '../api/adminCalls';
import { useNames } from '../session/configuration';
import { Icon } from '../ui/Icon';
import page from '../ui/Page.module.css';
import { Empty, Failed, Loading } from '../ui/Panel';
import table from '../ui/Table.module.css';
import { TeamDialog, usePersonName } from './TeamDialog';

const columns = ['team', 'id', 'supervisors', 'members'];

function Row({ team, onEdit }: { team: Team; onEdit: () => void }) {
  const { t } = useTranslation();
  const names = useNames();
  const nameOf = usePersonName();
  const listed = (people: Team['members']) => people.map(nameOf).join(t('list.separator'));
  return (
    <tr data-team={team.team_id}>
      <td data-main data-clip>
        <button type="button" className={table.open} onClick={onEdit}>
          {names.of(team.name)}
        </button>
      </td>
      <td data-muted>{team.team_id}</td>
      {[listed(team.supervisors), listed(team.members)].map((text, index) => (
        <td key={columns[index + 2]} data-clip title={text}>
          {text || t('board.none')}
        </td>
      ))}
    </tr>
  );
}

/** Every team with its people; a click opens it. */
export function TeamsPanel({ views }: { views: ReactNode }) {
  const { t } = useTranslation();
  const teams = useQuery({ queryKey: ['teams'], queryFn: readTeams });
  const [opened, setOpened] = useState<{ team: Team | null } | null>(null);
  const rows = teams.data?.teams ?? [];
  return (
    <section className={page.panel} data-grow aria-labelledby="teams-title">
      <header className={page.head}>
        <h2 id="teams-title">{t('teams.title')}</h2>
        <span className={page.muted}>{teams.isSuccess && t('teams.count', { count: rows.length })}</span>
        {views}
        <span className={page.grow} />
        <Button type="primary" icon={<Icon name="add" />} onClick={() => setOpened({ team: null })}>
          {t('teams.add')}
        </Button>
      </header>
      {teams.isPending && <Loading rows={4} />}
      {teams.isError && !teams.data && <Failed error={teams.error} onRetry={() => void teams.refetch()} />}
      {teams.isSuccess && !rows.length && (
        <Empty icon="person" title={t('teams.none')} text={t('teams.noneText')} />
      )}
      {rows.length > 0 && (
        <div className={table.wrap} tabIndex={0} role="region" aria-labelledby="teams-title">
          <table className={table.table}>
            <thead>
              <tr>
                {columns.map((column) => (
                  <th key={column} scope="col">
                    {t(`teams.column.${column}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((team) => (
                <Row key={team.team_id} team={team} onEdit={() => setOpened({ team })} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {opened && <TeamDialog team={opened.team} onClose={() => setOpened(null)} />}
    </section>
  );
}
