import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useNames } from '../session/configuration';
import { count, duration, percent } from '../ui/format';
import { Icon, type IconName } from '../ui/Icon';
import type { Tile } from './tiles';
import styles from './Wallboard.module.css';

const signs: Record<Tile['state'], IconName> = {
  breach: 'breach',
  late: 'warning',
  inTime: 'clock',
  nobody: 'ready',
};

interface FigureProps {
  /** What a test asks for. */
  name: string;
  label: string;
  icon?: IconName;
  children: ReactNode;
}

export function Figure({ name, label, icon, children }: FigureProps) {
  return (
    <div className={styles.figure} data-figure={name}>
      <dt>
        {icon && <Icon name={icon} />}
        <span>{label}</span>
      </dt>
      <dd>{children}</dd>
    </div>
  );
}

/** One queue, as large as its place allows. Its state is a colour, a sign and a word. */
export function QueueTile({ tile }: { tile: Tile }) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const { queue, waitMs, state } = tile;
  const number = (value: number) => count(value, i18n.language);
  const isStateTold = !queue.closed || state !== 'nobody';
  const level = queue.service_level_permille;
  return (
    <section className={styles.tile} data-tile={queue.queue_id} data-state={state}>
      <div className={styles.inner}>
        <header>
          <h2>{names.queue(queue.queue_id)}</h2>
          {queue.closed && (
            <span className={styles.closed}>
              <Icon name="warning" />
              {t('supervise.closedTag')}
            </span>
          )}
          {isStateTold && (
            <span className={styles.state}>
              <Icon name={signs[state]} />
              {t(`wallboard.state.${state}`)}
            </span>
          )}
        </header>
        <dl className={styles.large}>
          <Figure name="waiting" label={t('board.column.waiting')}>
            {number(queue.waiting)}
          </Figure>
          <Figure name="longest" label={t('board.column.longest')}>
            {waitMs === null ? t('board.none') : duration(waitMs)}
          </Figure>
        </dl>
        <dl className={styles.middle}>
          <Figure name="service_level" label={t('board.column.service_level')}>
            {level === null ? t('board.none') : percent(level, i18n.language)}
          </Figure>
          <Figure name="answered" label={t('board.column.answered_today')}>
            {number(queue.answered_today)}
          </Figure>
          <Figure name="abandoned" label={t('board.column.abandoned')}>
            {number(queue.abandoned_today)}
          </Figure>
        </dl>
        <dl className={styles.small}>
          <Figure name="ready" icon="ready" label={t('board.column.agents_ready')}>
            {number(queue.agents_ready)}
          </Figure>
          <Figure name="talking" icon="chat" label={t('board.column.connected')}>
            {number(queue.connected)}
          </Figure>
          <Figure name="wrap_up" icon="wrapUp" label={t('board.column.wrap_up')}>
            {number(queue.wrap_up)}
          </Figure>
          <Figure name="not_ready" icon="idle" label={t('board.column.agents_not_ready')}>
            {number(queue.agents_not_ready)}
          </Figure>
        </dl>
      </div>
    </section>
  );
}
