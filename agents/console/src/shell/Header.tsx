import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import { useUser } from '../session/session';
import { ConnectionChip } from './ConnectionChip';
import styles from './Header.module.css';
import { LanguageSwitch } from './LanguageSwitch';
import { Logo } from './Logo';
import { pagesOf } from './pages';
import { ProfileMenu } from './ProfileMenu';
import { StatusControl } from './StatusControl';
import { ThemeSwitch } from './ThemeSwitch';

export function Header({ onHelp }: { onHelp: () => void }) {
  const { t } = useTranslation();
  const { role } = useUser();
  return (
    <header className={styles.header}>
      <Logo />
      <nav className={styles.nav} aria-label={t('shell.pages')}>
        {pagesOf(role).map((name) => (
          <NavLink key={name} to={`/${name}`} className={styles.link}>
            {t(`page.${name}`)}
          </NavLink>
        ))}
      </nav>
      <div className={styles.tools}>
        {role === 'agent' && <StatusControl />}
        <ConnectionChip />
        <LanguageSwitch />
        <ThemeSwitch />
        <ProfileMenu onHelp={onHelp} />
      </div>
    </header>
  );
}
