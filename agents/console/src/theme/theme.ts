/** Which palette is on, and Ant Design told of it. */
import { theme as antd, type ThemeConfig } from 'antd';
import { useSyncExternalStore } from 'react';
import { create } from 'zustand';
import { preferences, useKept } from '../persist/keep';
import { dark, light, type Palette } from './palette';

export type ThemeChoice = 'auto' | 'light' | 'dark';

export const FONT =
  '"Inter", "Segoe UI", Roboto, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = window.matchMedia(query);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    () => window.matchMedia(query).matches,
  );
}

export const useThemeChoice = (): [ThemeChoice, (choice: ThemeChoice | undefined) => void] =>
  useKept<ThemeChoice>(preferences, 'theme', 'auto');

const useDarkPage = create<boolean>(() => false);

/** A page that is dark unless its reader chose otherwise; ends with what is returned. */
export function darkByDefault(): () => void {
  useDarkPage.setState(true, true);
  return () => useDarkPage.setState(false, true);
}

/** Our own style sheets read the palette as custom properties, `--cc-...` in kebab case. */
export function paint(isDark: boolean): void {
  const root = document.documentElement;
  root.dataset.theme = isDark ? 'dark' : 'light';
  root.style.colorScheme = isDark ? 'dark' : 'light';
  for (const [name, value] of Object.entries(isDark ? dark : light))
    root.style.setProperty(`--cc-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, value);
}

function configOf(palette: Palette, isDark: boolean): ThemeConfig {
  return {
    algorithm: isDark ? antd.darkAlgorithm : antd.defaultAlgorithm,
    hashed: false,
    token: {
      fontFamily: FONT,
      fontSize: 14,
      fontWeightStrong: 600,
      lineHeight: 1.5,
      borderRadius: 6,
      controlHeight: 32,
      colorPrimary: palette.accent,
      colorPrimaryHover: palette.accentHover,
      colorPrimaryActive: palette.accentPress,
      colorLink: palette.accentText,
      colorSuccess: palette.ready,
      colorWarning: palette.warning,
      colorError: palette.breach,
      colorInfo: palette.talking,
      colorText: palette.text,
      colorTextSecondary: palette.muted,
      colorTextTertiary: palette.muted,
      colorTextDescription: palette.muted,
      colorTextPlaceholder: palette.muted,
      colorTextDisabled: palette.muted,
      colorBgLayout: palette.page,
      colorBgContainer: palette.surface,
      colorBgElevated: palette.raised,
      colorBorder: palette.border,
      colorBorderSecondary: palette.line,
      colorSplit: palette.line,
      controlItemBgActive: palette.selected,
      controlItemBgHover: palette.hover,
      motionDurationFast: '0.08s',
      motionDurationMid: '0.12s',
      motionDurationSlow: '0.15s',
    },
    components: {
      Button: { primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none', fontWeight: 500 },
      Splitter: { splitBarSize: 1, splitTriggerSize: 8 },
    },
  };
}

const lightConfig = configOf(light, false);
const darkConfig = configOf(dark, true);

export function useTheme(): { isDark: boolean; config: ThemeConfig } {
  const [choice] = useThemeChoice();
  const prefersDark = useMedia('(prefers-color-scheme: dark)');
  const isDarkPage = useDarkPage();
  const isDark = choice === 'dark' || (choice === 'auto' && (prefersDark || isDarkPage));
  return { isDark, config: isDark ? darkConfig : lightConfig };
}
