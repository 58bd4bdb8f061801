/** Both languages are in the bundle (a few KB), so switching never waits for the network. */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { preferences } from '../persist/keep';
import en from './en.json';
import zh from './zh-CN.json';

export const languages = ['zh-CN', 'en'] as const;
export type Language = (typeof languages)[number];

export const toLanguage = (tag: string): Language => (tag.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en');

const storedLanguage = (): Language | undefined =>
  preferences.get<Language | undefined>('language', undefined);

export const isLanguageChosen = (): boolean => storedLanguage() !== undefined;

void i18next.use(initReactI18next).init({
  resources: { en: { translation: en }, 'zh-CN': { translation: zh } },
  lng: storedLanguage() ?? toLanguage(navigator.language),
  fallbackLng: 'en',
  interpolation: { escapeValue: false },
  returnNull: false,
});

function markDocument(): void {
  document.documentElement.lang = i18next.language;
}

markDocument();
i18next.on('languageChanged', markDocument);
preferences.subscribe('language', () => void i18next.changeLanguage(storedLanguage() ?? i18next.language));

/** Every tab follows, and it holds on the next visit. */
export const chooseLanguage = (language: Language): void => preferences.set('language', language);

export default i18next;
