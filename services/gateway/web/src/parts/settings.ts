import { computed, ref, watch } from 'vue'
import { type Habit, inUnit, NOTHING, HIDDEN } from '../format/number'
import { valueName } from '../api/known'
import { has, language, t } from '../i18n'

const KEPT = 'wangge.myriads'

/** Whether numbers are shortened to 万 and 亿. */
export const myriads = ref(localStorage.getItem(KEPT) !== 'no')
watch(myriads, (on) => localStorage.setItem(KEPT, on ? 'yes' : 'no'))

export const habit = computed<Habit>(() => ({ language: language.value, myriads: myriads.value }))

interface Shown {
  value?: number | null | undefined
  suppressed?: boolean | null | undefined
}

/** A figure's value as it is written; a star where it is too small to be shown. */
export function shown(figure: Shown | null | undefined, unit: string, brief = false): string {
  if (!figure) return NOTHING
  return figure.suppressed ? HIDDEN : inUnit(figure.value, unit, habit.value, brief)
}

/** A number of things, 0 where nothing was told. */
export const count = (value: number | null | undefined): string => shown({ value: value ?? 0 }, '')

/** What stands behind a number: what it is turned into for reading, else what the catalogue calls its unit. */
export function unitName(unit: string): string {
  if (!unit) return ''
  const key = `units.${unit === 'minutes' ? 'hours' : unit === 'fen' ? 'yuan' : unit}`
  return has(key) ? t(key) : valueName('unit', unit)
}
