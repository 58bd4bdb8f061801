import { Button, Dropdown } from 'antd';
import { useTranslation } from 'react-i18next';
import { chooseLanguage, languages, toLanguage } from '../i18n';
import { Icon } from '../ui/Icon';

/** Each language is named in itself, so a reader finds the own one in whatever is on. */
export function LanguageSwitch() {
  const { t, i18n } = useTranslation();
  const language = toLanguage(i18n.language);
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        selectable: true,
        selectedKeys: [language],
        items: languages.map((key) => ({ key, label: t(`language.${key}`) })),
        onClick: ({ key }) => chooseLanguage(toLanguage(key)),
      }}
    >
      <Button type="text" icon={<Icon name="language" />}>
        <span className="visually-hidden">{t('shell.languageNow')}</span>
        {t(`language.${language}`)}
      </Button>
    </Dropdown>
  );
}
