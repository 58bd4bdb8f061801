import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { DialButton } from '../dial/DialButton';
import { PhoneChip } from '../phone/PhoneChip';
import { useUser } from '../session/session';
import { Icon } from '../ui/Icon';
import { ConnectionChip } from './ConnectionChip';
import styles from './Header.module.css';
import { LanguageSwitch } from './LanguageSwitch';
import { Logo } from './Logo';
import { Nav } from './Nav';
import { ProfileMenu } from './ProfileMenu';
import { StatusControl } from './StatusControl';
import { ThemeSwitch } from './ThemeSwitch';

interface HeaderProps {
  onHelp: () => void;
  onPalette: () => void;
}

export function Header({ onHelp, onPalette }: HeaderProps) {
  const { t } = useTranslation();
  const { role } = useUser();
  return (
    <header className={styles.header}>
      <Logo />
      <Nav />
      <div className={styles.tools}>
        <PhoneChip />
        {role === 'agent' && <StatusControl />}
        {role === 'agent' && <DialButton />}
        <Button
          type="text"
          icon={<Icon name="search" />}
          onClick={onPalette}
          title={`${t('palette.title')} (Ctrl+K)`}
          aria-label={t('palette.title')}
        />
        <ConnectionChip />
        <LanguageSwitch />
        <ThemeSwitch />
        <ProfileMenu onHelp={onHelp} />
      </div>
    </header>
  );
}
