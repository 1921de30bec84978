import { watchEffect } from 'vue'
import { t } from '../i18n'

/** What the window is called while a view is open: the view's own words first, as tabs and bookmarks show only the beginning. */
export function useTitle(own: () => string | null | undefined): void {
  watchEffect(() => (document.title = [own(), t('name')].filter(Boolean).join(' · ')))
}
