import type { ReactNode } from 'react';
import { Icon, type IconName } from './Icon';
import styles from './StateTag.module.css';

export type Tone = 'ready' | 'offered' | 'talking' | 'wrapUp' | 'idle' | 'warning' | 'breach';

interface StateTagProps {
  tone: Tone;
  icon: IconName;
  children: ReactNode;
  /** Without the tint, for dense rows. */
  isPlain?: boolean;
}

/** A state is always an icon, a word and a colour together. */
export function StateTag({ tone, icon, children, isPlain = false }: StateTagProps) {
  return (
    <span className={styles.tag} data-tone={tone} data-plain={isPlain || undefined}>
      <Icon name={icon} size={14} />
      <span>{children}</span>
    </span>
  );
}
