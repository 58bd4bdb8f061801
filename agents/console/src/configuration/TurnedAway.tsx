import { useTranslation } from 'react-i18next';
import styles from './Configuration.module.css';
import type { ControlProps } from './controls';
import { ChoiceField, TextField, useOptions } from './fields';

const REASONS = ['closed', 'unstaffed', 'full', 'overdue', 'flushed'];
const KINDS = ['queue', 'message', 'voicemail', 'callback'];

interface Destination {
  to: string;
  queue?: string | null;
  message?: string;
}

interface OneProps {
  reason: string;
  /** Undefined: the usual words of the channel. */
  destination: Destination | undefined;
  put: (destination: Destination | undefined) => void;
  queues: { value: string; label: string }[];
}

function One({ reason, destination, put, queues }: OneProps) {
  const { t } = useTranslation();
  const label = t(`config.turnedAway.reason.${reason}`);
  const choose = (to: string | null) =>
    put(to === null ? undefined : { to, ...(to === 'queue' && { queue: queues[0]?.value ?? '' }) });
  return (
    <>
      <ChoiceField
        label={label}
        value={destination?.to ?? null}
        onChange={choose}
        options={KINDS.map((value) => ({ value, label: t(`config.turnedAway.to.${value}`) }))}
        none={t('config.turnedAway.usual')}
      />
      {destination?.to === 'queue' && (
        <ChoiceField
          label={t('config.turnedAway.queue', { reason: label })}
          value={destination.queue ?? null}
          onChange={(queue) => put({ ...destination, queue: queue ?? '' })}
          options={queues}
        />
      )}
      {destination?.to === 'message' && (
        <TextField
          label={t('config.turnedAway.message', { reason: label })}
          value={destination.message ?? ''}
          onChange={(message) => put({ ...destination, message })}
        />
      )}
    </>
  );
}

/** Where contacts go that the queue does not take or keep, by reason. */
export function TurnedAway({ label, value, put, document }: ControlProps) {
  const queues = useOptions(document.queues);
  const chosen = (value ?? {}) as Record<string, Destination>;
  const change = (reason: string, destination: Destination | undefined) => {
    const others = Object.entries(chosen).filter(([key]) => key !== reason);
    put(Object.fromEntries(destination ? [...others, [reason, destination]] : others));
  };
  return (
    <div className={`${styles.steps} ${styles.whole}`}>
      <h3>{label}</h3>
      <section className={styles.step} aria-label={label}>
        {REASONS.map((reason) => (
          <One
            key={reason}
            reason={reason}
            destination={chosen[reason]}
            put={(destination) => change(reason, destination)}
            queues={queues}
          />
        ))}
      </section>
    </div>
  );
}
