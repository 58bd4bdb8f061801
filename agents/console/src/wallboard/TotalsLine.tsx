import { useTranslation } from 'react-i18next';
import type { AgentLine } from '../api/types';
import { count, duration } from '../ui/format';
import type { IconName } from '../ui/Icon';
import { Figure } from './QueueTile';
import { groups, peopleOf, totalsOf, type Group, type Tile } from './tiles';
import styles from './Wallboard.module.css';

const signs: Record<Group, IconName> = {
  ready: 'ready',
  talking: 'chat',
  wrapUp: 'wrapUp',
  notReady: 'idle',
  away: 'away',
};

/** All shown queues together, then every agent this user may see, each once. */
export function TotalsLine({ tiles, agents }: { tiles: Tile[]; agents: AgentLine[] }) {
  const { t, i18n } = useTranslation();
  const { waiting, longest, answered, abandoned } = totalsOf(tiles);
  const people = peopleOf(agents);
  const number = (value: number) => count(value, i18n.language);
  return (
    <footer className={styles.totals} aria-label={t('wallboard.totals')} role="region">
      <h2>{t('wallboard.shownQueues', { count: tiles.length })}</h2>
      <dl data-totals>
        <Figure name="waiting" label={t('board.column.waiting')}>
          {number(waiting)}
        </Figure>
        <Figure name="longest" label={t('board.column.longest')}>
          {longest?.waitMs == null ? t('board.none') : duration(longest.waitMs)}
        </Figure>
        <Figure name="answered" label={t('board.column.answered_today')}>
          {number(answered)}
        </Figure>
        <Figure name="abandoned" label={t('board.column.abandoned')}>
          {number(abandoned)}
        </Figure>
      </dl>
      <h2>{t('board.agents')}</h2>
      <dl data-people>
        {groups.map((group) => (
          <Figure key={group} name={group} icon={signs[group]} label={t(`activity.${group}`)}>
            {number(people[group])}
          </Figure>
        ))}
      </dl>
    </footer>
  );
}
