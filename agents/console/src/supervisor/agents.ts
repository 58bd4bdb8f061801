/** What a supervisor looks for first stands first: who needs help, who works, who is free, who is away. */
import type { AgentLine } from '../api/types';

export type Activity = 'missed' | 'talking' | 'wrapUp' | 'ready' | 'notReady' | 'away';
export const activities: Activity[] = ['missed', 'talking', 'wrapUp', 'ready', 'notReady', 'away'];

export function activityOf(agent: AgentLine): Activity {
  if (agent.state === 'logged_out') return 'away';
  if (agent.capacity_used > 0) return agent.is_in_wrap_up && agent.capacity_used === 1 ? 'wrapUp' : 'talking';
  if (!agent.is_present) return 'away';
  if (agent.state === 'ready') return 'ready';
  return agent.reason_id === 'missed' ? 'missed' : 'notReady';
}

export function sortAgents(agents: AgentLine[]): AgentLine[] {
  const rank = (agent: AgentLine) => activities.indexOf(activityOf(agent));
  return [...agents].sort(
    (a, b) =>
      rank(a) - rank(b) ||
      a.state_since_ms - b.state_since_ms ||
      a.display_name.localeCompare(b.display_name),
  );
}

export interface AgentFilter {
  text: string;
  teamId: string;
  activity: Activity | 'all';
}

export function matches(agent: AgentLine, filter: AgentFilter): boolean {
  const hasText = agent.display_name.toLowerCase().includes(filter.text.trim().toLowerCase());
  const hasTeam = filter.teamId === '' || agent.team_id === filter.teamId;
  return hasText && hasTeam && (filter.activity === 'all' || activityOf(agent) === filter.activity);
}
