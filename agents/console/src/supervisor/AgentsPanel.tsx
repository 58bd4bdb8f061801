import { Button, Input, Select } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { AgentLine } from '../api/types';
import { useNow } from '../live/now';
import { useKept } from '../persist/keep';
import { useConfiguration, useNames } from '../session/configuration';
import { useKeep } from '../session/session';
import { CapacityMeter } from '../ui/CapacityMeter';
import { duration } from '../ui/format';
import { Icon, type IconName } from '../ui/Icon';
import page from '../ui/Page.module.css';
import { Empty } from '../ui/Panel';
import { StateTag, type Tone } from '../ui/StateTag';
import table from '../ui/Table.module.css';
import { useSteadyOrder } from '../ui/useSteadyOrder';
import { activities, activityOf, matches, sortAgents, type Activity, type AgentFilter } from './agents';

const looks: Record<Activity, [Tone, IconName]> = {
  missed: ['warning', 'warning'],
  talking: ['talking', 'chat'],
  wrapUp: ['wrapUp', 'wrapUp'],
  ready: ['ready', 'ready'],
  notReady: ['idle', 'idle'],
  away: ['idle', 'away'],
};

interface AgentsPanelProps {
  agents: AgentLine[];
  openAgent: string | null;
  onOpen: (agentId: string) => void;
}

const everyone: AgentFilter = { text: '', teamId: '', activity: 'all' };

interface AgentRowProps {
  agent: AgentLine;
  isOpen: boolean;
  onOpen: (agentId: string) => void;
}

function AgentRow({ agent, isOpen, onOpen }: AgentRowProps) {
  const { t } = useTranslation();
  const names = useNames();
  const now = useNow();
  const activity = activityOf(agent);
  const [tone, icon] = looks[activity];
  const isReasonShown = activity === 'notReady' && agent.reason_id !== null;
  return (
    <tr data-agent={agent.agent_id} data-selected={isOpen || undefined}>
      <td data-main data-clip>
        <button
          type="button"
          className={table.open}
          aria-expanded={isOpen}
          onClick={() => onOpen(agent.agent_id)}
        >
          {agent.display_name}
        </button>
      </td>
      <td data-muted data-clip>
        {names.team(agent.team_id)}
      </td>
      <td>
        <StateTag tone={tone} icon={icon}>
          {isReasonShown ? names.reason(agent.reason_id ?? '') : t(`activity.${activity}`)}
        </StateTag>
      </td>
      <td data-number>{activity === 'away' ? t('board.none') : duration(now - agent.state_since_ms)}</td>
      <td>
        <CapacityMeter used={agent.capacity_used} total={agent.capacity_total} />
      </td>
    </tr>
  );
}

function Filters({ filter, onChange }: { filter: AgentFilter; onChange: (filter: AgentFilter) => void }) {
  const { t } = useTranslation();
  const names = useNames();
  const { data } = useConfiguration();
  const teams = (data?.teams ?? []).map((team) => ({ value: team.team_id, label: names.of(team.name) }));
  const states = activities.map((value) => ({ value, label: t(`activity.${value}`) }));
  return (
    <>
      <Input
        style={{ width: 190 }}
        allowClear
        prefix={<Icon name="search" />}
        placeholder={t('board.findAgent')}
        aria-label={t('board.findAgent')}
        value={filter.text}
        onChange={(event) => onChange({ ...filter, text: event.target.value })}
      />
      <Select
        style={{ width: 150 }}
        aria-label={t('board.team')}
        value={filter.teamId}
        onChange={(teamId) => onChange({ ...filter, teamId })}
        options={[{ value: '', label: t('board.allTeams') }, ...teams]}
      />
      <Select
        style={{ width: 150 }}
        aria-label={t('board.state')}
        value={filter.activity}
        onChange={(activity) => onChange({ ...filter, activity })}
        options={[{ value: 'all', label: t('board.allStates') }, ...states]}
      />
    </>
  );
}

function AgentTable({ agents, openAgent, onOpen }: AgentsPanelProps) {
  const { t } = useTranslation();
  const byId = useMemo(() => new Map(agents.map((agent) => [agent.agent_id, agent])), [agents]);
  const wanted = useMemo(() => sortAgents(agents).map((agent) => agent.agent_id), [agents]);
  const { order, fresh, hold, showFresh } = useSteadyOrder(wanted);
  const rows = order.flatMap((id) => byId.get(id) ?? []);
  return (
    <div className={table.wrap} tabIndex={0} role="region" aria-labelledby="agents-title" {...hold}>
      {fresh > 0 && (
        <Button type="link" size="small" onClick={showFresh}>
          {t('list.fresh', { count: fresh })}
        </Button>
      )}
      <table className={table.table}>
        <thead>
          <tr>
            {['agent', 'team', 'state'].map((column) => (
              <th key={column} scope="col">
                {t(`board.${column}`)}
              </th>
            ))}
            <th scope="col" data-number>
              {t('board.inState')}
            </th>
            <th scope="col" data-fill>
              {t('board.inHand')}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((agent) => (
            <AgentRow
              key={agent.agent_id}
              agent={agent}
              isOpen={agent.agent_id === openAgent}
              onOpen={onOpen}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function AgentsPanel({ agents, openAgent, onOpen }: AgentsPanelProps) {
  const { t } = useTranslation();
  const [filter, setFilter] = useKept(useKeep(), 'agentFilter', everyone);
  const shown = useMemo(() => agents.filter((agent) => matches(agent, filter)), [agents, filter]);
  return (
    <section className={page.panel} data-grow aria-labelledby="agents-title">
      <header className={page.head}>
        <h2 id="agents-title">{t('board.agents')}</h2>
        <span className={page.muted}>{t('board.shown', { shown: shown.length, all: agents.length })}</span>
        <span className={page.grow} />
        <Filters filter={filter} onChange={setFilter} />
      </header>
      {shown.length ? (
        <AgentTable agents={shown} openAgent={openAgent} onOpen={onOpen} />
      ) : (
        <Empty
          icon="person"
          title={t(agents.length ? 'board.noMatch' : 'board.noAgents')}
          text={t(agents.length ? 'board.noMatchText' : 'board.noAgentsText')}
        />
      )}
    </section>
  );
}
