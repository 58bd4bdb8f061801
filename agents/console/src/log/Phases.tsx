import { useTranslation } from 'react-i18next';
import type { Phase } from '../api/history';
import { useNow } from '../live/now';
import { useNames } from '../session/configuration';
import { clockTimeWithSeconds, duration } from '../ui/format';
import { StateTag } from '../ui/StateTag';
import styles from './Phases.module.css';
import { barsOf, isAside, lookOf, type Lane } from './phases';

const laneNames: Lane[] = ['contact', 'offers', 'agent', 'colleagues'];

function Picture({ phases, nowMs }: { phases: Phase[]; nowMs: number }) {
  const bars = barsOf(phases, nowMs);
  return (
    <div className={styles.picture} aria-hidden="true">
      {laneNames
        .map((lane) => bars.filter((bar) => bar.lane === lane))
        .filter((lane) => lane.length > 0)
        .map((lane) => (
          <div key={lane[0]?.lane} className={styles.lane}>
            {lane.map(({ phase, left, width }, index) => (
              <span
                key={index}
                className={styles.bar}
                data-kind={phase.kind}
                style={{ left: `${left}%`, width: `${width}%` }}
              />
            ))}
          </div>
        ))}
    </div>
  );
}

function useEnding(): (phase: Phase) => string {
  const { t } = useTranslation();
  const names = useNames();
  return (phase) => {
    if (!phase.ended_as) return t('phase.lasts');
    const ending = t(`phase.ended.${phase.ended_as}`, { defaultValue: phase.ended_as });
    if (isAside(phase.kind)) return ending;
    const to = phase.to_agent_name || (phase.to_queue_id ? names.queue(phase.to_queue_id) : '');
    const towards = to ? t('phase.towards', { ending, to }) : ending;
    return phase.by_user_name ? t('phase.by', { ending: towards, name: phase.by_user_name }) : towards;
  };
}

function Row({ phase, nowMs }: { phase: Phase; nowMs: number }) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const endingOf = useEnding();
  const [tone, icon] = lookOf(phase.kind);
  const agent = phase.agent_name || (phase.queue_id ? names.queue(phase.queue_id) : '');
  const who = isAside(phase.kind) ? t('phase.with', { name: agent, colleague: phase.to_agent_name }) : agent;
  return (
    <li className={styles.row} data-phase={phase.kind}>
      <time>{clockTimeWithSeconds(phase.began_at_ms, i18n.language)}</time>
      <StateTag tone={tone} icon={icon} isPlain>
        {t(`phase.kind.${phase.kind}`)}
      </StateTag>
      <span className={styles.what}>
        <span>{who}</span>
        <span className={styles.ending}>{endingOf(phase)}</span>
      </span>
      <span className={styles.length}>{duration((phase.ended_at_ms ?? nowMs) - phase.began_at_ms)}</span>
    </li>
  );
}

/** What happened to the contact, as a small picture over the list that says it in words. */
export function Phases({ phases }: { phases: Phase[] }) {
  const { t } = useTranslation();
  const nowMs = useNow();
  if (!phases.length) return null;
  return (
    <section className={styles.phases} aria-label={t('phase.title')}>
      <h3>{t('phase.title')}</h3>
      <Picture phases={phases} nowMs={nowMs} />
      <ol className={styles.list}>
        {phases.map((phase, index) => (
          <Row key={index} phase={phase} nowMs={nowMs} />
        ))}
      </ol>
    </section>
  );
}
