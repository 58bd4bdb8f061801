import { Button, Dropdown } from 'antd';
import { useTranslation } from 'react-i18next';
import { useThemeChoice, type ThemeChoice } from '../theme/theme';
import { Icon } from '../ui/Icon';

const choices: ThemeChoice[] = ['auto', 'light', 'dark'];

export function ThemeSwitch() {
  const { t } = useTranslation();
  const [choice, choose] = useThemeChoice();
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        selectable: true,
        selectedKeys: [choice],
        items: choices.map((key) => ({ key, icon: <Icon name={key} />, label: t(`theme.${key}`) })),
        onClick: ({ key }) => choose(key as ThemeChoice),
      }}
    >
      <Button
        type="text"
        icon={<Icon name={choice} />}
        aria-label={t('shell.theme', { theme: t(`theme.${choice}`) })}
      />
    </Dropdown>
  );
}
