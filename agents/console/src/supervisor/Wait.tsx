import { useTranslation } from 'react-i18next';
import { useNow } from '../live/now';
import { useNames } from '../session/configuration';
import { duration } from '../ui/format';
import { StateTag } from '../ui/StateTag';
import { latenessOf } from './lateness';

/** A running wait with the queue's own thresholds: amber and red come with an icon and a word. */
export function Wait({ queueId, sinceMs }: { queueId: string; sinceMs: number | null }) {
  const { t } = useTranslation();
  const config = useNames().queueConfig(queueId);
  const now = useNow();
  if (sinceMs === null) return <span aria-label={t('board.nobody')}>{t('board.none')}</span>;
  const waitMs = now - sinceMs;
  const time = duration(waitMs);
  const lateness = latenessOf(config, waitMs);
  if (lateness === 'breach')
    return (
      <StateTag tone="breach" icon="breach">
        {t('board.breach', { time })}
      </StateTag>
    );
  if (lateness === 'late')
    return (
      <StateTag tone="warning" icon="warning">
        {t('board.late', { time })}
      </StateTag>
    );
  return <span data-wait>{time}</span>;
}
