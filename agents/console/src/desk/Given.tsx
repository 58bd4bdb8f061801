import type { GivenAnswer } from '../api/types';
import { useNames } from '../session/configuration';
import styles from './Given.module.css';

/** What a customer chose and typed in a flow before an agent, in the reader's language. */
export function Given({ given }: { given: GivenAnswer[] | undefined }) {
  const names = useNames();
  if (!given?.length) return null;
  return (
    <dl className={styles.given}>
      {given.map(({ name, text }, index) => (
        <div key={`${index} ${name.en}`} data-given>
          <dt>{names.of(name)}</dt>
          <dd>{names.of(text)}</dd>
        </div>
      ))}
    </dl>
  );
}
