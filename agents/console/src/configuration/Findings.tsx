import { useTranslation } from 'react-i18next';
import type { Difference, Effect, Finding } from '../api/adminCalls';
import { useNames } from '../session/configuration';
import { StateTag } from '../ui/StateTag';
import styles from './Configuration.module.css';

/** The sentence in the reader's language. */
function useSentence(): (finding: Finding) => string {
  const { i18n } = useTranslation();
  const isChinese = i18n.language.startsWith('zh');
  return (finding) => (isChinese ? finding.message_zh : finding.message);
}

interface FindingsProps {
  findings: Finding[];
  /** Line of the text that a path stands in, where there is a text. */
  lineOf?: (path: string) => number | undefined;
}

/** Errors refuse the configuration, warnings let it pass; both say where. */
export function Findings({ findings, lineOf }: FindingsProps) {
  const { t } = useTranslation();
  const sentence = useSentence();
  const sorted = [...findings].sort((one, other) => Number(other.is_error) - Number(one.is_error));
  return (
    <ul className={styles.findings} aria-label={t('config.findings')}>
      {sorted.map((one) => {
        const line = lineOf?.(one.path);
        return (
          <li key={`${one.code} ${one.path} ${one.message}`} data-finding={one.code}>
            <StateTag
              tone={one.is_error ? 'breach' : 'warning'}
              icon={one.is_error ? 'breach' : 'warning'}
              isPlain
            >
              {t(`config.finding.${one.code}`, { defaultValue: one.code })}
            </StateTag>
            <span>
              {line !== undefined && <strong>{t('config.line', { line })} </strong>}
              <code>{one.path}</code> {sentence(one)}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** What the check says about one value, beside the field it is about. */
export function FindingsAt({ findings, path }: { findings: Finding[]; path: string }) {
  const sentence = useSentence();
  const own = findings.filter(
    (one) => one.path.startsWith(path) && /^($|[.[])/.test(one.path.slice(path.length)),
  );
  if (!own.length) return null;
  return (
    <div className={styles.whole} role="alert">
      {own.map((one) => (
        <p key={`${one.code} ${one.path}`} className={styles.fault} data-error={one.is_error || undefined}>
          {sentence(one)}
        </p>
      ))}
    </div>
  );
}

export function Differences({ differences }: { differences: Difference[] }) {
  const { t } = useTranslation();
  if (!differences.length) return <p>{t('config.noDifference')}</p>;
  return (
    <ul className={styles.changes} aria-label={t('config.differences')}>
      {differences.map((one) => (
        <li key={one.path}>
          <code>{one.path}</code>{' '}
          {one.change === 'changed' ? `${one.before} → ${one.after}` : t(`config.change.${one.change}`)}
        </li>
      ))}
    </ul>
  );
}

/** Whom the change concerns, in the reader's language. */
export function Effects({ effects }: { effects: Effect[] }) {
  const { t } = useTranslation();
  const names = useNames();
  return (
    <ul className={styles.changes} aria-label={t('config.effects')}>
      {effects.map((one) => (
        <li key={`${one.kind} ${one.queue_id}`}>
          {t(`config.effect.${one.kind}`, {
            queue: names.queue(one.queue_id),
            names: one.names.join(t('list.separator')),
            count: one.contacts,
          })}
        </li>
      ))}
    </ul>
  );
}
