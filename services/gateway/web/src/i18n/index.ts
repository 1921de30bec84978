import { computed } from 'vue'
import { createI18n } from 'vue-i18n'
import zh from './zh.json'

export type Language = 'zh' | 'en'
/** A text of the catalogue: kinds and metrics bring both languages with them. */
export type Text = { zh: string; en: string }

const KEPT = 'wangge.language'

export const i18n = createI18n({ legacy: false, locale: 'zh', fallbackLocale: 'zh', messages: { zh } as Record<string, typeof zh> })

export const language = computed<Language>(() => (i18n.global.locale.value === 'en' ? 'en' : 'zh'))

/** The language wanted: by address, by what was chosen before, by the browser; Chinese where nothing else is said. */
export function wantedLanguage(search: string, kept: string | null, accepted: readonly string[]): Language {
  const said = new URLSearchParams(search).get('lang') ?? kept
  if (said === 'zh' || said === 'en') return said
  const first = accepted.find((one) => /^(zh|en)\b/i.test(one))
  return first !== undefined && /^en/i.test(first) ? 'en' : 'zh'
}

/** Switches; the English texts are fetched when first wanted. */
export async function speak(wanted: Language): Promise<void> {
  if (wanted === 'en' && !i18n.global.availableLocales.includes('en')) {
    i18n.global.setLocaleMessage('en', (await import('./en.json')).default)
  }
  i18n.global.locale.value = wanted
  document.documentElement.lang = wanted === 'zh' ? 'zh-CN' : 'en'
  localStorage.setItem(KEPT, wanted)
}

/** Begins with the language wanted. */
export function startLanguage(): Promise<void> {
  return speak(wantedLanguage(location.search, localStorage.getItem(KEPT), navigator.languages))
}

/** A text of the page. */
export const t = (key: string, values: Record<string, unknown> = {}): string => i18n.global.t(key, values)

/** A text of the catalogue in the language of the reader. */
export const say = (text: Text | null | undefined): string => (text ? text[language.value] : '')

/** Whether there is a text of the page. */
export const has = (key: string): boolean => i18n.global.te(key) || i18n.global.te(key, 'zh')
