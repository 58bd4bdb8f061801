import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Icon } from '../ui/Icon';
import { usePlacesCalls } from './DialButton';
import styles from './Dial.module.css';
import { numbersIn } from './numbers';
import { openPad } from './pad';

/** A number that is shown anyway: a click opens the pad with it. */
export function DialNumber({ number, isNamed = false }: { number: string; isNamed?: boolean }) {
  const { t } = useTranslation();
  if (!usePlacesCalls()) return null;
  const title = t('dial.customer', { name: number });
  return (
    <Button
      size="small"
      type="link"
      icon={<Icon name="voice" size={14} />}
      aria-label={title}
      title={title}
      onClick={() => openPad({ number })}
    >
      {isNamed && number}
    </Button>
  );
}

/** The numbers in a text, to be called. */
export function NumbersIn({ text }: { text: string }) {
  const { t } = useTranslation();
  const numbers = numbersIn(text);
  if (!usePlacesCalls() || !numbers.length) return null;
  return (
    <div className={styles.numbers} role="group" aria-label={t('dial.inText')}>
      {numbers.map((number) => (
        <DialNumber key={number} number={number} isNamed />
      ))}
    </div>
  );
}
