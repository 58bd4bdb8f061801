/** The shop's own language switch: English stands in the page, Chinese beside it; the widget follows `lang`. */
const texts = Array.from(document.querySelectorAll<HTMLElement>('[data-zh]'), (element) => ({
  element,
  en: element.textContent.trim(),
  zh: element.dataset.zh ?? '',
}));
const button = document.getElementById('language');

function show(isChinese: boolean): void {
  document.documentElement.lang = isChinese ? 'zh-CN' : 'en';
  for (const { element, en, zh } of texts) element.textContent = isChinese ? zh : en;
  document.title = isChinese ? '竹里商店' : 'Bamboo & Co.';
  if (!button) return;
  button.textContent = isChinese ? 'English' : '中文';
  button.lang = isChinese ? 'en' : 'zh-CN';
}

const wanted = new URLSearchParams(location.search).get('lang') ?? navigator.language;
show(wanted.toLowerCase().startsWith('zh'));
button?.addEventListener('click', () => show(document.documentElement.lang === 'en'));

export {};
