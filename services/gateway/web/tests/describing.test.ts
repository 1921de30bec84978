import { beforeEach, describe, expect, it } from 'vitest'
import { kinds, trees } from '../src/api/known'
import type { Kind, Node } from '../src/api/documents'
import { changes, fieldName, fieldsOf, referenceOf, told, verb } from '../src/desk/describing'

const names = (zh: string) => ({ zh, en: zh })
const link = { family: 'link', kind: 'link.covers' }
const unit = { family: 'unit', kind: 'unit.shop' }

beforeEach(() => {
  const shop = { id: 'unit.shop', family: 'unit', names: names('门店'), states: [], attributes: { front: { names: names('门面'), values: ['red'] } } }
  kinds.value = new Map([['unit.shop', shop as unknown as Kind]])
  trees.area.value = new Map([['z:a', { key: 'z:a', name: '一社区' } as Node]])
})

describe('a thing in words', () => {
  it('shows fields and attributes, and neither its key nor what counting needs', () => {
    const data = { unit: 'z:u', kind: 'unit.shop', area: 'z:a', attributes: { front: 'red' }, opening: true, now: [] }
    expect(fieldsOf(data, 'unit').map(([name]) => fieldName(name, unit))).toEqual(['区域', '启用前已存在', '门面'])
  })
  it('calls areas by their names and leads to what a field names', () => {
    expect(told('area', 'z:a', unit)).toBe('一社区')
    expect(told('from', 'unit/z:u-7', link)).toBe('u-7')
    expect(referenceOf('from', 'unit/z:u-7', link)).toEqual({ family: 'unit', key: 'z:u-7' })
    expect(referenceOf('parent', 'z:c-1', { family: 'case', kind: 'case' })).toEqual({ family: 'case', key: 'z:c-1' })
    expect(referenceOf('name', 'z', unit)).toBeNull()
  })
  it('tells what an event changed and what it was', () => {
    expect(changes({ area: 'z:a', opening: true }, { opening: true }, unit)).toEqual(['区域：一社区 → —'])
    expect(changes(undefined, { area: 'z:a' }, unit)).toEqual([])
    expect([verb('org.wangge.area.ended.v1'), verb('org.wangge.case.opened.v1')]).toEqual(['终止', '新立'])
  })
})
