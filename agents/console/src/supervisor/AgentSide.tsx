import { useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { explainAgent, forceState, putSkills, readSkills, type AgentSkills } from '../api/adminCalls';
import type { AgentLine, WorkState } from '../api/types';
import { isChosenByHand, useConfiguration, useNames } from '../session/configuration';
import { Failed, Loading } from '../ui/Panel';
import { SidePanel } from '../ui/SidePanel';
import { toast } from '../ui/toasts';
import { useCommand } from '../ui/useCommand';
import { Sections, useTold } from '../why/Explanation';
import why from '../why/Why.module.css';
import { SkillLevels, type Skills } from './SkillLevels';
import styles from './Supervise.module.css';

const REFRESH_MS = 3_000;

const askState = (key: string, agentId: string, state: WorkState, reason_id: string | null) =>
  forceState(agentId, { state, reason_id }, key);
const askSkills = (_key: string, agentId: string, skills: Skills, basedOn: number) =>
  putSkills(agentId, skills, basedOn);

/** Ready, a reason, or logged out: each asks first and says when it applies. */
function States({ agent }: { agent: AgentLine }) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const names = useNames();
  const { data } = useConfiguration();
  const { run, isBusy } = useCommand(askState);
  const ask = (state: WorkState, reasonId: string | null, wanted: string) =>
    modal.confirm({
      title: t('supervise.stateTitle', { name: agent.display_name, state: wanted }),
      content: t(state === 'ready' ? 'supervise.stateReady' : 'supervise.stateText'),
      okText: t('supervise.stateDo'),
      cancelText: t('action.cancel'),
      onOk: () => run(agent.agent_id, state, reasonId),
    });
  const reasons = (data?.not_ready_reasons ?? []).filter(isChosenByHand);
  return (
    <section className={styles.part}>
      <h3>{t('supervise.state')}</h3>
      <div className={styles.row}>
        <Button
          size="small"
          disabled={isBusy || !agent.is_present}
          onClick={() => ask('ready', null, t('activity.ready'))}
        >
          {t('activity.ready')}
        </Button>
        {reasons.map((reason) => (
          <Button
            key={reason.reason_id}
            size="small"
            disabled={isBusy || !agent.is_present}
            onClick={() => ask('not_ready', reason.reason_id, names.reason(reason.reason_id))}
          >
            {names.reason(reason.reason_id)}
          </Button>
        ))}
        <Button
          size="small"
          disabled={isBusy || agent.state === 'logged_out'}
          onClick={() => ask('logged_out', null, t('supervise.loggedOut'))}
        >
          {t('supervise.loggedOut')}
        </Button>
      </div>
    </section>
  );
}

/** A change starts from what was read; somebody else's change in between is told and nothing is lost. */
function SkillsEditor({ agentId, read }: { agentId: string; read: AgentSkills }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [skills, setSkills] = useState<Skills>(read.skills);
  const { run, isBusy } = useCommand(askSkills);
  const isSame =
    JSON.stringify(Object.entries(skills).sort()) === JSON.stringify(Object.entries(read.skills).sort());
  const save = async () => {
    const stored = await run(agentId, skills, read.version);
    if (stored) toast(t('supervise.skillsSaved'));
    await queries.invalidateQueries({ queryKey: ['skills', agentId] });
  };
  return (
    <>
      <SkillLevels value={skills} onChange={setSkills} />
      <div className={styles.row} style={{ marginTop: 8 }}>
        <Button size="small" type="primary" disabled={isSame} loading={isBusy} onClick={() => void save()}>
          {t('supervise.saveSkills')}
        </Button>
        <Button size="small" disabled={isSame || isBusy} onClick={() => setSkills(read.skills)}>
          {t('supervise.undo')}
        </Button>
      </div>
    </>
  );
}

function SkillsPart({ agentId }: { agentId: string }) {
  const { t } = useTranslation();
  const skills = useQuery({ queryKey: ['skills', agentId], queryFn: () => readSkills(agentId) });
  return (
    <section className={styles.part}>
      <h3>{t('supervise.skills')}</h3>
      {skills.isPending && <Loading rows={3} />}
      {skills.isError && !skills.data && (
        <Failed error={skills.error} onRetry={() => void skills.refetch()} />
      )}
      {skills.data && <SkillsEditor key={skills.data.version} agentId={agentId} read={skills.data} />}
    </section>
  );
}

function WhyNothing({ agentId }: { agentId: string }) {
  const { t } = useTranslation();
  const language = useTold();
  const told = useQuery({
    queryKey: ['agentExplanation', agentId, language],
    queryFn: () => explainAgent(agentId, language),
    refetchInterval: REFRESH_MS,
  });
  if (!told.data) return null;
  return (
    <section className={styles.part} aria-label={t('why.title')}>
      <div className={why.why} style={{ padding: 0 }}>
        <Sections sections={told.data.sections} />
      </div>
    </section>
  );
}

/** One agent: what a supervisor may ask for, skills, and why the agent gets what it gets. */
export function AgentSide({ agent, onClose }: { agent: AgentLine; onClose: () => void }) {
  return (
    <SidePanel title={agent.display_name} onClose={onClose}>
      <States agent={agent} />
      <SkillsPart agentId={agent.agent_id} />
      <WhyNothing agentId={agent.agent_id} />
    </SidePanel>
  );
}
